// A clerk's desk: post a need between two phone calls, read out the code, watch it being done, call back.
import { base, call, everything, get, post, unanswered } from "../api.js";
import { announce, complain, el, settle, state, working } from "../dom.js";
import { debounce, looking, onEntries, onResync, start } from "../live.js";
import { findResident } from "../residents/finding.js";
import { say } from "../texts.js";
import { alertLine } from "./alert_line.js";
import { alarming, facts, head, lay, reasons, statusTag, telephone, time } from "./cards.js";
import { fill, found, fresh, halfTyped, halfTypedNeed, lookUp, mark, need, release, repeat, unfit, unmark } from "./need.js";

const CANCELS = ["resident_changed", "duplicate", "mistake", "solved", "other"];
const form = document.getElementById("need");
const list = document.getElementById("orders");
const callbacks = document.getElementById("callbacks");
const posted = document.getElementById("posted");
const alike = document.getElementById("alike");
const send = form.querySelector("button.go");
// What has been shown as alike already: a second press posts it anyway.
let warned = "";
// While an earlier need is being fetched Enter does nothing: it is seen before it is posted.
let drafting = false;
// For which need she has been told that it would take the place of what she is typing: pressed once more it does.
let asked = null;

async function looksAlike(body) {
  const { kind, building, resident, resident_id } = body;
  const asked = { kind, building, resident_id, resident: resident && { name: resident.name, phone: resident.phone } };
  if (JSON.stringify(asked) === warned) return false;
  // Nothing here keeps anybody from posting: a look that failed is no look.
  const seen = await call("POST", "/orders/preview", { body: asked }).catch(() => ({ duplicates: [] }));
  if (!seen.duplicates.length) return false;
  warned = JSON.stringify(asked);
  document.getElementById("alike-list").replaceChildren(...seen.duplicates.map((order) =>
    el("li", { class: "row" }, statusTag(order), say("alike_one", { number: order.number, time: time(order.posted_at), summary: order.summary || say(`kind_${order.kind}`) }))));
  alike.hidden = false;
  send.focus();
  return true;
}

async function publish() {
  const body = need(form);
  const said = JSON.stringify(body);
  // What is said again because its answer was lost would look like itself.
  if (!unanswered("/orders", body) && (await looksAlike(body))) return;
  try {
    const order = await post("/orders", body);
    posted.hidden = false;
    document.getElementById("posted-code").textContent = order.code;
    const words = say("posted_for", { name: order.private.name, number: order.number });
    document.getElementById("posted-for").textContent = words;
    announce(words);
    // She is typing the next one already: that stays.
    if (JSON.stringify(need(form)) === said) {
      empty();
      form.elements.name.focus();
    }
    // On a slow line the next one may be sent before the list is there.
    refresh();
  } catch (refused) {
    mark(refused.field, refused.code === "offline" ? say("offline_kept") : refused.message);
  }
}

function empty() {
  fresh(form);
  asked = null;
  alike.hidden = true;
  warned = "";
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (drafting) return;
  unmark();
  const input = unfit(form);
  if (input) return mark(input.name, say(input.validity.valueMissing ? "please_fill" : "look_again"));
  posted.hidden = true;
  working(send, publish);
});

// Again: of the row that has the focus, else of the resident in the form. Shown first; Enter posts it.
async function again(orderId) {
  const half = orderId ? halfTyped(form) : halfTypedNeed(form);
  if (half && asked !== (orderId ?? "")) {
    asked = orderId ?? "";
    return complain({ message: say("repeat_over_typed") });
  }
  drafting = true;
  try {
    fill(form, await repeat(orderId));
    asked = null;
    settle();
    alike.hidden = true;
    send.focus();
  } catch (refused) {
    complain(refused);
  } finally {
    drafting = false;
  }
}

addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyR") return;
  event.preventDefault();
  again(document.activeElement?.closest("[data-id]")?.dataset.id);
});
document.getElementById("repeat").addEventListener("click", () => again());
document.getElementById("fresh").addEventListener("click", () => {
  empty();
  form.elements.name.focus();
});
form.elements.name.addEventListener("input", () => release(form));
form.elements.phone.addEventListener("input", debounce(() => lookUp(form)));
findResident(form);
form.addEventListener("resident", ({ detail }) => {
  found(form, detail);
  lookUp(form);
});

const act = (order, verb, body) => post(`/orders/${order.id}/${verb}`, body).then(() => settle(), complain).then(refresh);
const whom = (order) => [order.private?.name, order.private?.door].filter(Boolean).join(" · ");

function once(words, work, kind = "small") {
  const made = el("button", { type: "button", class: kind, onclick: () => working(made, work) }, words);
  return made;
}

// What is done with any row: again today, or every week.
const repeating = (order) => order.private?.name && el("p", { class: "hint row" },
  once(say("again"), () => again(order.id), "small plain"), el("a", { href: `${base}/standing?order=${order.id}` }, say("weekly")));
const numbers = (order) => el("p", { class: "row" }, telephone(order), telephone(order, "caller"));

// Nobody has answered yet, and she cannot wait for the next wave.
const push = (order) => order.actions.includes("push") && el("p", {}, once(say("push"), () => act(order, "push")));

// The station has told her committee that nobody takes it: the next step is hers.
const told = (order) => order.status === "open" && ["committee", "district"].includes(order.alerts?.step) && el("p", { class: "note warn" }, say("committee_told"));

function card(order) {
  const holders = order.holders?.map((holder) => holder.name).join("、");
  const done = ["closed", "cancelled"].includes(order.status);
  return el("li", { class: `card ${alarming(order) ? "escalated" : ""}` },
    el("div", { class: "row apart" }, head(order), statusTag(order)), facts(order), alertLine(order), told(order), push(order),
    el("p", {}, whom(order), holders && el("span", { class: "holders" }, ` → ${holders}`)), numbers(order),
    el("p", { class: "hint" }, done ? say("number", { number: order.number }) : say("code_is", { code: order.code, number: order.number })),
    order.reason && el("p", { class: "note warn" }, say(`reason_${order.reason}`)), repeating(order),
    order.actions.includes("cancel") && reasons(say("cancel"), CANCELS, (reason) => act(order, "cancel", { reason })));
}

// She is called back: content, not content with her words, or not reached and tried again later.
function callback(order) {
  const { tries, again_at } = order.call_back;
  const note = el("input", { maxlength: "500", "aria-label": say("her_words"), placeholder: say("her_words") });
  const said = (satisfied) => () => act(order, "confirm", { satisfied, note: note.value.trim() || null });
  return el("li", { class: "card" },
    el("div", { class: "row apart" }, head(order), statusTag(order)),
    el("p", {}, whom(order), el("span", { class: "holders" }, ` ← ${order.holders?.map((holder) => holder.name).join("、")}`)),
    tries > 0 && el("p", { class: "hint" }, say("not_reached_so_far", { n: tries, time: time(again_at) })),
    numbers(order),
    order.delivery?.reason && el("p", { class: "note" }, order.delivery.reason),
    order.delivery?.photo && el("p", {}, el("a", { class: "button", href: `${base}/orders/${order.id}/photo`, target: "_blank" }, say("see_photo"))),
    el("div", { class: "field" }, note),
    el("div", { class: "row" }, once(say("satisfied"), said(true), "go"), once(say("not_satisfied"), said(false), "bad"),
      once(say("not_reached"), () => act(order, "not-reached"), ""), once(say("confirm"), said(null), "plain")), repeating(order));
}

const waits = (order) => new Date(order.call_back.again_at ?? 0) > new Date();

function show(orders) {
  const back = orders.items.filter((order) => order.status === "delivered").sort((a, b) => waits(a) - waits(b) || a.posted_at.localeCompare(b.posted_at));
  const under = orders.items.filter((order) => order.status !== "delivered");
  lay(callbacks, back, callback);
  lay(list, under, card);
  document.getElementById("calling-back").hidden = back.length === 0;
  document.getElementById("callbacks-count").textContent = back.length;
  document.getElementById("empty").hidden = under.length > 0;
}

const refresh = looking(async () => {
  try {
    show(await everything("/orders?status=active"));
    settle(false);
  } catch (refused) {
    complain(refused);
  }
});
const soon = debounce(refresh);

// What was missed, stopped or left behind by somebody: one line that leads there.
const news = looking(async () => {
  const standings = await get("/standings").catch(() => null);
  if (standings) document.getElementById("standing-news").hidden = !standings.items.some((one) => one.missed.length || one.stopped || one.keeper_gone);
});

onEntries((entries) => {
  if (entries.some((entry) => entry.type !== "private")) soon();
  if (entries.some((entry) => entry.type.startsWith("standing."))) news();
  if (entries.some(({ type, data }) => type === "order.escalated" && data.why === "committee")) announce(say("committee_told"));
});
onResync(() => Promise.all([refresh(), news()]));
show(state.orders);
start();
