// Which list of the coordinator's desk an order belongs to, how long it has waited, and its line in the list.
import { el } from "../dom.js";
import { say } from "../texts.js";
import { alertCounts } from "./alert_line.js";
import { statusTag, time } from "./cards.js";

export const LISTS = ["unclaimed", "under_way", "late", "word", "finished"];
const minutes = (from, to) => Math.floor((to - from) / 60000);
const since = (order) => Date.parse(order.opened_at ?? order.posted_at);
// The first of its ends that is near: the pick-up, then the window.
const end = (order) => Math.min(...[order.status === "claimed" && order.deadline, order.window_end].filter(Boolean).map((iso) => Date.parse(iso)));

export function listOf(order, now) {
  if (["closed", "cancelled"].includes(order.status)) return order.call_back?.satisfied === false ? "word" : "finished";
  if (["waiting", "open"].includes(order.status)) return "unclaimed";
  if (["delivered", "failed", "expired"].includes(order.status) || order.escalated) return "word";
  return end(order) < now ? "late" : "under_way";
}

// What waits for a judgement comes before what waits for a nod.
const nods = (order) => order.status === "delivered";
const ORDER = {
  unclaimed: (a, b) => since(a) - since(b),
  under_way: (a, b) => end(a) - end(b),
  late: (a, b) => end(a) - end(b),
  word: (a, b) => nods(a) - nods(b) || a.posted_at.localeCompare(b.posted_at),
  finished: (a, b) => b.posted_at.localeCompare(a.posted_at),
};

// How it stands with time, as a colour, a word and minutes. `tooLong`: urgency → minutes after which the station calls it too long.
function waiting(order, list, now, tooLong) {
  if (list === "unclaimed") {
    const n = Math.max(0, minutes(since(order), now));
    const most = tooLong[order.urgency];
    const level = order.escalated || n >= most ? "bad" : n >= most / 2 ? "warn" : "calm";
    // It calls for another reason than its age: somebody has dropped out, or did not come.
    return { level, words: order.escalated && n < most ? say("needs_look") : say(`age_${level}`, { n }) };
  }
  if (list === "late") return { level: "bad", words: say("age_late", { n: Math.max(1, minutes(end(order), now)) }) };
  if (list === "under_way") {
    const n = Math.max(0, minutes(now, end(order)));
    const words = n < 90 ? say(order.status === "claimed" && order.deadline ? "age_fetch" : "age_left", { n }) : say("before", { time: time(new Date(end(order)).toISOString()) });
    return { level: n < 10 ? "warn" : "calm", words };
  }
  return null;
}

function line(order, list, now, tooLong) {
  const wait = waiting(order, list, now, tooLong);
  const holders = order.holders?.map((one) => one.name).join("、");
  const look = order.escalated && order.holders?.length > 0 && ["claimed", "picked_up"].includes(order.status);
  return [
    el("span", { class: "slip-top" }, el("strong", {}, say(`kind_${order.kind}`)), " ", el("span", { class: `tag ${order.urgency}` }, say(`urgency_${order.urgency}`)), " ",
      wait && el("span", { class: `tag ${wait.level}` }, wait.words), look && el("span", { class: "tag escalated" }, say("needs_look"))),
    el("span", { class: "slip-where" }, el("span", {}, `${order.community} ${order.building}`), " ", statusTag(order)),
    alertCounts(order) && el("span", { class: "slip-alerts" }, alertCounts(order)),
    el("span", { class: "slip-more" }, [holders && `→ ${holders}`, order.slots > 1 && say("persons", order), order.reason && say(`reason_${order.reason}`), order.summary].filter(Boolean).join(" · ")),
  ].filter(Boolean);
}

// One line of a list: a button that opens the order. It stays the same element as long as the order is on the desk.
export class Slips {
  constructor(open) {
    this.open = open;
    this.made = new Map();
  }

  slip(order) {
    if (!this.made.has(order.id)) {
      const button = el("button", { type: "button", class: "slip", tabindex: "-1", onclick: () => this.open(order.id) });
      this.made.set(order.id, el("li", { class: "card", "data-id": order.id }, button));
    }
    return this.made.get(order.id);
  }

  // Lays these orders into their lists; touches only what has changed, and keeps the focus where it was.
  lay(orders, now, tooLong) {
    const lists = Object.fromEntries(LISTS.map((name) => [name, []]));
    orders.forEach((order) => lists[listOf(order, now)].push(order));
    const focused = document.activeElement?.closest(".slip");
    const home = focused?.closest("ul");
    const index = home ? [...home.children].indexOf(focused.parentElement) : -1;
    for (const [name, those] of Object.entries(lists)) {
      those.sort(ORDER[name]);
      this.fill(document.getElementById(name), those, (order) => line(order, name, now, tooLong));
    }
    const here = new Set(orders.map((order) => order.id));
    for (const id of [...this.made.keys()]) if (!here.has(id)) this.made.delete(id);
    this.refocus(focused, home, index);
    this.oneStop();
    return lists;
  }

  fill(list, orders, draw) {
    list.querySelector(":scope > .loading")?.remove();
    const keep = new Set(orders.map((order) => order.id));
    [...list.children].forEach((item) => keep.has(item.dataset.id) || item.remove());
    orders.forEach((order, n) => {
      const item = this.slip(order);
      const drawn = draw(order);
      const html = drawn.map((part) => part.outerHTML).join("");
      if (item.drawn !== html) {
        item.drawn = html;
        item.firstElementChild.replaceChildren(...drawn);
      }
      item.className = `card ${order.escalated && ["open", "claimed", "picked_up"].includes(order.status) ? "escalated" : ""}`;
      if (list.children[n] !== item) list.insertBefore(item, list.children[n] ?? null);
    });
  }

  // Where the focused line has moved, the focus goes with it; where it has gone, to its neighbour.
  refocus(focused, home, index) {
    if (!focused || document.activeElement === focused) return;
    const stays = focused.isConnected && focused.offsetParent;
    const there = stays ? focused : home.children[Math.min(index, home.children.length - 1)]?.querySelector(".slip");
    there?.focus({ preventScroll: !stays });
  }

  // A list is one stop for the Tab key; within it the arrows walk.
  oneStop() {
    for (const name of LISTS) {
      const slips = [...document.querySelectorAll(`#${name} .slip`)];
      const stop = slips.find((one) => one === document.activeElement) ?? slips.find((one) => one.tabIndex === 0) ?? slips[0];
      slips.forEach((one) => (one.tabIndex = one === stop ? 0 : -1));
    }
  }
}

// From the focused line to the next or the one before, or to the first line of a list beside; returns whether there was one.
export function step(down, across) {
  const lists = LISTS.map((name) => [...document.querySelectorAll(`#${name} .slip`)].filter((one) => one.offsetParent)).filter((slips) => slips.length);
  if (!lists.length) return;
  const at = lists.findIndex((slips) => slips.includes(document.activeElement));
  if (at < 0) return goTo(lists[0][0]);
  const beside = lists[at + across];
  if (across) return beside && goTo(beside.find((one) => one.tabIndex === 0) ?? beside[0]);
  const next = lists[at].indexOf(document.activeElement) + down;
  goTo(lists[at][next] ?? (next < 0 ? lists[at - 1]?.at(-1) : lists[at + 1]?.[0]));
}

function goTo(slip) {
  if (!slip) return;
  slip.focus();
  slip.scrollIntoView({ block: "nearest" });
  slip.closest("ul").querySelectorAll(".slip").forEach((one) => (one.tabIndex = one === slip ? 0 : -1));
}
