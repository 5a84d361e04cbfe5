// One errand on its courier's phone: the next step is the one large button.
import { base, call, get, newKey, post } from "../api.js";
import { announce, el, state } from "../dom.js";
import { command, onEntries, onForget, onResync, start } from "../live.js";
import { say } from "../texts.js";
import { facts, head, reasons, statusTag, time } from "./cards.js";

const RELEASES = ["busy", "far", "cannot_carry", "later", "resident_changed", "other"];
const FAILURES = ["nobody_home", "out_of_stock", "wrong_address", "refused", "unsafe", "other"];
const root = document.getElementById("errand");
let order = state.order;
let phone = null;
let wrong = "";

async function step(name, data = {}) {
  wrong = "";
  try {
    order = await command(name, order.id, newKey(), { epoch: order.epoch, ...data });
    announce(say(`status_${order.status}`));
  } catch (refused) {
    wrong = refused.code === "offline" ? say("offline_try") : refused.message;
    if (["too_late", "not_found"].includes(refused.code)) return refresh();
  }
  draw();
}

async function refresh() {
  order = await get(`/orders/${order.id}`).catch(() => ({ ...order, private: undefined, mine: false, actions: [] }));
  draw();
}

async function reveal() {
  try {
    phone = (await post(`/orders/${order.id}/reveal`)).phone;
    draw();
    root.querySelector('a[href^="tel:"]')?.focus();
  } catch (refused) {
    wrong = refused.message;
    draw();
  }
}

function whom({ name, phone: masked, door, note }) {
  const number = phone ? el("a", { class: "button go", href: `tel:${phone}` }, say("call", { phone }))
    : masked && el("button", { type: "button", onclick: reveal }, say("show_phone", { phone: masked }));
  return el("section", { class: "sheet", "aria-label": say("for_whom") },
    el("h2", {}, name), el("p", { class: "where" }, `${order.community} ${order.building} ${door ?? ""}`), note && el("p", { class: "note" }, note),
    el("div", { class: "row" }, number,
      order.navigate && el("a", { class: "button", href: order.navigate.amap, rel: "noreferrer", target: "_blank" }, say("amap")),
      order.navigate && el("a", { class: "button", href: order.navigate.baidu, rel: "noreferrer", target: "_blank" }, say("baidu"))));
}

function handOver() {
  const code = el("input", { id: "code", inputmode: "numeric", autocomplete: "off", maxlength: "4", pattern: "[0-9]{4}", class: "code", required: true });
  const form = el("form", { class: "sheet" }, el("label", { for: "code" }, say("ask_code")), code, el("p"), el("button", { class: "go big" }, say("deliver")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    step("deliver", { code: code.value });
  });
  return form;
}

function byPhoto() {
  const photo = el("input", { id: "photo", type: "file", accept: "image/jpeg,image/png,image/webp", capture: "environment", required: true });
  const reason = el("input", { id: "why", maxlength: "200", required: true, list: "whys" });
  const key = newKey();
  const form = el("form", {}, el("div", { class: "field" }, el("label", { for: "photo" }, say("photo")), photo),
    el("div", { class: "field" }, el("label", { for: "why" }, say("why_no_code")), reason,
      el("datalist", { id: "whys" }, ...["why_asleep", "why_neighbour", "why_unreadable"].map((why) => el("option", { value: say(why) })))),
    el("button", {}, say("deliver_photo")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData();
    body.append("photo", photo.files[0]);
    body.append("reason", reason.value);
    body.append("epoch", order.epoch);
    try {
      order = await call("POST", `/orders/${order.id}/deliver`, { form: body, key });
      wrong = "";
    } catch (refused) {
      wrong = refused.code === "offline" ? say("offline_try") : refused.message;
      document.getElementById("wrong").textContent = wrong;
      document.getElementById("wrong").hidden = false;
      return;
    }
    draw();
  });
  return el("details", { class: "sheet" }, el("summary", {}, say("no_code")), form);
}

const may = (verb) => order.actions.includes(verb);

function draw() {
  if (!order.mine) phone = null;
  const due = order.status === "claimed" && order.deadline;
  root.replaceChildren(
    el("div", { class: "row apart" }, head(order), statusTag(order)), facts(order),
    order.mine && order.status === "open" ? el("p", { class: "note" }, say("wait_for_others", { n: order.slots - order.taken })) : "",
    due ? el("p", { class: "hint" }, say("pick_up_by", { time: time(due) })) : "",
    el("p", { id: "wrong", class: "note bad", role: "alert", hidden: !wrong }, wrong),
    order.private ? whom(order.private) : el("p", { class: "note good" }, say(["delivered", "closed"].includes(order.status) ? "thanks" : "not_yours_now")),
    may("pick_up") ? el("button", { type: "button", class: "go big", onclick: () => step("pick_up") }, say("picked_up")) : "",
    may("deliver") ? handOver() : "", may("deliver") ? byPhoto() : "",
    may("release") ? reasons(say("release"), RELEASES, (reason) => step("release", { reason })) : "",
    may("fail") ? reasons(say("cannot_do"), FAILURES, (reason) => post(`/orders/${order.id}/fail`, { reason, epoch: order.epoch }).then((said) => { order = said; draw(); }, refresh)) : "",
    el("p", {}, el("a", { class: "button", href: `${base}/board` }, say("to_board"))));
}

onEntries((entries) => entries.some((entry) => entry.data?.order_id === order.id) && refresh());
onForget((orderId) => {
  if (orderId !== order.id) return;
  order = { ...order, private: undefined, navigate: undefined, mine: false, actions: [] };
  draw();
  refresh();
});
onResync(refresh);
draw();
start();
