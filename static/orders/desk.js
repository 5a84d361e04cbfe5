// A clerk's desk: post a need between two phone calls, read out the code, watch it being done.
import { call, get, newKey, post } from "../api.js";
import { announce, el, state } from "../dom.js";
import { debounce, onEntries, onResync, start } from "../live.js";
import { say } from "../texts.js";
import { facts, head, lay, reasons, statusTag } from "./cards.js";

const CANCELS = ["resident_changed", "duplicate", "mistake", "solved", "other"];
const form = document.getElementById("need");
const list = document.getElementById("orders");
let key = newKey();

function need() {
  const given = Object.fromEntries(new FormData(form));
  const at = (name) => (given[name] ? new Date(`${given[name]}+08:00`).toISOString() : null);
  return {
    kind: given.kind, summary: given.summary, building: given.building, urgency: given.urgency, slots: Number(given.slots),
    private_note: given.private_note || null, window_start: at("window_start"), window_end: at("window_end"),
    money_limit: given.money ? Math.round(Number(given.money) * 100) : null, skills: new FormData(form).getAll("skills"),
    familiar_first: given.familiar_first === "on",
    resident: { name: given.name, phone: given.phone || null, door: given.door || null, groups: new FormData(form).getAll("groups") },
  };
}

// The answer's names → the form's.
const FIELDS = { "resident.name": "name", "resident.phone": "phone", phone: "phone", "resident.door": "door", money_limit: "money" };

function mark(refused) {
  const name = FIELDS[refused.field] ?? refused.field;
  const input = form.elements[name];
  const place = document.getElementById("need-wrong");
  place.hidden = false;
  place.textContent = refused.code === "offline" ? say("offline_kept") : refused.message;
  if (input?.setAttribute) {
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", "need-wrong");
    input.closest("details")?.setAttribute("open", "");
    input.focus();
  }
}

function clear() {
  document.getElementById("need-wrong").hidden = true;
  form.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clear();
  const button = form.querySelector("button.go");
  button.disabled = true;
  try {
    const order = await call("POST", "/orders", { body: need(), key });
    document.getElementById("posted").hidden = false;
    document.getElementById("posted-code").textContent = order.code;
    document.getElementById("posted-for").textContent = say("posted_for", { name: order.private.name, number: order.number });
    announce(say("posted_for", { name: order.private.name, number: order.number }));
    form.reset();
    key = newKey();
    form.elements.name.focus();
    await refresh();
  } catch (refused) {
    mark(refused);
  }
  button.disabled = false;
});
// Another need is another command; the same one sent again is the same.
form.addEventListener("input", () => (key = newKey()));

function card(order) {
  const who = order.holders?.map((holder) => holder.name).join("、");
  const act = (verb, body) => post(`/orders/${order.id}/${verb}`, body).then(refresh, (refused) => mark(refused));
  const photo = order.delivery?.photo && el("a", { href: `${document.documentElement.dataset.base}/orders/${order.id}/photo`, target: "_blank" }, say("see_photo"));
  return el("li", { class: `card ${order.escalated && order.status === "open" ? "escalated" : ""}` },
    el("div", { class: "row apart" }, head(order), statusTag(order)), facts(order),
    el("p", {}, order.private ? `${order.private.name} · ${order.private.door ?? ""}` : "", who ? ` → ${who}` : ""),
    !["closed", "cancelled"].includes(order.status) && el("p", { class: "hint" }, say("code_is", { code: order.code, number: order.number })),
    order.reason && el("p", { class: "note warn" }, say(`reason_${order.reason}`)), order.delivery?.reason && el("p", { class: "note" }, order.delivery.reason), photo,
    el("div", { class: "row" },
      order.actions.includes("confirm") && el("button", { type: "button", class: "go", onclick: () => act("confirm") }, say("confirm")),
      order.actions.includes("cancel") && reasons(say("cancel"), CANCELS, (reason) => act("cancel", { reason }))));
}

function show(orders) {
  lay(list, orders.items, card);
  document.getElementById("empty").hidden = orders.items.length > 0;
}

const refresh = () => get("/orders?status=active").then(show, () => undefined);
const soon = debounce(refresh);
onEntries((entries) => entries.some((entry) => entry.type !== "private") && soon());
onResync(refresh);
show(state.orders);
start();
