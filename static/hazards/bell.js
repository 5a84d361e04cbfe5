// Urgent reports that nobody has judged yet ring at a coordinator's bell, wherever she sits, until she knows or somebody has judged them.
import { base, get } from "../api.js";
import { el } from "../dom.js";
import { debounce, looking, onEntries, onResync } from "../live.js";
import { say } from "../texts.js";
import { advised } from "./advice.js";
import { where } from "./facts.js";

// After a look that had no answer.
const AGAIN_MS = 5000;
// These add to what waits, or take from it.
const CHANGES = /^hazard\.(reported|accepted|declined|merged|unmerged)$/;

function alarm(hazard, open) {
  const words = say("hz_calls", { where: where(hazard), what: hazard.category_name });
  const line = () => el("span", { class: "row" }, open(hazard, words), hazard.advice && el("span", { class: "advice" }, ...advised(hazard.advice)));
  return { id: hazard.id, urgent: true, words, line };
}

// The alarms of those that wait. `open(hazard, words)` makes what leads to one.
export const calling = (hazards, open) => new Map(hazards.filter((one) => one.urgent && one.status === "reported").map((one) => [`hazard ${one.id}`, alarm(one, open)]));

// On a page of other things: looks for itself, and leads to the hazards' own desk.
export function bell(alarms) {
  const link = (hazard, words) => el("a", { class: "button small", href: `${base}/hazards#${hazard.id}`, onclick: () => alarms.acknowledge(hazard.id) }, words);
  const look = looking(async () => {
    try {
      // The queue begins with what is urgent.
      alarms.lookAt(calling((await get("/hazards?status=queue")).items, link));
    } catch {
      // What called goes on calling; whether it still does is asked again.
      soonAgain();
    }
  });
  const soonAgain = debounce(look, AGAIN_MS);
  const soon = debounce(look);
  onEntries((entries) => entries.some(({ type }) => CHANGES.test(type)) && soon());
  onResync(look);
}
