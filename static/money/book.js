// A community's book: what waits for money, oldest first and settled by keyboard; balances, vouchers; live.
import { base, call, everything, get, once, post } from "../api.js";
import { announce, complain, el, settle, state } from "../dom.js";
import { debounce, looking, onEntries, onResync, start } from "../live.js";
import { facts, lay, opener, reasons, time } from "../orders/cards.js";
import { say } from "../texts.js";
import { yuan } from "../yuan.js";
import { amountField, choice, day, field, hows, onSend, radios, shut } from "./fields.js";

const REASONS = ["wrong_amount", "wrong_way", "wrong_person", "not_paid", "goods_returned", "other"];
const ENDED = ["delivered", "failed", "closed", "cancelled", "expired"];
const LIMITS_REST_MS = 500;
const mayBook = state.role === "clerk";
const list = document.getElementById("advances");
const { community_id: community, month } = state.book;

const named = (resident) => [say("resident_number", { number: String(resident.number).padStart(4, "0") }), resident.name].filter(Boolean).join(" ");
const booked = () => {
  announce(say("booked"));
  return refresh();
};

// What has been booked is not in its form any more, or it would be booked again; what was refused stays, on a card as it is now.
const sending = (form, amounts, send, then = () => null) => onSend(form, amounts, async (said) => {
  try {
    await send(said);
  } catch (refused) {
    soon();
    throw refused;
  }
  shut(form);
  await booked();
  then();
});

// Who can still have paid, the likeliest first, each with the most that it can settle.
function ways({ due, owed }) {
  const most = { resident: Math.min(due, owed), box: due, aid: Math.min(due, owed), repaid: owed, waived: owed };
  const order = due ? ["resident", "box", "aid", "repaid", "waived"] : ["repaid", "waived"];
  return order.filter((way) => most[way] > 0).map((way) => [way, most[way]]);
}

function settling(advance) {
  const open = ways(advance);
  const amount = amountField("amount", say("settle_amount"), yuan(open[0][1]));
  const form = el("form", {},
    radios("way", say("settle_way"), open.map(([way, most]) => [way, `${say(`way_${way}`)} ${yuan(most)}`])),
    el("div", { class: "pair" }, amount, hows(), day()), el("button", { class: "go" }, say("book_it")));
  form.addEventListener("change", (event) => {
    if (event.target.name === "way") form.elements.amount.value = yuan(Object.fromEntries(open)[event.target.value]);
  });
  let next = null;
  return sending(form, ["amount"], (said) => {
    next = list.querySelector(`[data-id="${advance.id}"]`)?.nextElementSibling;
    return post(`/orders/${advance.order_id}/settle`, { ...said, version: advance.version, advance_id: advance.id });
  }, () => (next?.isConnected ? next.querySelector("button") : list.querySelector("button") ?? document.getElementById("waiting-title")).focus());
}

const correcting = (advance) =>
  sending(el("form", {}, el("div", { class: "pair" }, amountField("amount", say("right_amount"), yuan(advance.amount)),
    choice("reason", say("why_corrected"), REASONS.map((reason) => [reason, say(`reason_${reason}`)]))), el("button", { class: "go" }, say("book_it"))),
  ["amount"], (said) => post(`/orders/${advance.order_id}/correct-advance`, { ...said, version: advance.version, advance_id: advance.id }));

const card = (advance) =>
  el("li", { class: "card" },
    el("div", { class: "row apart" }, el("h3", {}, say("advance_of", { name: advance.courier.name, yuan: yuan(advance.amount) })),
      el("span", { class: `tag ${advance.due ? "today" : ""}` }, say(advance.due ? "due" : "owed", { yuan: yuan(advance.due || advance.owed) }))),
    el("p", {}, `${say(`kind_${advance.kind}`)} · ${advance.building} · ${named(advance.resident)}`),
    advance.due > 0 && advance.owed !== advance.due && el("p", { class: "hint" }, say("owed", { yuan: yuan(advance.owed) })),
    el("div", { class: "row" }, el("p", { class: "hint" }, say("since_order", { number: advance.number, time: time(advance.at) })),
      advance.receipt && el("a", { class: "button small", href: `${base}/orders/${advance.order_id}/receipt?advance_id=${advance.id}`, target: "_blank" }, say("see_receipt"),
        el("span", { class: "unseen" }, ` ${advance.number}`))),
    mayBook && el("div", { class: "openers" }, opener(say("settle"), () => settling(advance), true), opener(say("correct"), () => correcting(advance), true)));

function raising(order) {
  return sending(el("form", {}, amountField("money_limit", say("new_limit")), el("button", { class: "go" }, say("raise_limit"))), ["money_limit"],
    (said) => post(`/orders/${order.id}/raise-limit`, said));
}

// Who had the order and may have paid: where it is one alone, he is chosen already.
async function couriersOf(order, place) {
  try {
    const { couriers } = await get(`/orders/${order.id}/advance`);
    const options = couriers.map((one) => [one.id, one.name]);
    place.replaceChildren(choice("courier_id", say("who_paid"), options.length > 1 ? [["", say("choose")], ...options] : options));
  } catch (refused) {
    complain(refused);
  }
}

function enteringLate(order) {
  const who = el("div");
  couriersOf(order, who);
  const photo = field("receipt", say("receipt"), { type: "file", accept: "image/jpeg,image/png,image/webp" });
  const form = el("form", {}, who, amountField("amount", say("amount")), photo, el("button", { class: "go" }, say("book_it")));
  return sending(form, ["amount"], async (said) => {
    const body = new FormData();
    body.append("receipt", said.receipt);
    const { name, size, lastModified } = said.receipt;
    const kept = await once(`late ${order.id} ${name} ${size} ${lastModified}`, (key) => call("POST", `/orders/${order.id}/receipt`, { form: body, key }));
    await post(`/orders/${order.id}/advance`, { amount: said.amount, receipt_id: kept.receipt_id, courier_id: said.courier_id || null });
  });
}

// One that was looked for may be of any day and of anybody's: its day and her name stand on it.
const under = (order, found = false) =>
  el("li", { class: "card" },
    el("div", { class: "row apart" }, el("p", { class: "kind" }, `${say(`kind_${order.kind}`)} · ${order.building}`), el("span", { class: "tag" }, say(`status_${order.status}`))),
    order.holders?.length > 0 && el("p", { class: "holders" }, order.holders.map((one) => one.name).join("、")),
    order.money_limit == null ? el("p", { class: "hint" }, say("limit_none")) : facts(order), el("p", { class: "hint" }, found ? [say("since_order", { number: order.number, time: time(order.posted_at) }), order.private?.name].filter(Boolean).join(" · ")
      : say("number", { number: order.number })),
    el("div", { class: "openers" }, opener(say("raise_limit"), () => raising(order), true),
      ENDED.includes(order.status) && order.money_limit != null && opener(say("enter_late"), () => enteringLate(order), true)));

const cell = (text, kind) => el("td", { class: kind }, text);
const sum = (amount) => cell(yuan(amount), amount ? "number" : "number nil");

function voucherRows(voucher) {
  const back = voucher.reversible && mayBook
    && reasons(say("reverse"), REASONS, async (reason) => {
      settle();
      try {
        await post(`/money/vouchers/${voucher.id}/reverse`, { reason });
        await booked();
      } catch (refused) {
        complain(refused);
      }
    });
  return voucher.lines.map((line, n) => el("tr", {},
    cell(n ? "" : voucher.number), cell(n ? "" : voucher.at.slice(0, 10)), cell(n ? "" : voucher.summary), cell(line.debit), cell(line.credit), sum(line.amount),
    cell(n ? "" : voucher.by), cell(n ? "" : voucher.order),
    el("td", {}, ...(n ? [] : [voucher.countered && say("countered_by", { number: voucher.countered }), back].filter(Boolean)))));
}

// The newest vouchers are looked for most often; a table that has not changed is left alone, with what is open in it.
let drawn = null;
function showBook(book) {
  const version = JSON.stringify(book);
  if (version === drawn) return;
  drawn = version;
  document.getElementById("accounts").replaceChildren(...book.accounts.map((one) =>
    el("tr", {}, cell(one.account), sum(one.opening), sum(one.debit), sum(one.credit), sum(one.closing))));
  document.getElementById("vouchers").replaceChildren(...[...book.vouchers].reverse().flatMap(voucherRows));
  document.getElementById("vouchers-empty").hidden = book.vouchers.length > 0;
}

function showNow(accounts) {
  const cash = accounts.find((one) => one.kind === "cash")?.closing ?? 0;
  document.getElementById("box").textContent = say("box_holds", { yuan: yuan(cash) });
  const open = accounts.filter((one) => ["courier", "resident"].includes(one.kind) && one.closing !== 0);
  document.getElementById("persons").replaceChildren(...open.map((one) => el("li", { class: "row apart" },
    el("span", {}, one.kind === "courier" ? one.name : named(one)), el("strong", {}, say(one.kind === "courier" ? "due" : "owed", { yuan: yuan(Math.abs(one.closing)) })))));
  document.getElementById("persons-empty").hidden = open.length > 0;
}

let entered = new Set();
function showWaiting({ items, total }) {
  entered = new Set(items.map((one) => one.order_id));
  lay(list, items, card);
  document.getElementById("count").textContent = total ?? items.length;
  document.getElementById("empty").hidden = items.length > 0;
}

async function showLimits() {
  const [active, finished] = await Promise.all(["active", "finished"].map((status) => everything(`/orders?status=${status}`)));
  // What went through several hands may have been paid for by several; of what nobody ever had nothing was paid.
  const there = [...active.items, ...finished.items].filter((order) => ["claimed", "picked_up", ...ENDED].includes(order.status)
    && order.epoch > 0 && (order.epoch > 1 || !entered.has(order.id)));
  lay(document.getElementById("limits"), there, (order) => under(order));
  document.getElementById("limits-count").textContent = there.length;
  document.getElementById("limits-empty").hidden = there.length > 0;
}

// What was looked for last; it is looked for again whenever something is booked.
let sought = "";
async function showFound() {
  if (!sought) return;
  const { items, total } = await post("/money/orders/find", { q: sought });
  const nothing = document.getElementById("found-said");
  lay(document.getElementById("found"), items, (order) => under(order, true));
  nothing.textContent = total ? say("orders_found", { total, shown: items.length }) : say("orders_not_found");
  nothing.hidden = false;
}

const refresh = looking(async () => {
  try {
    const [book, now, waiting] = await Promise.all([get(`/money/book?community_id=${community}&month=${month}`),
      get(`/money/book?community_id=${community}`), everything(`/money/advances?status=waiting&community_id=${community}`)]);
    showBook(book);
    showNow(now.accounts);
    showWaiting(waiting);
    if (mayBook) await Promise.all([showLimits(), showFound()]);
    settle(false);
  } catch (refused) {
    complain(refused);
  }
});
const soon = debounce(refresh);
const limits = looking(() => showLimits().catch(complain));
const limitsSoon = debounce(limits, LIMITS_REST_MS);

const older = document.getElementById("older");
if (older) onSend(older, [], ({ q }) => {
  sought = q.trim();
  if (!sought) throw Object.assign(new Error(say("type_something")), { field: "q" });
  return showFound();
});
const funding = document.getElementById("fund");
if (funding) {
  funding.append(radios("direction", say("box_way"), ["in", "out"].map((one) => [one, say(`direction_${one}`)])),
    amountField("amount", say("settle_amount")), hows(), day(), el("button", { class: "go" }, say("book_it")));
  sending(funding, ["amount"], (said) => post("/money/box", said));
}
// An errand that moves changes no book; what is laid out, paid or taken back says so itself.
onEntries((entries) => {
  if (entries.some(({ type }) => /^(money|residents?)\./.test(type))) soon();
  else if (mayBook && entries.some(({ type }) => type.startsWith("order."))) limitsSoon();
});
onResync(refresh);
showBook(state.book);
showWaiting(state.advances);
start();
