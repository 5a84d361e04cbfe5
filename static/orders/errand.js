// One errand on its courier's phone: the next step is the one large button.
import { base, call, get, once, post } from "../api.js";
import { replaceWith } from "../carrying.js";
import { announce, complain, el, settle, state, working } from "../dom.js";
import { command, debounce, looking, onEntries, onForget, onResync, start } from "../live.js";
import { tellPlace } from "../place.js";
import { say } from "../texts.js";
import { fen, yuan } from "../yuan.js";
import { facts, head, reasons, statusTag, telephone, time } from "./cards.js";
import { listen } from "./told.js";

const RELEASES = ["busy", "far", "cannot_carry", "later", "resident_changed", "other"];
const FAILURES = ["nobody_home", "out_of_stock", "wrong_address", "refused", "unsafe", "other"];
// As many wrong codes as the station is told of; after them the right one no longer opens.
const WRONG_CODES_MOST = 5;
const root = document.getElementById("errand");
let { order } = state;
// Nothing of her stays behind in a second copy.
delete state.order;
let phone = null;
let drawn = null;
let wrongCodes = 0;
// The receipt that has arrived, and what was typed as its amount: both outlive a redrawing of the page.
let receipt = null;
let typedAmount = "";

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
    if (refused.field === "receipt") setReceipt(null);
    if (["amount", "receipt"].includes(refused.field)) document.getElementById(refused.field)?.focus();
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
  order = { ...order, private: undefined, caller: undefined, navigate: undefined, mine: false, actions: [] };
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

function setReceipt(id) {
  receipt = id;
  const told = document.getElementById("receipt-there");
  if (told) told.textContent = id ? say("receipt_kept") : "";
}

// Sent the moment it is taken, at the counter, so that at the door nothing is left to send.
async function sendReceipt(input) {
  const [file] = input.files;
  if (!file) return;
  setReceipt(null);
  settle();
  document.getElementById("receipt-there").textContent = say("receipt_sending");
  const form = new FormData();
  form.append("receipt", file);
  try {
    const what = `receipt ${order.id} ${file.name} ${file.size} ${file.lastModified}`;
    setReceipt((await once(what, (key) => call("POST", `/orders/${order.id}/receipt`, { form, key }))).receipt_id);
    announce(say("receipt_kept"));
  } catch (refused) {
    setReceipt(null);
    input.value = "";
    complain(refused);
  }
}

// What he has laid out: nothing where nothing is typed, which is the usual case and needs no tap.
function purchase() {
  const amount = el("input", { id: "amount", inputmode: "decimal", autocomplete: "off", maxlength: "16", value: typedAmount, "aria-describedby": "amount-hint" });
  amount.addEventListener("input", () => (typedAmount = amount.value));
  const photo = el("input", { id: "receipt", type: "file", accept: "image/jpeg,image/png,image/webp", capture: "environment", "aria-describedby": "receipt-there" });
  photo.addEventListener("change", () => sendReceipt(photo));
  return el("section", { class: "sheet", "aria-labelledby": "laid-out" },
    el("h3", { id: "laid-out" }, say("laid_out")),
    el("div", { class: "field" }, el("label", { for: "amount" }, say("amount")), amount,
      el("p", { id: "amount-hint", class: "hint" }, say("amount_hint", { yuan: yuan(order.money_limit) }))),
    el("div", { class: "field" }, el("label", { for: "receipt" }, say("receipt")), photo,
      el("p", { id: "receipt-there", class: "hint", role: "status" }, receipt ? say("receipt_kept") : "")));
}

// As the command takes it; null where it is not an amount, or amount or receipt is missing: then that is said, and asked for.
function laidOut() {
  const typed = typedAmount.trim();
  if (order.money_limit == null || (!typed && !receipt)) return {};
  const amount = fen(typed);
  const missing = !typed ? ["amount", "amount_missing"] : amount === null ? ["amount", "amount_wrong"]
    : amount > 0 && !receipt ? ["receipt", "receipt_missing"] : null;
  if (!missing) return amount ? { amount, receipt_id: receipt } : {};
  complain({ message: say(missing[1]) });
  document.getElementById(missing[0]).focus();
  return null;
}

function handOver() {
  const code = el("input", { id: "code", inputmode: "numeric", autocomplete: "off", maxlength: "4", pattern: "[0-9]{4}", class: "code", required: true });
  const send = el("button", { class: "go big" }, say("deliver"));
  const form = el("form", { class: "sheet" }, el("label", { for: "code" }, say("ask_code")), code, send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const money = laidOut();
    if (money) working(send, async () => {
      await act("deliver", { code: code.value, ...money });
      if (code.isConnected && !["amount", "receipt"].includes(document.activeElement?.id)) code.select();
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
    const money = laidOut();
    if (!money) return;
    const body = new FormData();
    body.append("photo", file);
    body.append("reason", reason.value);
    body.append("epoch", order.epoch);
    Object.entries(money).forEach(([name, value]) => body.append(name, value));
    const what = `photo ${order.id} ${order.epoch} ${file.name} ${file.size} ${file.lastModified} ${reason.value} ${JSON.stringify(money)}`;
    working(send, () => step(() => once(what, (key) => call("POST", `/orders/${order.id}/deliver`, { form: body, key }))));
  });
  return el("details", { class: "sheet" }, el("summary", {}, say("no_code")), form);
}

function farewell() {
  if (["delivered", "closed"].includes(order.status)) return el("p", { class: "note good thanks" }, say("thanks"));
  return el("p", { class: "note" }, say(order.status === "failed" ? "told_station" : "not_yours_now"));
}

// Where the button that had the focus is gone with its step, the next word is what has become of the errand.
function toTheTop({ firstElementChild: first }) {
  first.tabIndex = -1;
  first.focus({ preventScroll: true });
  scrollTo(0, 0);
}

// A code half typed, a photo chosen, a reason, stay while other news comes in.
function draw() {
  if (!order.mine) phone = null;
  const version = JSON.stringify([order, phone]);
  if (version === drawn) return;
  drawn = version;
  const may = (verb) => order.actions.includes(verb);
  const fail = (reason) => step(() => post(`/orders/${order.id}/fail`, { reason, epoch: order.epoch }));
  replaceWith(root.firstElementChild, el("div", {}, ...[
    el("div", { class: "row apart" }, head(order, "h2"), statusTag(order)), facts(order),
    order.mine && order.status === "open" && el("p", { class: "note" }, say("wait_for_others", { n: order.slots - order.taken })),
    order.status === "claimed" && order.mine && order.deadline && el("p", { class: "note warn" }, say("pick_up_by", { time: time(order.deadline) })),
    order.private ? whom(order.private) : farewell(),
    may("deliver") && order.money_limit != null && purchase(),
    may("deliver") && handOver(), may("deliver") && byPhoto(),
    el("div", { class: "openers" }, may("release") && reasons(say("release"), RELEASES, (reason) => act("release", { reason })),
      may("fail") && reasons(say("cannot_do"), FAILURES, fail)),
    !order.mine && typedAmount && el("p", {}, el("a", { class: "button wide", href: `${base}/money` }, say("my_money"))),
    el("p", { class: "row" }, el("a", { class: order.mine ? "button" : "button go big", href: `${base}/board` }, say("to_board")),
      el("a", { class: "button", href: `${base}/hazards/mine?order=${order.id}` }, say("hz_report_here"))),
    may("pick_up") && el("div", { class: "thumb" }, button(say("picked_up"), () => act("pick_up"), "go big")),
  ].filter(Boolean)), toTheTop);
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
