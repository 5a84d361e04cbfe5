// One errand on its courier's phone: the next step is the one large button.
import { base, call, get, once, post } from "../api.js";
import { announce, complain, el, settle, state, working } from "../dom.js";
import { command, debounce, looking, onEntries, onForget, onResync, start } from "../live.js";
import { tellPlace } from "../place.js";
import { say } from "../texts.js";
import { facts, head, reasons, statusTag, telephone, time } from "./cards.js";
import { listen } from "./told.js";

const RELEASES = ["busy", "far", "cannot_carry", "later", "resident_changed", "other"];
const FAILURES = ["nobody_home", "out_of_stock", "wrong_address", "refused", "unsafe", "other"];
// As many wrong codes as the station is told of; after them the right one no longer opens.
const WRONG_CODES_MOST = 5;
const root = document.getElementById("errand");
let order = state.order;
let phone = null;
let drawn = null;
let wrongCodes = 0;

async function step(send) {
  settle();
  try {
    order = await send();
    draw();
    announce(say(`status_${order.status}`));
  } catch (refused) {
    if (refused.code === "bad_code") wrongCodes += 1;
    const shut = wrongCodes >= WRONG_CODES_MOST;
    complain(shut ? { message: say("code_shut") } : refused);
    if (shut) root.querySelector("details")?.setAttribute("open", "");
    if (["too_late", "not_found", "not_eligible"].includes(refused.code)) await refresh();
  }
}

const act = (name, data = {}) => step(() => command(name, order.id, { epoch: order.epoch, ...data }));

const refresh = looking(async () => {
  try {
    order = await get(`/orders/${order.id}`);
    settle(false);
  } catch (refused) {
    if (refused.code !== "not_found") return complain(refused);
    forget();
  }
  draw();
});

function forget() {
  order = { ...order, private: undefined, navigate: undefined, mine: false, actions: [] };
}

async function reveal() {
  settle();
  try {
    phone = (await post(`/orders/${order.id}/reveal`)).phone;
    draw();
    root.querySelector('a[href^="tel:"]')?.focus();
  } catch (refused) {
    complain(refused);
  }
}

const button = (words, work, kind) => {
  const made = el("button", { type: "button", class: kind, onclick: () => working(made, work) }, words);
  return made;
};

function whom({ name, phone: masked, door, note }) {
  const number = phone ? el("a", { class: "button go wide", href: `tel:${phone}` }, say("call", { phone }))
    : masked && button(say("show_phone", { phone: masked }), reveal, "wide");
  const way = (map) => order.navigate && el("a", { class: "button", href: order.navigate[map], rel: "noreferrer", target: "_blank" }, say(map));
  return el("section", { class: "sheet", "aria-label": say("for_whom") },
    el("p", { class: "person" }, name), el("p", { class: "where" }, `${order.building} ${door ?? ""}`), note && el("p", { class: "note" }, note),
    order.caller && el("p", { class: "hint" }, say("caller_is", { name: order.caller.name })), number, telephone(order, "caller"), el("div", { class: "halves" }, way("amap"), way("baidu")));
}

function handOver() {
  const code = el("input", { id: "code", inputmode: "numeric", autocomplete: "off", maxlength: "4", pattern: "[0-9]{4}", class: "code", required: true });
  const send = el("button", { class: "go big" }, say("deliver"));
  const form = el("form", { class: "sheet" }, el("label", { for: "code" }, say("ask_code")), code, send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    working(send, async () => {
      await act("deliver", { code: code.value });
      if (code.isConnected) code.select();
    });
  });
  return form;
}

function byPhoto() {
  const photo = el("input", { id: "photo", type: "file", accept: "image/jpeg,image/png,image/webp", capture: "environment", required: true });
  const reason = el("input", { id: "why", maxlength: "200", required: true, list: "whys" });
  const send = el("button", { class: "wide" }, say("deliver_photo"));
  const form = el("form", {}, el("div", { class: "field" }, el("label", { for: "photo" }, say("photo")), photo),
    el("div", { class: "field" }, el("label", { for: "why" }, say("why_no_code")), reason,
      el("datalist", { id: "whys" }, ...["why_asleep", "why_neighbour", "why_unreadable"].map((why) => el("option", { value: say(why) })))), send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [file] = photo.files;
    const body = new FormData();
    body.append("photo", file);
    body.append("reason", reason.value);
    body.append("epoch", order.epoch);
    const what = `photo ${order.id} ${order.epoch} ${file.name} ${file.size} ${file.lastModified} ${reason.value}`;
    working(send, () => step(() => once(what, (key) => call("POST", `/orders/${order.id}/deliver`, { form: body, key }))));
  });
  return el("details", { class: "sheet" }, el("summary", {}, say("no_code")), form);
}

function farewell() {
  if (["delivered", "closed"].includes(order.status)) return el("p", { class: "note good thanks" }, say("thanks"));
  return el("p", { class: "note" }, say(order.status === "failed" ? "told_station" : "not_yours_now"));
}

const nameOf = (element) => element.id || element.textContent;

// Where the button that had the focus is gone with its step, the next word is what has become of the errand.
function keepFocus(name) {
  const same = [...root.querySelectorAll("a, button, input, summary")].find((one) => nameOf(one) === name);
  if (same) return same.focus({ preventScroll: true });
  root.firstElementChild.tabIndex = -1;
  root.firstElementChild.focus({ preventScroll: true });
  scrollTo(0, 0);
}

// Only what has changed is drawn: a code half typed, a photo chosen, stay while other news comes in.
function draw() {
  if (!order.mine) phone = null;
  const version = JSON.stringify([order, phone]);
  if (version === drawn) return;
  drawn = version;
  const may = (verb) => order.actions.includes(verb);
  const fail = (reason) => step(() => post(`/orders/${order.id}/fail`, { reason, epoch: order.epoch }));
  const held = root.contains(document.activeElement) && nameOf(document.activeElement);
  const typed = document.getElementById("code")?.value;
  root.replaceChildren(...[
    el("div", { class: "row apart" }, head(order, "h2"), statusTag(order)), facts(order),
    order.mine && order.status === "open" && el("p", { class: "note" }, say("wait_for_others", { n: order.slots - order.taken })),
    order.status === "claimed" && order.mine && order.deadline && el("p", { class: "note warn" }, say("pick_up_by", { time: time(order.deadline) })),
    order.private ? whom(order.private) : farewell(),
    may("deliver") && handOver(), may("deliver") && byPhoto(),
    el("div", { class: "openers" }, may("release") && reasons(say("release"), RELEASES, (reason) => act("release", { reason })),
      may("fail") && reasons(say("cannot_do"), FAILURES, fail)),
    el("p", {}, el("a", { class: order.mine ? "button" : "button go big", href: `${base}/board` }, say("to_board"))),
    may("pick_up") && el("div", { class: "thumb" }, button(say("picked_up"), () => act("pick_up"), "go big")),
  ].filter(Boolean));
  if (typed && may("deliver")) document.getElementById("code").value = typed;
  if (held) keepFocus(held);
}

const soon = debounce(refresh);
onEntries((entries) => entries.some((entry) => entry.data?.order_id === order.id) && soon());
onForget((orderId) => {
  if (orderId !== order.id) return;
  forget();
  draw();
  refresh();
});
onResync(refresh);
draw();
listen(() => (order.mine ? [order.id] : []));
start();
if (location.hash === "#claimed") {
  history.replaceState(null, "", location.pathname);
  tellPlace(() => order.mine).then((told) => told && refresh());
}
