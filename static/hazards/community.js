// A clerk's desk for hazards: what her community is to deal with, what is said to be gone, and what is over.
import { everything } from "../api.js";
import { complain, el, settle, state } from "../dom.js";
import { debounce, looking, onEntries, onResync, start } from "../live.js";
import { lay } from "../orders/cards.js";
import { Case } from "./case.js";

const CLOCK_MS = 60000;
const cases = new Map();
let all = state.hazards.items;
const context = { level: "h3", keys: false, changed: (hazard) => {
  all = all.map((one) => (one.id === hazard.id ? hazard : one));
  show();
  refresh();
} };
const dueFirst = (a, b) => (a.deadline ?? "9").localeCompare(b.deadline ?? "9");

function caseOf(hazard) {
  if (!cases.has(hazard.id)) cases.set(hazard.id, new Case(hazard, context));
  return cases.get(hazard.id);
}

// A card is made once and follows its hazard; so a photo that is taken already stays.
function show() {
  all.forEach((hazard) => caseOf(hazard).follow(hazard));
  const lists = { due: all.filter((one) => one.status === "assigned").sort(dueFirst), fixed: all.filter((one) => one.status === "fixed"), rest: all.filter((one) => !["assigned", "fixed"].includes(one.status)) };
  for (const [name, list] of Object.entries(lists)) {
    lay(document.getElementById(name), list.map(({ id }) => ({ id })), ({ id }) => el("li", { class: "card" }, cases.get(id).root));
    document.getElementById(`${name}-part`).hidden = !list.length && name !== "due";
  }
  document.getElementById("due-empty").hidden = lists.due.length > 0;
}

const refresh = looking(async () => {
  try {
    all = (await everything("/hazards?status=alive")).items;
    const there = new Set(all.map((one) => one.id));
    for (const id of [...cases.keys()]) if (!there.has(id)) cases.delete(id);
    show();
    settle(false);
  } catch (refused) {
    complain(refused);
  }
});
const soon = debounce(refresh);

onEntries((entries) => entries.some(({ type }) => type.startsWith("hazard.")) && soon());
onResync(refresh);
setInterval(refresh, CLOCK_MS);
show();
start();
