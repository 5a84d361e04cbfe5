// A clerk's desk: post a need between two phone calls, read out the code, watch it being done.
import { base, everything, post } from "../api.js";
import { announce, complain, el, settle, state, working } from "../dom.js";
import { debounce, looking, onEntries, onResync, start } from "../live.js";
import { say } from "../texts.js";
import { alarming, facts, head, lay, reasons, statusTag, telephone } from "./cards.js";

const CANCELS = ["resident_changed", "duplicate", "mistake", "solved", "other"];
const form = document.getElementById("need");
const list = document.getElementById("orders");
const posted = document.getElementById("posted");
const mistake = document.getElementById("need-wrong");
const send = form.querySelector("button.go");

function need() {
  const given = Object.fromEntries(new FormData(form));
  const at = (name) => (given[name] ? new Date(`${given[name]}+08:00`).toISOString() : null);
  return {
    kind: given.kind, summary: given.summary, building: given.building, urgency: given.urgency, slots: Number(given.slots),
    private_note: given.private_note || null, window_start: at("window_start"), window_end: at("window_end"),
    money_limit: given.money ? Math.round(Number(given.money) * 100) : null, skills: new FormData(form).getAll("skills"), familiar_first: given.familiar_first === "on",
    resident: { name: given.name, phone: given.phone || null, door: given.door || null, groups: new FormData(form).getAll("groups") },
  };
}

// The answer's names → the form's.
const FIELDS = { resident: "name", "resident.name": "name", "resident.phone": "phone", "resident.door": "door", money_limit: "money" };

// What is wrong stands under its field, wherever that is hidden; what concerns no field stands over the button.
function mark(name, why) {
  const found = form.elements[FIELDS[name] ?? name];
  const input = found instanceof RadioNodeList ? found[0] : found;
  const field = input?.labels[0]?.textContent.trim() ?? "";
  mistake.textContent = input && !why.includes(field) ? say("field_wrong", { field, why }) : why;
  if (input) {
    input.closest(".field, fieldset").append(mistake);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", "need-wrong");
    input.closest("details")?.setAttribute("open", "");
    input.focus();
  } else send.before(mistake);
  mistake.hidden = false;
}

function clear() {
  mistake.hidden = true;
  form.querySelectorAll("[aria-invalid]").forEach((input) => {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  });
}

// What the form itself can see, before the server is asked.
const unfit = () => [...form.elements].find((input) => input.willValidate && !input.validity.valid);

async function publish() {
  try {
    const order = await post("/orders", need());
    posted.hidden = false;
    document.getElementById("posted-code").textContent = order.code;
    const words = say("posted_for", { name: order.private.name, number: order.number });
    document.getElementById("posted-for").textContent = words;
    announce(words);
    form.reset();
    form.querySelector("details").open = false;
    form.elements.name.focus();
    await refresh();
  } catch (refused) {
    mark(refused.field, refused.code === "offline" ? say("offline_kept") : refused.message);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  clear();
  const input = unfit();
  if (input) return mark(input.name, say(input.validity.valueMissing ? "please_fill" : "look_again"));
  posted.hidden = true;
  working(send, publish);
});

function card(order) {
  const holders = order.holders?.map((holder) => holder.name).join("、");
  const whom = [order.private?.name, order.private?.door].filter(Boolean).join(" · ");
  const act = (verb, body) => post(`/orders/${order.id}/${verb}`, body).then(() => settle(), complain).then(refresh);
  const confirm = el("button", { type: "button", class: "go", onclick: () => working(confirm, () => act("confirm")) }, say("confirm"));
  const done = ["delivered", "closed", "cancelled"].includes(order.status);
  return el("li", { class: `card ${alarming(order) ? "escalated" : ""}` },
    el("div", { class: "row apart" }, head(order), statusTag(order)), facts(order),
    el("p", {}, whom, holders && el("span", { class: "holders" }, ` → ${holders}`)), telephone(order),
    el("p", { class: "hint" }, done ? say("number", { number: order.number }) : say("code_is", { code: order.code, number: order.number })),
    order.reason && el("p", { class: "note warn" }, say(`reason_${order.reason}`)), order.delivery?.reason && el("p", { class: "note" }, order.delivery.reason),
    order.delivery?.photo && el("p", {}, el("a", { class: "button", href: `${base}/orders/${order.id}/photo`, target: "_blank" }, say("see_photo"))),
    order.actions.includes("confirm") && el("div", { class: "row" }, confirm),
    order.actions.includes("cancel") && reasons(say("cancel"), CANCELS, (reason) => act("cancel", { reason })));
}

function show(orders) {
  lay(list, orders.items, card);
  document.getElementById("empty").hidden = orders.items.length > 0;
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

onEntries((entries) => entries.some((entry) => entry.type !== "private") && soon());
onResync(refresh);
show(state.orders);
start();
