// An order is offered to this courier now: a large card on top, a sound, a word; one tap takes it, one tap says why not.
import { houseTime } from "../api.js";
import { announce, complain, el, settle, working } from "../dom.js";
import { command, onAlerts, onEntries } from "../live.js";
import { call, unlockByTouch, voice } from "../sound.js";
import { say } from "../texts.js";
import { far } from "./cards.js";
import { GOODBYES, claim, unsure, wanted } from "./claiming.js";

const REASONS = ["busy", "far", "cannot_carry", "later"];
const TICK_MS = 250;
const GONE_MS = 2500;
// Whoever is about to press what stood here a moment ago must not take an order by it.
const SETTLE_MS = 700;
// A tap counts for so long after the time is over, if the order is still open.
const GRACE_MS = 10000;
const BLINK_MS = 1000;
const place = document.getElementById("alerts");
const title = document.title;
// Order → what is offered, until when, and of how long. The oldest is shown, the others wait behind it.
const standing = new Map();
// Answered or withdrawn on this page: an offer that arrives late does not bring it back. Asked anew, it is another offer.
const over = new Set();
const which = (offer) => `${offer.order_id} ${offer.sent_at}`;
const answered = [];
let shown = null;

// A board that shows the same orders looks again when one has been answered here.
export const onAnswered = (listener) => answered.push(listener);

const left = (offer) => offer.until - houseTime();
const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor((ms % 60000) / 1000)).padStart(2, "0")}`;
const where = (offer) => [`${offer.community} ${offer.building}`, far(offer.distance_m)].filter(Boolean).join(" · ");
const words = (offer) => `${say(`kind_${offer.kind}`)} · ${where(offer)}`;

// The browser speaks itself where it has a voice for his language; elsewhere a recorded word of our own.
function speak(offer) {
  call();
  const lang = document.documentElement.lang;
  const own = globalThis.speechSynthesis?.getVoices().find((one) => one.localService && one.lang.replace("_", "-").startsWith(lang.slice(0, 2)));
  if (!own) return voice(place.dataset.voice);
  const spoken = new SpeechSynthesisUtterance(say("alert_spoken", { what: words(offer) }));
  Object.assign(spoken, { voice: own, lang: own.lang });
  speechSynthesis.speak(spoken);
}

function take(offers, whole) {
  if (whole) {
    const there = new Set(offers.map((one) => one.order_id));
    [...standing.keys()].filter((id) => !there.has(id) && !wanted.has(id)).forEach((id) => withdraw(id, "withdrawn"));
  }
  const fresh = offers.filter((one) => !standing.has(one.order_id) && !over.has(which(one)));
  for (const one of fresh) {
    const offer = { ...one, until: Date.parse(one.expires_at) };
    offer.of = Math.max(offer.until - Date.parse(one.sent_at), 1000);
    if (left(offer) > -GRACE_MS) standing.set(one.order_id, offer);
  }
  const first = fresh.find((one) => standing.has(one.order_id));
  if (first) {
    speak(first);
    announce(say("alert_spoken", { what: words(first) }));
  }
  show();
}

function card(offer) {
  const accept = el("button", { type: "button", class: "go big", onclick: () => accepting(offer) }, say("alert_take"));
  const reasons = el("div", { class: "row", role: "group", "aria-label": say("not_me") }, ...REASONS.map((reason) =>
    el("button", { type: "button", "data-reason": reason, onclick: () => working(reasons, () => decline(offer, reason)) }, say(`reason_${reason}`))));
  const bar = el("progress", { max: "1", value: "1", "aria-hidden": "true" });
  const time = el("p", { class: "hint" });
  const made = el("article", { class: "card alert", "data-id": offer.order_id, "aria-label": say("alert_for_you") },
    el("h2", {}, say("alert_for_you")), el("p", { class: "what" }, say(`kind_${offer.kind}`), " ", el("span", { class: `tag ${offer.urgency}` }, say(`urgency_${offer.urgency}`))),
    el("p", { class: "where" }, where(offer)),
    bar, time, accept, el("p", { class: "no" }, say("alert_not_me")), reasons);
  return Object.assign(made, { accept, bar, time });
}

// The first of them; a card that says goodbye keeps its place until it goes.
function show() {
  const next = standing.values().next().value;
  const waits = standing.size - 1;
  if (next && shown?.dataset.id !== next.order_id && !shown?.classList.contains("gone")) {
    shown = card(next);
    place.replaceChildren(shown, el("p", { class: "hint more" }));
    if (place.hidden) settleDown(shown);
  }
  if (!shown) place.replaceChildren();
  else place.querySelector(".more").textContent = waits > 0 ? say("alert_more", { n: waits }) : "";
  place.hidden = !shown;
  tick();
}

// It pushes down what is below it: its buttons wait until a finger that was on its way has come down.
function settleDown(fresh) {
  const buttons = fresh.querySelectorAll("button");
  buttons.forEach((button) => (button.disabled = true));
  setTimeout(() => fresh.classList.contains("gone") || buttons.forEach((button) => (button.disabled = false)), SETTLE_MS);
}

function tick() {
  for (const [id, offer] of standing) if (left(offer) < -GRACE_MS && !wanted.has(id)) withdraw(id, "alert_over");
  const offer = shown && standing.get(shown.dataset.id);
  if (!offer) return;
  const ms = left(offer);
  shown.bar.value = Math.max(0, ms / offer.of);
  const text = ms > 0 ? say("alert_left", { time: clock(ms + 999) }) : say("alert_late");
  if (shown.time.textContent !== text) shown.time.textContent = text;
}

// It is not for him any more: the card says so, and goes.
function withdraw(id, word) {
  if (standing.has(id)) over.add(which(standing.get(id)));
  standing.delete(id);
  if (shown?.dataset.id !== id || shown.classList.contains("gone")) return show();
  const held = shown.contains(document.activeElement);
  shown.classList.add("gone");
  shown.querySelectorAll("button").forEach((button) => (button.disabled = true));
  shown.time.textContent = say(word);
  announce(say(word));
  if (held) document.getElementById("main").querySelector("button:not([disabled])")?.focus({ preventScroll: true });
  setTimeout(dismiss, GONE_MS);
  return show();
}

function dismiss() {
  shown = null;
  show();
}

const dress = (offer) => (word) => {
  const button = shown?.dataset.id === offer.order_id && shown.accept;
  if (!button) return;
  button.textContent = say(word === "grab" ? "alert_take" : word);
  button.toggleAttribute("aria-busy", false);
  if (word !== "grab") button.setAttribute("aria-busy", "true");
};

async function accepting(offer) {
  const refused = await claim(offer.order_id, dress(offer));
  if (!refused) return;
  if (GOODBYES[refused.code]) withdraw(offer.order_id, GOODBYES[refused.code]);
  else {
    dress(offer)("grab");
    complain(refused);
  }
}

async function decline(offer, reason) {
  settle();
  try {
    await command("decline", offer.order_id, { reason });
  } catch (refused) {
    if (!GOODBYES[refused.code]) return complain(refused);
  }
  const held = shown?.contains(document.activeElement);
  standing.delete(offer.order_id);
  over.add(which(offer));
  announce(say("alert_declined"));
  dismiss();
  if (held) (shown?.accept ?? document.getElementById("main").querySelector("button:not([disabled])"))?.focus({ preventScroll: true });
  answered.forEach((listener) => listener());
}

// Off duty nothing is offered to him.
export const offDuty = () => [...standing.keys()].filter((id) => !wanted.has(id)).forEach((id) => withdraw(id, "withdrawn"));

// Taken, or no errand any more: nobody rides in vain.
function hear(entries) {
  for (const { type, data } of entries) {
    if (!standing.has(data?.order_id) || wanted.has(data.order_id)) continue;
    const full = ["order.claimed", "order.assigned"].includes(type) && data.taken >= data.slots;
    if (full && unsure(data.order_id)) accepting(standing.get(data.order_id));
    else if (full) withdraw(data.order_id, "taken");
    else if (["order.cancelled", "order.expired"].includes(type)) withdraw(data.order_id, "withdrawn");
  }
}

let lit = false;
function blink() {
  lit = standing.size > 0 && !lit;
  document.title = lit ? say("alert_title") : title;
}

unlockByTouch();
onAlerts(take);
onEntries(hear);
setInterval(tick, TICK_MS);
setInterval(blink, BLINK_MS);
