// That he did not come, as somebody wrote it down, and his own words beside it.
import { get, post } from "../api.js";
import { announce, complain, el, settle, working } from "../dom.js";
import { say } from "../texts.js";
import { lay, time } from "./cards.js";

const list = document.getElementById("no-shows");

function said(one) {
  return say("no_show_said", { time: time(one.recorded_at), name: one.recorded_by, kind: say(`kind_${one.kind}`), building: one.building, number: one.number, reason: say(`reason_${one.reason}`) });
}

function answer(one) {
  const text = el("textarea", { id: `answer-${one.id}`, rows: "3", maxlength: "500", required: true }, one.answer ?? "");
  const send = el("button", {}, say("send_answer"));
  const form = el("form", {}, el("label", { for: text.id }, say("no_show_answer")), text, el("p", { class: "hint" }, say("no_show_until", { time: time(one.answer_until) })), send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    working(send, async () => {
      settle();
      try {
        await post(`/no-shows/${one.id}/answer`, { text: text.value });
        announce(say("answer_sent"));
        await look();
      } catch (refused) {
        complain(refused);
      }
    });
  });
  return form;
}

// What he is writing stays while other news comes in.
export async function look() {
  const { items } = await get("/no-shows").catch(() => ({ items: null }));
  if (!items) return;
  lay(list, items, (one) => el("li", { class: "card" }, el("p", {}, said(one)), one.can_answer ? answer(one) : one.answer && el("p", { class: "note" }, one.answer)));
  document.getElementById("no-shows-part").hidden = !items.length;
}
