// What cannot wait, of orders and of hazards: one bar, one sound, a title that blinks, until this coordinator has said that she knows.
// Others' desks go on.
import { announce, el } from "../dom.js";
import { onRemembered, remember, remembered } from "../remember.js";
import { ring, unlock, unlocked } from "../sound.js";
import { say } from "../texts.js";
import { listOf } from "./lists.js";

// While nobody says that she knows, it sounds again; however much there is, it is one sound.
const AGAIN_MS = 60000;
const TOGETHER_MS = 3000;
// So long a window that rings keeps the others waiting, until they have heard that it has.
const SETTLE_MS = 250;
const BLINK_MS = 1000;
const SHOWN_MOST = 3;
const KNOWN_MOST = 500;
const bar = document.getElementById("alarms");
const list = document.getElementById("alarms-list");
const sound = document.getElementById("sound");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const title = document.title;

export class Alarms {
  constructor(me, open) {
    this.me = me;
    this.open = open;
    this.whys = new Map();
    this.standing = new Map();
    this.others = new Map();
    this.known = new Set(remembered(this.place("known"), []));
    this.muted = remembered(this.place("muted"), false);
    // What was rung for last, and when, by this window; by another of hers it is remembered.
    this.rang = { at: 0, keys: [] };
    onRemembered(this.place("known"), (known) => this.learn(known ?? []));
    onRemembered(this.place("muted"), (muted) => this.hush(muted === true));
    document.getElementById("alarms-known").addEventListener("click", () => this.acknowledge());
    sound.addEventListener("click", () => this.press());
    // A browser lets a page sound after the first tap or key, whatever it was for; what that tap says itself comes first.
    for (const name of ["click", "keydown"]) addEventListener(name, () => setTimeout(() => this.wake()), { once: true, capture: true });
    setInterval(() => this.blink(), BLINK_MS);
    setInterval(() => this.sing(), TOGETHER_MS);
    this.hush(this.muted);
  }

  place(name) {
    return `watch.${this.me}.${name}`;
  }

  // Why an order calls: entries say it more exactly than its state does.
  hear(entries) {
    for (const { type, data } of entries) {
      if (type === "order.escalated") this.whys.set(data.order_id, data.why);
      else if (type === "order.released" && data.reason === "lapsed") this.whys.set(data.order_id, "lapsed");
      else if (["order.claimed", "order.assigned", "order.cancelled", "order.opened", "order.confirmed"].includes(type)) this.whys.delete(data.order_id);
    }
  }

  why(order, now) {
    const heard = this.whys.get(order.id);
    if (order.status === "closed") return order.call_back?.satisfied === false && "unsatisfied";
    if (order.status === "expired" || order.status === "failed") return order.status;
    if (order.status === "open") return order.escalated ? (heard ?? "unclaimed") : heard === "lapsed" && heard;
    if (["claimed", "picked_up"].includes(order.status) && order.escalated) return heard ?? "look";
    return listOf(order, now) === "late" && "late";
  }

  look(orders, now) {
    this.standing = new Map();
    for (const order of orders) {
      const why = this.why(order, now);
      // The same trouble of the same hold is one alarm; when it comes again it is another.
      if (why) this.standing.set(`${order.id} ${["late", "lapsed"].includes(why) ? why : order.status} ${order.epoch} ${order.opened_at}`, this.ofOrder(order, why));
    }
    this.show();
  }

  ofOrder(order, why) {
    const words = `${order.community} ${order.building} · ${say(`kind_${order.kind}`)}: ${say(`alarm_${why}`)}`;
    return { id: order.id, words, urgent: order.urgency === "urgent", line: () => el("button", { type: "button", class: "small", onclick: () => this.open(order.id) }, words) };
  }

  // What calls besides the orders: key → its `id`, its `words`, whether it is `urgent`, and the `line` that leads there.
  lookAt(others) {
    this.others = others;
    this.show();
  }

  fresh() {
    return [...this.others, ...this.standing].filter(([key]) => !this.known.has(key));
  }

  show() {
    const fresh = this.fresh();
    const urgent = fresh.sort(([, a], [, b]) => b.urgent - a.urgent);
    // The entry that says why may come after the order that calls: then the words change, and it is no new alarm.
    const told = urgent.map(([key, { words }]) => `${key} ${words}`).join();
    if (told !== this.told) {
      const more = urgent.filter(([key]) => !this.told?.includes(key));
      this.told = told;
      const focused = list.contains(document.activeElement);
      list.replaceChildren(...urgent.slice(0, SHOWN_MOST).map(([, one]) => el("li", {}, one.line())));
      document.getElementById("alarms-more").textContent = fresh.length > SHOWN_MOST ? say("alarms_more", { n: fresh.length - SHOWN_MOST }) : "";
      if (focused) (list.querySelector("button, a") ?? document.getElementById("alarms-known")).focus();
      bar.hidden = fresh.length === 0;
      if (more.length) {
        announce(more.length === 1 ? more[0][1].words : say("alarms_several", { n: more.length }));
        this.sing();
      }
    }
    this.blink();
  }

  // What she has been shown, she knows; of one alone, if she opens it.
  acknowledge(id = null) {
    const keys = this.fresh().filter(([, one]) => !id || one.id === id).map(([key]) => key);
    if (!keys.length) return;
    const inside = bar.contains(document.activeElement);
    // Another window of hers may have learned something in this very moment.
    const known = new Set([...(remembered(this.place("known")) ?? []), ...this.known, ...keys]);
    this.learn([...known].slice(-KNOWN_MOST));
    remember(this.place("known"), [...this.known]);
    const main = document.getElementById("main");
    if (inside && bar.hidden) (main.querySelector(".slip[tabindex='0']") ?? main.querySelector(".slip"))?.focus();
  }

  learn(known) {
    this.known = new Set(known);
    this.show();
  }

  async wake() {
    await unlock();
    this.hush(this.muted);
  }

  // Off, on, or not yet allowed by the browser: then the tap itself opens it.
  async press() {
    const locked = sound.dataset.state === "locked";
    await unlock();
    this.hush(locked ? false : !this.muted);
    remember(this.place("muted"), this.muted);
    if (!this.muted) ring();
  }

  toggle() {
    this.press();
  }

  hush(muted) {
    this.muted = muted;
    sound.dataset.state = muted ? "off" : unlocked() ? "on" : "locked";
    sound.textContent = say(`sound_${sound.dataset.state}`);
    sound.setAttribute("aria-pressed", String(muted));
  }

  // Something calls for which nobody has rung yet, or that has gone on for a minute.
  due() {
    const fresh = this.fresh();
    if (this.muted || !unlocked() || !fresh.length) return false;
    const last = [this.rang, remembered(this.place("rang"), {})].filter(({ at }) => Date.now() - at < AGAIN_MS);
    return !fresh.every(([key]) => last.some(({ keys }) => keys.includes(key)));
  }

  // One of several windows of hers sounds: they ask one after the other, where the browser knows how to queue them.
  async sing() {
    if (!this.due()) return;
    if (navigator.locks) await navigator.locks.request(this.place("rang"), () => this.singAlone());
    else await this.singAlone();
  }

  async singAlone() {
    if (!this.due()) return;
    this.rang = { at: Date.now(), keys: this.fresh().map(([key]) => key) };
    remember(this.place("rang"), this.rang);
    ring();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  }

  blink() {
    const n = this.fresh().length;
    this.lit = n > 0 && !this.lit;
    document.title = n === 0 ? title : still.matches || !this.lit ? `(${n}!) ${title}` : say("title_blink", { n });
  }
}
