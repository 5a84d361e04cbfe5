// A coordinator's desk: what nobody has taken stands out and is announced; what is under way; what waits for a word.
import { get, post } from "../api.js";
import { announce, el, state } from "../dom.js";
import { debounce, onEntries, onResync, start } from "../live.js";
import { chime, unlock } from "../sound.js";
import { say } from "../texts.js";
import { facts, head, lay, reasons, statusTag, time } from "./cards.js";

const CANCELS = ["resident_changed", "duplicate", "mistake", "solved", "other"];
const COLUMNS = { unclaimed: ["waiting", "open"], under_way: ["claimed", "picked_up"], word: ["delivered", "failed", "expired"] };
const wrong = document.getElementById("wrong");
const title = document.title;
let couriers = [];

async function act(order, verb, body = {}) {
  wrong.hidden = true;
  try {
    await post(`/orders/${order.id}/${verb}`, body);
  } catch (refused) {
    wrong.hidden = false;
    wrong.textContent = refused.code === "offline" ? say("offline_try") : refused.message;
  }
  refresh();
}

function assign(order) {
  const choice = el("select", { "aria-label": say("assign_to") }, el("option", { value: "" }, say("assign_to")),
    ...couriers.filter((one) => one.active).map((one) =>
      el("option", { value: one.id }, `${one.name} · ${one.depot} · ${one.on_duty ? say("on_duty_short") : say("off_duty_short")} · ${one.open_claims}`)));
  choice.addEventListener("change", () => choice.value && act(order, "assign", { person_id: choice.value }));
  return choice;
}

function card(order) {
  const may = (verb) => order.actions.includes(verb);
  const who = order.holders?.map((holder) => `${holder.name} ${time(holder.claimed_at)}`).join("、");
  return el("li", { class: `card ${order.escalated && order.status === "open" ? "escalated" : ""}` },
    el("div", { class: "row apart" }, head(order), statusTag(order)), facts(order),
    el("p", { class: "hint" }, say("since", { number: order.number, time: time(order.posted_at) }), who ? ` → ${who}` : ""),
    order.reason && el("p", { class: "note warn" }, say(`reason_${order.reason}`)),
    el("div", { class: "row" },
      may("open") && el("button", { type: "button", class: "go", onclick: () => act(order, "open") }, say("let_open")),
      may("confirm") && el("button", { type: "button", class: "go", onclick: () => act(order, "confirm") }, say("confirm")),
      may("reopen") && el("button", { type: "button", onclick: () => act(order, "reopen") }, say("reopen"))),
    may("assign") && assign(order),
    may("cancel") && reasons(say("cancel"), CANCELS, (reason) => act(order, "cancel", { reason })));
}

function show(orders) {
  for (const [column, statuses] of Object.entries(COLUMNS)) {
    const those = orders.items.filter((order) => statuses.includes(order.status));
    those.sort((a, b) => b.escalated - a.escalated || a.posted_at.localeCompare(b.posted_at));
    lay(document.getElementById(column), those, card);
    document.getElementById(`${column}-count`).textContent = those.length;
    document.getElementById(`${column}-empty`).hidden = those.length > 0;
  }
  const late = orders.items.filter((order) => order.escalated && order.status === "open").length;
  document.title = late ? `(${late}!) ${title}` : title;
}

async function refresh() {
  try {
    const [orders, people] = await Promise.all([get("/orders?status=active"), get("/couriers")]);
    couriers = people.items;
    document.getElementById("on-duty").textContent = couriers.filter((one) => one.on_duty && one.active).length;
    show(orders);
  } catch (refused) {
    wrong.hidden = false;
    wrong.textContent = refused.code === "offline" ? say("offline_try") : refused.message;
  }
}

const soon = debounce(refresh);
addEventListener("pointerdown", unlock, { once: true });
onEntries((entries) => {
  const loud = entries.filter((entry) => entry.type === "order.escalated");
  loud.forEach((entry) => announce(say(`escalated_${entry.data.why}`)));
  if (loud.length) chime();
  if (entries.some((entry) => entry.type !== "private")) soon();
});
onResync(refresh);
show(state.orders);
refresh();
start();
