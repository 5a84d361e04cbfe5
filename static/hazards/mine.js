// Who reports: what he is asked, a new report, and how far his own are, moving while he looks.
import { everything, get, post } from "../api.js";
import { announce, complain, el, settle, state, working } from "../dom.js";
import { debounce, looking, onEntries, onResync, start } from "../live.js";
import { lay, opener } from "../orders/cards.js";
import { say } from "../texts.js";
import { head, numbered, why, wordsTag } from "./facts.js";
import { Photos, shown } from "./photos.js";
import { answered } from "./report.js";

function againButton(hazard) {
  return opener(say("hz_still_there"), () => {
    const yes = el("button", { type: "button", class: "bad", onclick: () => working(yes, () => tried(() => post(`/hazards/${hazard.id}/reopen`, { reason: "still_there" }), "hz_opened_again")) }, say("hz_open_again"));
    return yes;
  });
}

const card = (hazard) => el("li", { class: "card" },
  el("div", { class: "row apart" }, head(hazard), wordsTag(hazard)), why(hazard) && el("p", { class: "note warn" }, why(hazard)),
  shown(hazard), hazard.note && el("p", {}, hazard.note), numbered(hazard), hazard.actions.includes("reopen") && againButton(hazard));

async function tried(work, words) {
  settle();
  try {
    await work();
    announce(say(words));
    await refresh();
  } catch (refused) {
    complain(refused);
  }
}

function question(hazard) {
  const photos = new Photos({ words: say("hz_photo_if_not") });
  const sayIt = (gone, words, kind) => {
    const button = el("button", { type: "button", class: kind, onclick: () => working(button, async () => {
      await photos.waiting;
      await tried(() => answered(hazard.id, gone, photos.kept), gone ? "hz_thanks_gone" : "hz_opened_again");
    }) }, say(words));
    return button;
  };
  return el("li", { class: "card mine" }, el("h3", {}, say("hz_is_it_gone")), head(hazard, "p"), shown(hazard), photos.root,
    el("div", { class: "halves" }, sayIt(true, "hz_gone", "go"), sayIt(false, "hz_not_gone", "")));
}

function show(mine, asked) {
  lay(document.getElementById("mine"), mine, card);
  document.getElementById("mine-empty").hidden = mine.length > 0;
  const by = new Map(asked.map((one) => [one.id, one]));
  // A question is laid out once: the photo that he has taken for it stays.
  lay(document.getElementById("asked"), asked.map(({ id }) => ({ id })), ({ id }) => question(by.get(id)));
  document.getElementById("asked-part").hidden = !asked.length;
}

const refresh = looking(async () => {
  try {
    const [mine, asked] = await Promise.all([everything("/hazards?status=mine"), get("/me/hazard-questions")]);
    show(mine.items, asked.items);
    settle(false);
  } catch (refused) {
    complain(refused);
  }
});
const soon = debounce(refresh);

onEntries((entries) => entries.some(({ type }) => type.startsWith("hazard.")) && soon());
onResync(refresh);
document.addEventListener("hazard-sent", refresh);
show(state.mine.items, state.asked.items);
start();
