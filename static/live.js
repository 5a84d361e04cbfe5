// The live channel: keeps a number per station, notices a gap, catches up, and says plainly when it is not live.
import { io } from "./vendor/socket.io-client@4.8.4/socket.io.esm.min.js";
import { base, call, get, once, pending, toTheDoor } from "./api.js";
import { say } from "./texts.js";

const ACK_MS = 3000;
const POLL_MS = 5000;
const cursors = new Map();
const listeners = { entries: [], forget: [], yours: [], resync: [], alerts: [] };
const sign = document.getElementById("line");
let socket = null;

export const onEntries = (listener) => listeners.entries.push(listener);
export const onForget = (listener) => listeners.forget.push(listener);
// An order has become his without a tap of his at this moment: from the queue, or by the station.
export const onYours = (listener) => listeners.yours.push(listener);
// Orders that are offered to him now; with `whole` they are all that stand.
export const onAlerts = (listener) => listeners.alerts.push(listener);
// Called when what is on the page may be old: fetch it anew.
export const onResync = (listener) => listeners.resync.push(listener);

function show(state) {
  if (!sign || sign.dataset.state === state) return;
  sign.dataset.state = state;
  sign.textContent = say(`line_${state}`);
}

const isLive = () => sign?.dataset.state === "live";
const tell = (name, ...said) => listeners[name].forEach((listener) => listener(...said));

// Entry n+1 is news, anything up to n is known, anything beyond means that we have missed something.
async function take(entries) {
  const fresh = [];
  for (const entry of entries) {
    const known = cursors.get(entry.station_id);
    if (known === undefined || entry.seq <= known) continue;
    if (entry.seq !== known + 1) {
      if (fresh.length) tell("entries", fresh);
      return catchUp(entry.station_id);
    }
    cursors.set(entry.station_id, entry.seq);
    fresh.push(entry);
  }
  if (fresh.length) tell("entries", fresh);
}

async function catchUp(stationId) {
  try {
    for (;;) {
      const since = cursors.get(stationId);
      const { entries, head } = await get(`/journal?station_id=${stationId}&since=${since}`);
      const news = entries.filter((entry) => entry.seq > cursors.get(stationId));
      if (news.length) {
        cursors.set(stationId, news.at(-1).seq);
        tell("entries", news);
      }
      if (!news.length || news.at(-1).seq >= head) return;
    }
  } catch (refused) {
    if (refused.code !== "too_old") return;
    cursors.set(stationId, refused.head);
    tell("resync");
  }
}

// Where the streams stand, for a page that cannot open a socket; what happened since it was laid out is on no number of ours.
async function know() {
  const me = await get("/me").catch(() => null);
  me?.streams.forEach(({ station_id, head }) => cursors.has(station_id) || cursors.set(station_id, head));
  if (me) tell("resync");
}

const catchUpAll = () => (cursors.size ? Promise.all([...cursors.keys()].map(catchUp)) : know());

function hello({ streams, alerts }) {
  show("live");
  tell("alerts", alerts ?? [], true);
  const been = cursors.size > 0;
  // A courier who is lent, or home again, follows another station.
  for (const known of [...cursors.keys()]) streams.some(({ station_id }) => station_id === known) || cursors.delete(known);
  for (const { station_id, head } of streams) {
    if (!cursors.has(station_id)) cursors.set(station_id, head);
  }
  if (been) catchUpAll().then(() => tell("resync"));
  else tell("resync");
}

const away = () => show(navigator.onLine ? "back" : "off");

function refused(error) {
  if (error.message === "sign_in_needed") return toTheDoor();
  away();
  // The client library does not try again after the server's own refusal.
  if (!socket.active) setTimeout(() => socket.connect(), POLL_MS);
}

// The server has shown us out: because the session has ended (asking leads to the door), or because it is closing itself.
async function shownOut() {
  away();
  await get("/me").catch(() => null);
  setTimeout(() => socket.connect(), POLL_MS);
}

function lookAgain() {
  if (socket.connected) show("live");
  else {
    away();
    socket.connect();
  }
  catchUpAll();
}

export function start() {
  socket = io({ path: `${base}/socket.io`, transports: ["websocket"], reconnectionDelayMax: 5000 });
  socket.on("hello", hello);
  socket.on("journal", take);
  // Private to the others: its number has been said to everybody.
  socket.on("told", (entry) => tell("entries", [entry]));
  socket.on("forget", ({ order_id }) => tell("forget", order_id));
  socket.on("alert", (alert) => tell("alerts", [alert], false));
  socket.on("yours", (said) => tell("yours", said));
  socket.on("heads", (heads) => Object.entries(heads).forEach(([id, head]) => head > (cursors.get(id) ?? head) && catchUp(id)));
  socket.onAny(() => show("live"));
  socket.on("connect_error", refused);
  socket.on("disconnect", (why) => (why === "io server disconnect" ? shownOut() : away()));
  setInterval(() => isLive() || !navigator.onLine || catchUpAll(), POLL_MS);
  // A phone's timers stop when its screen locks: look again the moment it is looked at.
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && lookAgain());
  addEventListener("pageshow", (event) => event.persisted && lookAgain());
  addEventListener("offline", away);
  addEventListener("online", lookAgain);
}

async function bySocket(event, body) {
  let said;
  try {
    said = await socket.timeout(ACK_MS).emitWithAck(event, body);
  } catch {
    // Connected, it seemed, and no answer: until something is heard again we do not call it live.
    away();
    return null;
  }
  if (said.ok) return said;
  if (said.error.code === "sign_in_needed") toTheDoor();
  throw Object.assign(new Error(said.error.detail), said.error);
}

// By the socket where there is one; null: nobody has answered within three seconds, and nobody knows whether it was done.
export const emitted = async (event, body) => (socket?.connected ? bySocket(event, body) : null);

// A command by the socket; when no answer comes the same key goes by HTTP, so it happens once.
const commanding = (name, orderId, data) => `${name} ${orderId} ${JSON.stringify(data)}`;
export const command = (name, orderId, data = {}) =>
  once(commanding(name, orderId, data), async (key) => {
    const said = await emitted(`order.${name}`, { order_id: orderId, key, ...data });
    return said ? said.order : call("POST", `/orders/${orderId}/${name.replace("_", "-")}`, { body: data, key });
  });

// Whether such a command was given, and no answer came: it may have been carried out.
export const undecided = (name, orderId, data = {}) => pending(commanding(name, orderId, data));

// One look at a time. What is asked for during a look is looked at after it, so that an older answer never covers a newer one.
export function looking(look) {
  let running = null;
  let again = false;
  async function run() {
    do {
      again = false;
      await look();
    } while (again);
  }
  return () => {
    again = running !== null;
    running ??= run().finally(() => (running = null));
    return running;
  };
}

export function debounce(work, ms = 80) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, ms);
  };
}
