// What an order looks like on any page: kind, building, window, distance, persons needed.
import { post } from "../api.js";
import { onItsWay, replaceWith } from "../carrying.js";
import { complain, el, working } from "../dom.js";
import { say } from "../texts.js";
import { yuan } from "../yuan.js";

const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai" });
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
    far(order.distance_m),
    order.window_end && say("before", { time: time(order.window_end) }),
    order.slots > 1 && say("persons", { taken: order.taken ?? 0, slots: order.slots }),
    order.money_limit != null && say("money", { yuan: yuan(order.money_limit).replace(/\.00$/, "") }),
  ];
  return el("ul", { class: "facts" }, ...items.filter(Boolean).map((text) => el("li", {}, text)));
}

// Nobody takes it, or something went wrong on the way: the desks must not overlook it while it can still be helped.
export const alarming = (order) => order.escalated && ["open", "claimed", "picked_up"].includes(order.status);

export function head(order, level = "h3", ...tags) {
  return el("div", { class: "head" },
    el(level, { class: "kind" }, el("span", {}, say(`kind_${order.kind}`)), el("span", { class: `tag ${order.urgency}` }, say(`urgency_${order.urgency}`)),
      alarming(order) && el("span", { class: "tag escalated" }, say(order.status === "open" ? "escalated" : "needs_look")), ...tags),
    el("p", { class: "where" }, `${order.community} ${order.building}`),
    order.summary && el("p", {}, order.summary));
}

// To one of several who are needed the order is his, though others may still take theirs.
export function statusTag(order) {
  if (order.status === "closed" && order.call_back?.satisfied === false) return el("span", { class: "tag urgent" }, say("not_satisfied"));
  return el("span", { class: `tag ${["delivered", "closed"].includes(order.status) ? "done" : ""}` },
    order.mine && order.status === "open" ? say("got_it") : say(`status_${order.status}`));
}

// Opens what is behind it; made only then. `inward`: the focus goes to its first field. A redrawing opens it again.
export function opener(title, make, inward = false) {
  const inside = el("div", { hidden: true });
  const button = el("button", { type: "button", class: "opener", "aria-expanded": "false", onclick: () => {
    button.open(inside.hidden);
    if (inward && !inside.hidden) inside.querySelector("input, select")?.focus();
  } }, title);
  button.open = (wide) => {
    if (wide && !inside.hasChildNodes()) inside.append(make());
    inside.hidden = !wide;
    button.setAttribute("aria-expanded", String(wide));
  };
  return el("div", {}, button, inside);
}

// Her number, or that of who called in her stead, one tap away: who asked is written down.
export function telephone(order, whose = "resident") {
  const masked = whose === "caller" ? order.caller?.phone : order.private?.phone;
  const button = el("button", { type: "button", class: "small", onclick: () => working(button, async () => {
    try {
      const { phone } = await post(`/orders/${order.id}/reveal`, { whose });
      const call = el("a", { class: "button small", href: `tel:${phone}` }, say("call", { phone }));
      button.replaceWith(call);
      call.focus();
    } catch (refused) {
      complain(refused);
    }
  }) }, whose === "caller" ? say("show_caller", { name: order.caller?.name, phone: masked }) : say("show_phone", { phone: masked }));
  return masked && button;
}

// A row of reasons, one tap each; nothing happens until one is tapped.
export const reasons = (title, codes, choose) =>
  opener(title, () => {
    const list = el("div", { class: "row" });
    list.append(...codes.map((code) =>
      el("button", { type: "button", class: "small", onclick: () => working(list, () => choose(code)) }, say(`reason_${code}`))));
    return list;
  });

// Keeps a list of elements in the order of the data, touching only what changed, so that focus and place stay, and what is half typed.
export function lay(list, orders, make) {
  const there = new Map([...list.children].filter((child) => child.dataset.id).map((child) => [child.dataset.id, child]));
  const first = !list.dataset.laid;
  list.dataset.laid = "yes";
  let next = list.firstElementChild;
  for (const order of orders) {
    const version = JSON.stringify(order);
    let card = there.get(order.id);
    there.delete(order.id);
    if (!card || card.classList.contains("gone") || (card.version !== version && !onItsWay(card))) {
      const made = make(order);
      made.version = version;
      made.dataset.id = order.id;
      if (!card && !first) made.classList.add("fresh");
      if (next === card) next = card ? made : next;
      if (card) replaceWith(card, made);
      card = made;
    }
    // One that is saying goodbye keeps its place until it goes.
    while (next?.classList.contains("gone") && next !== card) next = next.nextElementSibling;
    if (next === card) next = next.nextElementSibling;
    else list.insertBefore(card, next);
  }
  there.forEach((card) => card.classList.contains("gone") || card.remove());
  list.querySelector(":scope > .loading")?.remove();
}
