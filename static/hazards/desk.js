// A coordinator's desk for hazards: what waits to be judged, one after the other, and what is being dealt with.
import { everything, get, post } from "../api.js";
import { complain, el, settle, state, working } from "../dom.js";
import { debounce, looking, onEntries, onResync, start } from "../live.js";
import { Alarms } from "../orders/alarms.js";
import { lay } from "../orders/cards.js";
import { keys } from "../orders/keys.js";
import { say } from "../texts.js";
import { calling } from "./bell.js";
import { Case } from "./case.js";
import { standing, where } from "./facts.js";
import { VERBS } from "./verbs.js";

const CLOCK_MS = 15000;
// What is open on a desk is hers for ten minutes; while it stays open it stays hers.
const HOLD_MS = 300000;
const JUDGED = ["accept", "decline", "merge"];
const panel = document.getElementById("opened");
const choose = document.getElementById("which");
const cases = new Map();
const over = matchMedia("(max-width: 59.99rem)");
const dueFirst = (a, b) => (a.deadline ?? "9").localeCompare(b.deadline ?? "9");
let queue = state.queue.items;
let others = state.alive.items.sort(dueFirst);
let open = null;

const context = { level: "h2", keys: true, categories: state.categories, communities: state.communities, changed };
const alarms = new Alarms(state.me, openCase);
const find = (id) => [...queue, ...others].find((one) => one.id === id);

function slip(hazard) {
  const held = hazard.held && hazard.held.by !== state.me;
  const [words, tone] = hazard.stands;
  return el("li", { class: "card" }, el("button", { type: "button", class: "slip", onclick: () => openCase(hazard.id) },
    el("span", { class: "slip-top" }, el("strong", {}, hazard.category_name), hazard.urgent && el("span", { class: "tag urgent" }, say("urgency_urgent")),
      held && el("span", { class: "tag warn" }, say("hz_held")), hazard.fast_lane && el("span", { class: "tag done" }, say("hz_fast_lane"))),
    el("span", { class: "slip-where" }, el("span", {}, where(hazard)), el("span", { class: `tag ${tone}` }, words)),
    el("span", { class: "slip-more" }, [hazard.number, hazard.note].filter(Boolean).join(" · "))));
}

function show() {
  const now = Date.now();
  const timed = (list) => list.map((hazard) => ({ ...hazard, stands: standing(hazard, now) }));
  for (const [name, list] of [["queue", queue], ["others", others]]) {
    lay(document.getElementById(name), timed(list), slip);
    document.getElementById(`${name}-count`).textContent = list.length;
    document.getElementById(`${name}-empty`).hidden = list.length > 0;
  }
  document.querySelectorAll("#lists .slip").forEach((one) => one.setAttribute("aria-current", String(one.parentElement.dataset.id === open)));
  alarms.lookAt(calling(queue, (hazard, words) => el("button", { type: "button", class: "small", onclick: () => openCase(hazard.id) }, words)));
}

// On a phone what is open lies over the rest, which the Tab key then must not reach.
function cover() {
  const whole = over.matches && open !== null;
  document.body.classList.toggle("has-opened", whole);
  document.querySelectorAll(".top, .desk-top, #lists").forEach((one) => (one.inert = whole));
}

function openCase(id, focus = true) {
  if (open !== id) {
    cases.get(open)?.letGo();
    open = id;
    if (!cases.has(id)) cases.set(id, new Case(find(id), context));
    document.getElementById("opened-case").replaceChildren(cases.get(id).root);
    panel.hidden = false;
    cover();
    cases.get(id).hold();
  }
  alarms.acknowledge(id);
  show();
  if (focus) cases.get(id).root.focus();
}

function close() {
  if (!open) return false;
  const id = open;
  cases.get(id).letGo();
  open = null;
  panel.hidden = true;
  cover();
  show();
  document.querySelector(`#lists [data-id="${id}"] .slip`)?.focus();
  return true;
}

// The next one after this in the queue; after the last, the first that is left.
function nextAfter(id) {
  const left = queue.filter((one) => one.id !== id && !(one.held && one.held.by !== state.me));
  const at = queue.findIndex((one) => one.id === id);
  return queue.slice(at + 1).find((one) => left.includes(one)) ?? left[0];
}

function changed(hazard, verb) {
  const next = JUDGED.includes(verb) && nextAfter(hazard.id);
  cases.get(hazard.id)?.follow(hazard);
  queue = queue.map((one) => (one.id === hazard.id ? hazard : one)).filter((one) => one.status === "reported");
  others = others.map((one) => (one.id === hazard.id ? hazard : one));
  if (verb === "merge") offerUndo(hazard);
  if (verb === "accept" && !find(hazard.id)) others = [hazard, ...others];
  if (next) openCase(next.id);
  else show();
  refresh();
}

function offerUndo(hazard) {
  const place = document.getElementById("undo");
  const undo = el("button", { type: "button", class: "small", onclick: () => working(undo, async () => {
    try {
      const back = await post(`/hazards/${hazard.id}/unmerge`, { version: hazard.version });
      place.hidden = true;
      cases.delete(hazard.id);
      if (back.status === "reported") queue = [back, ...queue.filter((one) => one.id !== back.id)];
      else others = [back, ...others.filter((one) => one.id !== back.id)];
      openCase(back.id);
      refresh();
    } catch (refused) {
      complain(refused);
    }
  }) }, say("hz_undo"));
  place.replaceChildren(el("span", {}, say("hz_merged", { number: hazard.number })), " ", undo);
  place.hidden = false;
}

// One look at a time. What is open is followed to where it has gone.
const refresh = looking(async () => {
  try {
    const wanted = choose.value;
    const [waiting, rest] = await Promise.all([everything("/hazards?status=queue"), wanted === "alive" ? everything("/hazards?status=alive") : get(`/hazards?status=${wanted}`)]);
    queue = waiting.items;
    if (wanted === choose.value) others = wanted === "alive" ? rest.items.sort(dueFirst) : rest.items;
    if (open) cases.get(open)?.follow(find(open) ?? await get(`/hazards/${open}`));
    for (const id of [...cases.keys()]) if (id !== open && !find(id)) cases.delete(id);
    show();
    settle(false);
  } catch (refused) {
    complain(refused);
  }
});
const soon = debounce(refresh);

// Along a list, and from one to the other.
function step(down, across) {
  const lists = ["queue", "others"].map((name) => [...document.querySelectorAll(`#${name} .slip`)]);
  const column = Math.max(0, lists.findIndex((list) => list.includes(document.activeElement)));
  const at = lists[column].indexOf(document.activeElement);
  const list = lists[Math.min(1, Math.max(0, column + across))];
  const current = at < 0 ? list.findIndex((one) => one.getAttribute("aria-current") === "true") : at;
  const to = list[Math.min(list.length - 1, Math.max(0, across ? at : current + down))];
  to?.focus();
  to?.scrollIntoView({ block: "nearest" });
  return Boolean(to);
}
const walk = (down, across) => (event, typing) => {
  if (typing || (event.key.startsWith("Arrow") && !event.target.closest?.("#lists"))) return false;
  return step(down, across);
};
const begin = (verb) => () => {
  const id = document.activeElement?.closest("#lists [data-id]")?.dataset.id;
  if (id && id !== open) openCase(id, false);
  return open ? cases.get(open).begin(verb) : false;
};
function escape(_event, typing) {
  if (typing) typing.blur();
  return close();
}

keys(state.me, {
  j: ["hz_key_next", walk(1, 0)], k: ["hz_key_before", walk(-1, 0)], g: ["key_known", () => alarms.acknowledge()],
  ...Object.fromEntries(Object.entries(VERBS).map(([verb, { key, words }]) => [key, [words, begin(verb)]])),
}, {
  ArrowDown: ["hz_key_next", walk(1, 0)], ArrowUp: ["hz_key_before", walk(-1, 0)], ArrowLeft: ["key_left", walk(0, -1)], ArrowRight: ["key_right", walk(0, 1)],
  Enter: ["key_open", () => false], Escape: ["key_close", escape],
});
document.getElementById("opened-close").addEventListener("click", close);
choose.addEventListener("change", refresh);
over.addEventListener("change", cover);
onEntries((entries) => entries.some(({ type }) => type.startsWith("hazard.")) && soon());
onResync(refresh);
setInterval(show, CLOCK_MS);
setInterval(() => document.visibilityState === "visible" && open && cases.get(open).hold(), HOLD_MS);
show();
start();

// From a bell elsewhere to the one that rang. One that has moved on meanwhile is read by itself.
async function follow() {
  const id = location.hash.slice(1);
  if (!id) return;
  history.replaceState(null, "", location.pathname);
  try {
    if (!find(id)) others = [await get(`/hazards/${encodeURIComponent(id)}`), ...others];
    openCase(id);
  } catch (refused) {
    complain(refused);
  }
}
addEventListener("hashchange", follow);
follow();
