// What was done to one hazard, by which role, and when: asked for when somebody opens it.
import { get } from "../api.js";
import { el } from "../dom.js";
import { time } from "../orders/cards.js";
import { say } from "../texts.js";

const line = ({ verb, role, at, said }) => el("li", {}, el("time", { datetime: at }, time(at)), ` ${say(`hz_by_${role}`)} · ${say(`hz_step_${verb}`)}`,
  said.changed?.length ? `：${said.changed.map((name) => say(`hz_field_${name}`)).join("、")}` : "");

export function history(hazard) {
  const list = el("ol", { class: "plain-list history" });
  const details = el("details", { class: "history-part", ontoggle: async () => {
    if (!details.open || list.hasChildNodes()) return;
    list.setAttribute("aria-busy", "true");
    try {
      const { steps } = await get(`/hazards/${hazard.id}`);
      list.replaceChildren(...steps.map(line));
    } catch (refused) {
      list.replaceChildren(el("li", { class: "error" }, refused.message));
    }
    list.removeAttribute("aria-busy");
  } }, el("summary", {}, say("hz_history")), list);
  return details;
}
