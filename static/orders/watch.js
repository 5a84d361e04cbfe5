// A coordinator's desk: what nobody has taken, what is under way, late or waits for her word; who is there; what cannot wait.
import { everything, get } from "../api.js";
import { complain, settle, state } from "../dom.js";
import { debounce, looking, onEntries, onResync, start } from "../live.js";
import { say } from "../texts.js";
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
let couriers = [];

const slips = new Slips(openOrder);
const opened = new Opened({
  couriers: () => couriers,
  changed: (order) => take([order]),
  left: (id) => slips.made.get(id)?.firstElementChild.focus(),
});
const filters = new Filters(state.me, state.communities, show);
const alarms = new Alarms(state.me, openOrder);

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

async function crew() {
  couriers = (await get("/couriers")).items;
  showCrew(couriers, (name) => {
    document.getElementById("search").value = name;
    show();
  });
  offerDepots(couriers);
}

const guarded = (work) => looking(async () => {
  try {
    await work();
    settle(false);
  } catch (refused) {
    complain(refused);
  }
});

const refresh = guarded(async () => {
  const [active, finished] = await Promise.all([everything("/orders?status=active"), everything("/orders?status=finished"), crew()]);
  const there = [...active.items, ...finished.items];
  const here = new Set(there.map((order) => order.id));
  for (const id of [...orders.keys()]) if (!here.has(id) && id !== opened.order?.id) orders.delete(id);
  take(there);
});

const moved = new Set();
const follow = guarded(async () => {
  const ids = [...moved];
  moved.clear();
  if (!ids.length) return;
  if (ids.length > ONE_BY_ONE) return refresh();
  try {
    const [found] = await Promise.all([Promise.all(ids.map((id) => get(`/orders/${id}`))), crew()]);
    take(found);
  } catch (refused) {
    // Not answered this time: at the next entry, or in a moment.
    ids.forEach((id) => moved.add(id));
    setTimeout(() => moved.size && refresh().then(() => moved.clear()), AGAIN_MS);
    throw refused;
  }
});
const soon = debounce(follow);
const peopleSoon = debounce(guarded(crew), 500);

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
  entries.forEach(({ data }) => data?.order_id && moved.add(data.order_id));
  if (moved.size) soon();
  else if (entries.some(({ type }) => type.startsWith("duty.") || type.startsWith("person."))) peopleSoon();
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
setInterval(() => navigator.onLine && guarded(crew)(), LOOK_MS);
take(state.orders.items);
guarded(crew)();
start();
