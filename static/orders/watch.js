// A coordinator's desk: what nobody has taken stands out and is announced; what is under way; what waits for a word.
import { base, everything, get, post } from "../api.js";
import { announce, complain, el, settle, state, working } from "../dom.js";
import { debounce, looking, onEntries, onResync, start } from "../live.js";
import { chime, unlock } from "../sound.js";
import { say } from "../texts.js";
import { alarming, facts, head, lay, opener, reasons, statusTag, telephone, time } from "./cards.js";

const CANCELS = ["resident_changed", "duplicate", "mistake", "solved", "other"];
const COLUMNS = { unclaimed: ["waiting", "open"], under_way: ["claimed", "picked_up"], word: ["delivered", "failed", "expired"] };
const title = document.title;
let couriers = [];

async function act(order, ...steps) {
  settle();
  try {
    for (const [verb, body] of steps) await post(`/orders/${order.id}/${verb}`, body);
  } catch (refused) {
    complain(refused.field === "person_id" ? { message: say("cannot_have") } : refused);
  }
  await refresh();
}

// Chosen, and then said: a list that acts on every arrow key would send the wrong person.
function assigning(order, first) {
  return opener(say(first.length ? "assign_other" : "assign"), () => {
    const held = new Set(order.holders?.map((holder) => holder.id));
    const choice = el("select", { "aria-label": say("assign_to") }, el("option", { value: "" }, say("assign_to")),
      ...couriers.filter((one) => one.active && !held.has(one.id)).map((one) =>
        el("option", { value: one.id }, `${one.name} · ${one.depot} · ${one.on_duty ? say("on_duty_short") : say("off_duty_short")} · ${say("holds", { n: one.open_claims })}`)));
    const send = el("button", { type: "button", class: "go", onclick: () =>
      choice.value ? working(send, () => act(order, ...first, ["assign", { person_id: choice.value }])) : choice.focus() }, say("assign"));
    return el("div", { class: "choose" }, choice, send);
  });
}

function card(order) {
  const may = (verb) => order.actions.includes(verb);
  const button = (verb, words, kind) => {
    const made = el("button", { type: "button", class: kind, onclick: () => working(made, () => act(order, [verb])) }, say(words));
    return may(verb) && made;
  };
  const direct = [button("open", "let_open", "go"), button("confirm", "confirm", "go"), button("reopen", "reopen")].filter(Boolean);
  const reassign = may("reopen") && COLUMNS.under_way.includes(order.status);
  return el("li", { class: `card ${alarming(order) ? "escalated" : ""}` },
    el("div", { class: "row apart" }, head(order), statusTag(order)), facts(order),
    el("p", { class: "hint" }, say("since", { number: order.number, time: time(order.posted_at) })),
    order.holders?.length > 0 && el("ul", { class: "holders" }, ...order.holders.map((one) => el("li", {}, `${one.name} · ${time(one.claimed_at)}`))),
    order.reason && el("p", { class: "note warn" }, say(`reason_${order.reason}`)), order.delivery?.reason && el("p", { class: "note" }, order.delivery.reason),
    order.delivery?.photo && el("p", {}, el("a", { class: "button", href: `${base}/orders/${order.id}/photo`, target: "_blank" }, say("see_photo"))),
    direct.length > 0 && el("div", { class: "row" }, ...direct),
    el("div", { class: "openers" }, order.private && opener(say("for_whom"), () => el("div", {}, el("p", {}, [order.private.name, order.private.door].filter(Boolean).join(" · ")), telephone(order))),
      may("assign") && assigning(order, []), reassign && assigning(order, [["reopen"]]),
      may("cancel") && reasons(say("cancel"), CANCELS, (reason) => act(order, ["cancel", { reason }]))));
}

function show(orders) {
  for (const [column, statuses] of Object.entries(COLUMNS)) {
    const those = orders.items.filter((order) => statuses.includes(order.status));
    those.sort((a, b) => alarming(b) - alarming(a) || a.posted_at.localeCompare(b.posted_at));
    lay(document.getElementById(column), those, card);
    document.getElementById(`${column}-count`).textContent = those.length;
    document.getElementById(`${column}-empty`).hidden = those.length > 0;
  }
  const late = orders.items.filter(alarming).length;
  document.title = late ? `(${late}!) ${title}` : title;
}

const refresh = looking(async () => {
  try {
    const [orders, people] = await Promise.all([everything("/orders?status=active"), get("/couriers")]);
    couriers = people.items;
    document.getElementById("on-duty").textContent = couriers.filter((one) => one.on_duty && one.active).length;
    show(orders);
    settle(false);
  } catch (refused) {
    complain(refused);
  }
});
const soon = debounce(refresh);

addEventListener("pointerdown", unlock, { once: true });
onEntries((entries) => {
  const loud = entries.filter(({ type, data }) => type === "order.escalated" || (type === "order.released" && data.reason === "lapsed") || (type === "order.confirmed" && data.satisfied === false));
  loud.forEach(({ type, data }) => announce(say(type === "order.confirmed" ? "escalated_unsatisfied" : `escalated_${data.why ?? data.reason}`)));
  if (loud.length) chime();
  if (entries.some((entry) => entry.type !== "private")) soon();
});
onResync(refresh);
show(state.orders);
refresh();
start();
