// The live channel: keeps a number per station, notices a gap, catches up, and says plainly when it is not live.
import { io } from "./vendor/socket.io-client@4.8.4/socket.io.esm.min.js";
import { base, call, get } from "./api.js";
import { say } from "./texts.js";

const ACK_MS = 3000;
const POLL_MS = 5000;
const cursors = new Map();
const listeners = { entries: [], forget: [], resync: [] };
const sign = document.getElementById("line");
let socket = null;
let polling = null;

export const onEntries = (listener) => listeners.entries.push(listener);
export const onForget = (listener) => listeners.forget.push(listener);
// Called when what is on the page may be old: fetch it anew.
export const onResync = (listener) => listeners.resync.push(listener);

function show(state) {
  if (!sign || sign.dataset.state === state) return;
  sign.dataset.state = state;
  sign.textContent = say(`line_${state}`);
}

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
    if (refused.code === "too_old") {
      cursors.set(stationId, refused.head);
      tell("resync");
    } else if (refused.status === 401) location.assign(`${base}/`);
  }
}

const catchUpAll = () => Promise.all([...cursors.keys()].map(catchUp));

function hello({ streams }) {
  show("live");
  stopPolling();
  for (const { station_id, head } of streams) {
    if (!cursors.has(station_id)) cursors.set(station_id, head);
  }
  catchUpAll().then(() => tell("resync"));
}

function poll() {
  if (polling) return;
  polling = setInterval(() => {
    if (!socket?.connected) catchUpAll();
  }, POLL_MS);
}

function stopPolling() {
  clearInterval(polling);
  polling = null;
}

function away() {
  show(navigator.onLine ? "back" : "off");
  poll();
}

// A refusal by the server itself is not tried again by the client library; one for want of a session leads to the door.
function refused(error) {
  if (error.message === "sign_in_needed") return location.assign(`${base}/`);
  away();
  if (!socket.active) setTimeout(() => socket.connect(), POLL_MS);
}

export async function start() {
  const me = await get("/me").catch(() => null);
  me?.streams.forEach(({ station_id, head }) => cursors.set(station_id, head));
  socket = io({ path: `${base}/socket.io`, transports: ["websocket"], reconnectionDelayMax: 5000 });
  socket.on("hello", hello);
  socket.on("journal", take);
  socket.on("forget", ({ order_id }) => tell("forget", order_id));
  socket.on("heads", (heads) => Object.entries(heads).forEach(([id, head]) => head > (cursors.get(id) ?? head) && catchUp(id)));
  socket.on("connect_error", refused);
  // The server has shown us out (signed out, suspended, another role): the front door says why.
  socket.on("disconnect", (why) => (why === "io server disconnect" ? location.assign(`${base}/`) : away()));
  // A phone's timers stop when its screen locks: look again the moment it is looked at.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    if (!socket.connected) socket.connect();
    catchUpAll();
  });
  addEventListener("offline", away);
  addEventListener("online", () => socket.connect());
}

// A command by the socket; when no answer comes within three seconds the same key goes by HTTP, so it happens once.
export async function command(name, orderId, key, data = {}) {
  if (socket?.connected) {
    try {
      const said = await socket.timeout(ACK_MS).emitWithAck(`order.${name}`, { order_id: orderId, key, ...data });
      if (said.ok) return said.order;
      throw Object.assign(new Error(said.error.detail), said.error);
    } catch (error) {
      if (error.code) throw error;
    }
  }
  return call("POST", `/orders/${orderId}/${name.replace("_", "-")}`, { body: data, key });
}

export function debounce(work, ms = 80) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, ms);
  };
}
