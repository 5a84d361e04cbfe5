// What an order looks like on any page: kind, building, window, distance, persons needed.
import { el } from "../dom.js";
import { say } from "../texts.js";

const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });

const date = new Intl.DateTimeFormat(document.documentElement.lang, { month: "numeric", day: "numeric", timeZone: "Asia/Shanghai" });

// The clock alone for what is today, with the day before it for everything else.
export function time(iso) {
  if (!iso) return "";
  const moment = new Date(iso);
  const day = date.format(moment);
  return day === date.format(new Date()) ? clock.format(moment) : `${day} ${clock.format(moment)}`;
}

export function far(metres) {
  if (metres == null) return null;
  return metres < 1000 ? say("metres", { n: Math.round(metres / 10) * 10 }) : say("kilometres", { n: (metres / 1000).toFixed(1) });
}

export function facts(order) {
  const items = [
    order.window_end && say("before", { time: time(order.window_end) }),
    far(order.distance_m),
    order.slots > 1 && say("persons", { taken: order.taken, slots: order.slots }),
    order.money_limit != null && say("money", { yuan: (order.money_limit / 100).toFixed(0) }),
  ];
  return el("ul", { class: "facts" }, ...items.filter(Boolean).map((text) => el("li", {}, text)));
}

export function head(order) {
  return el("div", {},
    el("h3", {}, el("span", {}, say(`kind_${order.kind}`)), el("span", { class: `tag ${order.urgency}` }, say(`urgency_${order.urgency}`)),
      order.escalated && el("span", { class: "tag escalated" }, say("escalated"))),
    el("p", { class: "where" }, `${order.community} ${order.building}`),
    order.summary && el("p", {}, order.summary));
}

// To one of several who are needed the order is his, though others may still take theirs.
export const statusTag = (order) =>
  el("span", { class: `tag ${["delivered", "closed"].includes(order.status) ? "done" : ""}` },
    order.mine && order.status === "open" ? say("got_it") : say(`status_${order.status}`));

// A row of reasons, one tap each; nothing happens until one is tapped.
export function reasons(title, codes, choose) {
  const list = el("div", { class: "row", hidden: true }, ...codes.map((code) =>
    el("button", { type: "button", class: "small", onclick: () => choose(code) }, say(`reason_${code}`))));
  const opener = el("button", { type: "button", class: "small plain", "aria-expanded": "false", onclick: () => {
    list.hidden = !list.hidden;
    opener.setAttribute("aria-expanded", String(!list.hidden));
  } }, title);
  return el("div", {}, opener, list);
}

// Keeps a list of elements in the order of the data, touching only what changed, so that focus and place stay.
export function lay(list, orders, make) {
  const there = new Map([...list.children].map((child) => [child.dataset.id, child]));
  const first = there.size === 0;
  orders.forEach((order, n) => {
    const version = JSON.stringify(order);
    let card = there.get(order.id);
    there.delete(order.id);
    if (card?.version !== version) {
      const made = make(order);
      Object.assign(made, { version });
      made.dataset.id = order.id;
      if (!card && !first) made.classList.add("fresh");
      const focused = card?.contains(document.activeElement);
      card?.replaceWith(made);
      card = made;
      if (focused) card.querySelector("button, a")?.focus();
    }
    if (list.children[n] !== card) list.insertBefore(card, list.children[n] ?? null);
  });
  there.forEach((card) => card.classList.contains("gone") || card.remove());
}
