// A courier's phone: duty, his errands, and the open board, nearest first.
import { base, call, get, newKey } from "../api.js";
import { announce, el, state } from "../dom.js";
import { command, debounce, onEntries, onForget, onResync, start } from "../live.js";
import { chime, unlock } from "../sound.js";
import { say } from "../texts.js";
import { facts, head, lay, reasons, statusTag, time } from "./cards.js";

const DECLINES = ["busy", "far", "cannot_carry", "later", "other"];
const GONE_MS = 1500;
const [board, mine, empty, duty, wrong] = ["board", "mine", "empty", "duty", "wrong"].map((id) => document.getElementById(id));
let onDuty = duty.dataset.on === "true";
let suggested = [];
// Orders of mine that are being decided or have been won: the news that they are taken is not news to me.
const wanted = new Set();

function card(order) {
  const grabs = order.actions.includes("claim");
  const button = el("button", { type: "button", class: "go big", disabled: !grabs, onclick: () => grab(order, button) },
    grabs ? say("grab") : say("off_duty_first"));
  const decline = order.actions.includes("decline") && reasons(say("not_me"), DECLINES, (reason) =>
    command("decline", order.id, newKey(), { reason }).then(refresh, fail));
  return el("li", { class: `card ${suggested.includes(order.id) ? "next" : ""}` }, head(order), facts(order), button, decline);
}

function errand(order) {
  const due = order.deadline && order.status === "claimed" && el("p", { class: "hint" }, say("pick_up_by", { time: time(order.deadline) }));
  return el("li", { class: "card mine" }, el("div", { class: "row apart" }, head(order), statusTag(order)), due,
    el("a", { class: "button go big", href: `${base}/errands/${order.id}` }, say("go_on")));
}

// The button never lies: it says 抢到了 only after the server has said so, and the key stays the same until it has.
async function grab(order, button) {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  button.textContent = say("grabbing");
  const key = (button.key ??= newKey());
  wanted.add(order.id);
  try {
    await command("claim", order.id, key, await place());
    button.textContent = say("got_it");
    announce(say("got_it"));
    location.assign(`${base}/errands/${order.id}`);
  } catch (refused) {
    wanted.delete(order.id);
    button.removeAttribute("aria-busy");
    if (refused.code === "taken" || refused.code === "too_late") return gone(order.id, refused.next);
    button.disabled = false;
    button.textContent = say("grab");
    fail(refused);
  }
}

function gone(orderId, next = []) {
  const taken = board.querySelector(`[data-id="${CSS.escape(orderId)}"]`);
  suggested = next;
  if (!taken || taken.classList.contains("gone")) return;
  taken.classList.add("gone");
  const button = taken.querySelector("button.big");
  Object.assign(button, { disabled: true, textContent: say("taken") });
  button.removeAttribute("aria-busy");
  announce(say("taken"));
  setTimeout(() => {
    taken.remove();
    refresh();
  }, GONE_MS);
}

function fail(refused) {
  wrong.hidden = false;
  wrong.textContent = refused.code === "offline" ? say("offline_try") : refused.message;
}

// Place is asked for only when it is of use, and nothing waits for it.
let lastPlace = {};
async function place() {
  return lastPlace;
}

function askPlace() {
  return new Promise((resolve) => {
    if (!navigator.geolocation || !isSecureContext) return resolve({});
    navigator.geolocation.getCurrentPosition(({ coords }) => resolve({ lat: coords.latitude, lon: coords.longitude }), () => resolve({}), { timeout: 4000 });
  });
}

async function toggleDuty() {
  unlock();
  duty.disabled = true;
  try {
    const on = !onDuty;
    await call("PUT", "/me/duty", { body: { on } });
    onDuty = on;
    showDuty();
    if (on) {
      lastPlace = await askPlace();
      if (lastPlace.lat) await call("PUT", "/me/duty", { body: { on, ...lastPlace } });
    } else lastPlace = {};
    await refresh();
  } catch (refused) {
    fail(refused);
  }
  duty.disabled = false;
}

function showDuty() {
  duty.textContent = onDuty ? say("duty_end") : say("duty_start");
  duty.setAttribute("aria-pressed", String(onDuty));
  document.getElementById("duty-said").textContent = onDuty ? say("on_duty") : say("off_duty");
}

function show(lists) {
  const before = board.children.length;
  lay(mine, lists.mine.items, errand);
  lay(board, lists.open.items, card);
  document.getElementById("mine-part").hidden = !lists.mine.items.length;
  empty.hidden = lists.open.items.length > 0;
  document.getElementById("count").textContent = lists.open.items.length;
  return board.children.length > before;
}

async function refresh() {
  try {
    const [mineNow, open] = await Promise.all([get("/orders?status=mine"), get("/orders?status=open")]);
    wrong.hidden = true;
    return show({ mine: mineNow, open });
  } catch (refused) {
    fail(refused);
    return false;
  }
}

const soon = debounce(async () => (await refresh()) && onDuty && chime());

duty.addEventListener("click", toggleDuty);
onEntries((entries) => {
  entries.filter((e) => ["order.claimed", "order.assigned"].includes(e.type) && e.data.taken >= e.data.slots && !wanted.has(e.data.order_id)).forEach((e) => gone(e.data.order_id));
  if (entries.some((e) => e.type.startsWith("order."))) soon();
});
onForget(refresh);
onResync(refresh);
showDuty();
show(state);
start();
