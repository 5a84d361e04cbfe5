// A courier's phone: what he has laid out, and what he is still owed.
import { everything } from "../api.js";
import { complain, el, settle, state } from "../dom.js";
import { debounce, looking, onEntries, onResync, start } from "../live.js";
import { lay, time } from "../orders/cards.js";
import { say } from "../texts.js";
import { yuan } from "../yuan.js";

const WORDS = { open: "to_me", owed: "got_back", settled: "got_back", void: "got_void" };

const card = (advance) =>
  el("li", { class: "card" },
    el("div", { class: "row apart" }, el("p", { class: "kind" }, `${say(`kind_${advance.kind}`)} · ${advance.community} ${advance.building}`),
      el("span", { class: `tag ${advance.due ? "today" : "done"}` }, advance.due ? say("due_short") : say("nothing_open"))),
    el("p", {}, say(WORDS[advance.status], { yuan: yuan(advance.amount), due: yuan(advance.due) })),
    el("p", { class: "hint" }, say("since_order", { number: advance.number, time: time(advance.at) })));

function show(list) {
  lay(document.getElementById("advances"), list.items, card);
  document.getElementById("due").textContent = say("yuan_of", { yuan: yuan(list.items.reduce((sum, one) => sum + one.due, 0)) });
  document.getElementById("empty").hidden = list.items.length > 0;
}

const refresh = looking(async () => {
  try {
    show(await everything("/money/advances?"));
    settle(false);
  } catch (refused) {
    complain(refused);
  }
});
const soon = debounce(refresh);

onEntries((entries) => entries.some((entry) => entry.type.startsWith("money.")) && soon());
onResync(refresh);
show(state.advances);
start();
