// A coordinator's desk: what nobody has taken, what is under way, late or waits for her word; who is there; what cannot wait.
import { everything, get } from "../api.js";
import { complain, settle, state } from "../dom.js";
import { bell } from "../hazards/bell.js";
import { debounce, looking, onEntries, onResync, start } from "../live.js";
import { Alarms } from "./alarms.js";
import { hearOfNoShows, offerDepots, showCrew } from "./crew.js";
import { Filters } from "./filters.js";
import { keys } from "./keys.js";
import { LISTS, Slips, listOf, step } from "./lists.js";
import { Opened } from "./opened.js";
import { VERBS } from "./verbs.js";

// So many orders that have moved are read one by one; more are one look at everything.
const ONE_BY_ONE = 6;
const CLOCK_MS = 15000;
// Phones go quiet without a word, and a day ends without one.
const LOOK_MS = 60000;
const AGAIN_MS = 3000;
const FINISHED = ["closed", "cancelled"];
const orders = new Map();
// What has moved and is to be read, `wholly` if it is everything; and what a verb of hers has changed while a look was under way.
const moved = new Set();
const overtaken = new Set();
let wholly = false;
let couriers = [];

const slips = new Slips(openOrder);
const opened = new Opened({
  couriers: () => couriers,
  changed: (order) => {
    overtaken.add(order.id);
    take([order]);
  },
  left: (id) => slips.made.get(id)?.firstElementChild.focus(),
});
const filters = new Filters(state.me, state.communities, show);
const alarms = new Alarms(state.me, openOrder);
bell(alarms);

function openOrder(id) {
  const order = orders.get(id);
  if (!order) return;
  opened.show(order);
  alarms.acknowledge(id);
  mark();
}

function mark() {
  for (const [id, item] of slips.made) item.firstElementChild.setAttribute("aria-current", String(id === opened.order?.id));
}

function show() {
  const now = Date.now();
  const all = [...orders.values()];
  const seen = all.filter((order) => filters.lets(order));
  const lists = slips.lay(seen, now, state.too_long);
  const wanted = filters.lists();
  for (const name of LISTS) {
    document.getElementById(`${name}-count`).textContent = lists[name].length;
    document.getElementById(`${name}-empty`).hidden = lists[name].length > 0;
    document.getElementById(`${name}-part`).hidden = !wanted.includes(name);
  }
  filters.say(all.filter((order) => !filters.lets(order) || !wanted.includes(listOf(order, now))).length);
  alarms.look(all, now);
  mark();
}

function take(some) {
  some.forEach((order) => orders.set(order.id, order));
  const open = opened.order && orders.get(opened.order.id);
  if (open) opened.follow(open);
  show();
}

const crew = looking(async () => {
  couriers = (await get("/couriers")).items;
  opened.followCrew();
  showCrew(couriers, (name) => {
    document.getElementById("search").value = name;
    show();
  });
  offerDepots(couriers);
});

const guarded = (work) => looking(async () => {
  try {
    await work();
    settle(false);
  } catch (refused) {
    complain(refused);
  }
});

// An older answer never covers a newer one: what she has changed herself meanwhile is read once more.
function takeOver(found) {
  take(found.filter((order) => !overtaken.has(order.id)));
  overtaken.forEach((id) => moved.add(id));
}

async function readAll() {
  const [active, finished] = await Promise.all([everything("/orders?status=active"), everything("/orders?status=finished"), crew()]);
  const there = [...active.items, ...finished.items];
  const here = new Set(there.map((order) => order.id));
  for (const id of [...orders.keys()]) if (!here.has(id) && id !== opened.order?.id) orders.delete(id);
  takeOver(there);
}

// What she may not know of any more is gone from her desk.
function gone(id) {
  orders.delete(id);
  if (opened.order?.id === id) opened.close();
}

async function readThese(ids) {
  const one = (id) => get(`/orders/${id}`).catch((refused) => {
    if (refused.code !== "not_found") throw refused;
    gone(id);
    return null;
  });
  const [found] = await Promise.all([Promise.all(ids.map(one)), crew()]);
  takeOver(found.filter(Boolean));
}

// One look at a time, at what has moved or at everything. What was not answered is asked for again until it is.
let again = null;
const look = guarded(async () => {
  const ids = [...moved];
  const all = wholly || ids.length > ONE_BY_ONE;
  wholly = false;
  [moved, overtaken].forEach((those) => those.clear());
  try {
    if (all) await readAll();
    else if (ids.length) await readThese(ids);
  } catch (refused) {
    wholly ||= all;
    ids.forEach((id) => moved.add(id));
    throw refused;
  } finally {
    if (wholly || moved.size) again ??= setTimeout(() => {
      again = null;
      look();
    }, AGAIN_MS);
  }
});
function refresh() {
  wholly = true;
  return look();
}
const soon = debounce(look);
const people = guarded(crew);
const peopleSoon = debounce(people, 500);

// What was finished before midnight is yesterday's.
const day = new Intl.DateTimeFormat("en", { dateStyle: "short", timeZone: "Asia/Shanghai" });
let today = day.format(Date.now());
function newDay() {
  if (today === day.format(Date.now())) return;
  today = day.format(Date.now());
  for (const order of [...orders.values()]) if (FINISHED.includes(order.status) && order.id !== opened.order?.id) orders.delete(order.id);
  refresh();
}

onEntries((entries) => {
  alarms.hear(entries);
  hearOfNoShows(entries);
  if (entries.some(({ type }) => type === "loan.wished")) document.getElementById("wished").hidden = false;
  entries.forEach(({ data }) => data?.order_id && moved.add(data.order_id));
  if (moved.size) soon();
  else if (entries.some(({ type }) => /^(duty|person|loan)\./.test(type))) peopleSoon();
});
onResync(refresh);

const begin = (verb) => () => {
  const id = document.activeElement?.closest("[data-id]")?.dataset.id;
  if (orders.has(id) && id !== opened.order?.id) openOrder(id);
  return opened.begin(verb);
};
// Where she is choosing in a list, or typing, the arrows are the field's own.
const walk = (down, across) => (event, typing) => {
  if (typing || (event.key.startsWith("Arrow") && !event.target.closest?.("#lists"))) return false;
  return step(down, across);
};
function escape(event, typing) {
  if (typing?.id === "search" && typing.value) {
    typing.value = "";
    return show();
  }
  if (typing) typing.blur();
  return opened.close();
}

keys(state.me, {
  j: ["key_next", walk(1, 0)], k: ["key_before", walk(-1, 0)],
  "/": ["key_search", () => document.getElementById("search").focus()],
  c: ["key_clear", () => filters.clear()], g: ["key_known", () => alarms.acknowledge()], m: ["key_sound", () => alarms.toggle()],
  ...Object.fromEntries(Object.entries(VERBS).map(([verb, { key, words }]) => [key, [words, begin(verb)]])),
}, {
  ArrowDown: ["key_next", walk(1, 0)], ArrowUp: ["key_before", walk(-1, 0)], ArrowLeft: ["key_left", walk(0, -1)], ArrowRight: ["key_right", walk(0, 1)],
  Enter: ["key_open", () => false], Escape: ["key_close", escape],
});
setInterval(() => { newDay(); show(); }, CLOCK_MS);
setInterval(() => navigator.onLine && people(), LOOK_MS);
take(state.orders.items);
people();
start();
