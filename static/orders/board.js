// A courier's phone: duty, his errands, and the open board, nearest first.
import { base, call, get, once, post } from "../api.js";
import { announce, complain, el, settle, state, working } from "../dom.js";
import { command, debounce, looking, onEntries, onForget, onResync, onYours, start } from "../live.js";
import { tellPlace } from "../place.js";
import { chime } from "../sound.js";
import { say } from "../texts.js";
import { look as lookAtNoShows } from "./answer.js";
import { offDuty, onAnswered } from "./alerts.js";
import { facts, head, lay, reasons, statusTag, time } from "./cards.js";
import { GOODBYES, claim, unsure, wanted } from "./claiming.js";
import { listen } from "./told.js";

const DECLINES = ["busy", "far", "cannot_carry", "later", "other"];
const GONE_MS = 2500;
const [board, mine, empty, duty, queued, full, fullPart] = ["board", "mine", "empty", "duty", "queued", "full", "full-part"].map((id) => document.getElementById(id));
const TICK_MS = 250;
let onDuty = duty.dataset.on === "true";
let suggested = [];
let open = state.open;
let held = state.mine.items;
let waitsFor = state.queued.items;
// Order → when it is open to him, by this page's own clock, counted from the server's word: a phone's date may be wrong.
const opensAt = new Map();

const cardOf = (orderId) => board.querySelector(`[data-id="${CSS.escape(orderId)}"]`);

const left = (orderId) => Math.max(0, (opensAt.get(orderId) ?? 0) - performance.now());
const countdown = (orderId) => say("opens_in", { n: Math.ceil(left(orderId) / 1000) });

// Those who know the resident have some seconds: the others see it, and count them.
function early(order) {
  return el("div", {}, el("p", { class: "hint" }, say("familiar_now")),
    el("button", { type: "button", class: "go big", disabled: true, "data-opens": order.id }, countdown(order.id)));
}

function card(order) {
  if (order.waits) return el("li", { class: "card" }, head(order), facts(order), early(order));
  const grabs = order.actions.includes("claim");
  const trying = wanted.has(order.id);
  const button = el("button", { type: "button", class: "go big", disabled: !grabs, "aria-busy": trying && "true", onclick: () => grab(order) },
    trying ? say("grabbing") : grabs ? say("grab") : say("off_duty_first"));
  const decline = order.actions.includes("decline") && reasons(say("not_me"), DECLINES, (reason) =>
    command("decline", order.id, { reason }).then(refresh, complain));
  const next = order.next && el("span", { class: "tag done" }, say("next_one"));
  return el("li", { class: `card ${order.next ? "next" : ""}` }, head(order, "h3", next), facts(order), button, decline);
}

function errand(order) {
  const due = order.deadline && order.status === "claimed" && el("p", { class: "hint" }, say("pick_up_by", { time: time(order.deadline) }));
  return el("li", { class: "card mine" }, el("div", { class: "row apart" }, head(order), statusTag(order)), due,
    el("a", { class: "button go big", href: `${base}/errands/${order.id}` }, say("go_on")));
}

// Full: he may wait for it, sees his own place, and nobody else's name.
function waiting(order) {
  const verb = order.actions.find((one) => ["queue", "unqueue"].includes(one));
  const button = verb && el("button", { type: "button", class: "wide", onclick: () => working(button, async () => {
    settle();
    await post(`/orders/${order.id}/${verb}`).catch(complain);
    await refreshQueue(true);
  }) }, say(verb));
  return el("li", { class: "card" }, head(order), facts(order),
    order.queue_place && el("p", { class: "tag today" }, say("queue_place", { n: order.queue_place })), button);
}

// Asked for only where he waits for something, or looks at what is full: most couriers do neither.
const refreshQueue = looking(async () => {
  try {
    waitsFor = (await get("/orders?status=queued")).items;
    if (fullPart.open) showFull((await get("/orders?status=full")).items);
    showQueue();
  } catch (refused) {
    complain(refused);
  }
});

function showQueue() {
  lay(queued, waitsFor, waiting);
  document.getElementById("queued-part").hidden = !waitsFor.length;
}

function showFull(items) {
  lay(full, items.filter((order) => order.queue_place == null), waiting);
  document.getElementById("full-empty").hidden = full.children.length > 0;
}

async function grab(order) {
  const refused = await claim(order.id, (word) => dress(order.id, word));
  if (!refused) return;
  if (GOODBYES[refused.code]) return gone(order.id, refused.code, refused.next);
  dress(order.id, "grab");
  complain(refused);
}

// A card may have been laid anew while the answer was on its way.
function dress(orderId, word) {
  const button = cardOf(orderId)?.querySelector("button.big");
  if (!button) return;
  button.textContent = say(word);
  if (word === "grab") button.removeAttribute("aria-busy");
  else button.setAttribute("aria-busy", "true");
}

function gone(orderId, why = "taken", next = []) {
  const taken = cardOf(orderId);
  if (next.length) suggested = next;
  if (!taken || taken.classList.contains("gone")) return;
  const held = taken.contains(document.activeElement);
  taken.classList.add("gone");
  taken.querySelectorAll("button").forEach((button) => (button.disabled = true));
  const button = taken.querySelector("button.big");
  button.textContent = say(GOODBYES[why]);
  button.removeAttribute("aria-busy");
  announce(say(GOODBYES[why]));
  if (held) (taken.nextElementSibling ?? taken.previousElementSibling)?.querySelector("button")?.focus({ preventScroll: true });
  soon();
  setTimeout(() => taken.remove(), GONE_MS);
}

const toggleDuty = () => working(duty, async () => {
  settle();
  const on = !onDuty;
  try {
    await once(`duty ${on}`, () => call("PUT", "/me/duty", { body: { on } }));
    onDuty = on;
    showDuty();
    if (on) tellPlace(() => onDuty).then((told) => told && refresh());
    else offDuty();
    await refresh();
  } catch (refused) {
    complain(refused);
  }
});

function showDuty() {
  duty.textContent = onDuty ? say("duty_end") : say("duty_start");
  duty.classList.toggle("go", !onDuty);
  duty.classList.toggle("big", !onDuty);
  document.getElementById("duty-said").textContent = onDuty ? say("on_duty") : say("off_duty");
}

function show() {
  lay(board, open.items.map(({ opens_in_ms: _, ...order }) => ({ ...order, waits: left(order.id) > 0, next: suggested.includes(order.id) })), card);
  empty.hidden = open.items.length > 0;
  document.getElementById("count").textContent = open.items.length;
}

// Counted down on the buttons alone; the list is laid anew when one is over.
function tick() {
  const counting = [...board.querySelectorAll("[data-opens]")];
  counting.forEach((button) => (button.textContent = countdown(button.dataset.opens)));
  if (counting.some((button) => !left(button.dataset.opens))) show();
}

function know(list) {
  list.items.forEach((order) => order.opens_in_ms == null ? opensAt.delete(order.id) : opensAt.set(order.id, performance.now() + order.opens_in_ms));
  return list;
}

function showMine(orders) {
  held = orders.items;
  lay(mine, orders.items, errand);
  document.getElementById("mine-part").hidden = !orders.items.length;
}

// What he is trying for keeps its place until its answer is there: a card that is gone can say nothing.
function keep(items) {
  const there = new Set(items.map((order) => order.id));
  open.items.forEach((order, n) => wanted.has(order.id) && !there.has(order.id) && items.splice(n, 0, order));
}

const refresh = looking(async () => {
  try {
    const [held, there] = await Promise.all([get("/orders?status=mine"), get("/orders?status=open")]);
    const known = new Set(open.items.map((order) => order.id));
    keep(there.items);
    open = know(there);
    settle(false);
    showMine(held);
    show();
    // For who is looking at the board; a phone in a pocket speaks for what is offered to him alone.
    const looks = document.visibilityState === "visible";
    if (onDuty && looks && open.items.some((order) => !known.has(order.id))) chime();
  } catch (refused) {
    complain(refused);
  }
});
const soon = debounce(refresh);
const soonQueue = debounce(refreshQueue);

duty.addEventListener("click", toggleDuty);
onEntries((entries) => {
  entries.filter((e) => ["order.claimed", "order.assigned"].includes(e.type) && e.data.taken >= e.data.slots && !wanted.has(e.data.order_id))
    .forEach(({ data }) => unsure(data.order_id) ? grab({ id: data.order_id }) : gone(data.order_id));
  if (entries.some((e) => e.type.startsWith("order."))) soon();
  if (waitsFor.length || fullPart.open) soonQueue();
});
onForget(() => {
  refresh();
  lookAtNoShows();
});
onYours(() => {
  refresh();
  refreshQueue();
});
fullPart.addEventListener("toggle", () => fullPart.open && refreshQueue());
onResync(refresh);
onAnswered(refresh);
showDuty();
know(open);
showMine(state.mine);
showQueue();
show();
setInterval(tick, TICK_MS);
listen(() => held.map((order) => order.id));
lookAtNoShows();
start();
