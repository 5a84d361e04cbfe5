// What a hazard looks like on any page: how far it is, what, where, since when, and how long it may still take.
import { el } from "../dom.js";
import { time } from "../orders/cards.js";
import { say } from "../texts.js";

const MINUTE = 60000;
const TONES = { waiting: "", accepted: "today", in_hand: "today", done: "done", declined: "urgent" };
// A report that waits longer than this, in minutes, is said to; an urgent one sooner.
const WAITED = { usual: [30, 120], urgent: [5, 15] };
const SOON = 120;

export const where = (hazard) => [hazard.community, hazard.building].filter(Boolean).join(" ") || say("hz_by_point");
export const wordsTag = (hazard) => el("span", { class: `tag ${TONES[hazard.words.code]}` }, hazard.words.text);

function span(minutes) {
  if (minutes < 60) return say("hz_minutes", { n: Math.max(0, Math.round(minutes)) });
  return minutes < 2880 ? say("hz_hours", { n: Math.round(minutes / 60) }) : say("hz_days", { n: Math.round(minutes / 1440) });
}

// How it stands with its time, in words and a tone.
export function standing(hazard, now = Date.now()) {
  if (hazard.status === "reported") {
    const waited = (now - Date.parse(hazard.sent_at)) / MINUTE;
    const [warn, bad] = WAITED[hazard.urgent ? "urgent" : "usual"];
    return [say(waited >= bad ? "hz_waited_long" : "hz_waited", { span: span(waited) }), waited >= bad ? "bad" : waited >= warn ? "warn" : ""];
  }
  if (hazard.status === "suspended") return [say("hz_suspended_until", { time: time(hazard.suspended_until) }), ""];
  if (hazard.status === "fixed") return [say("hz_to_be_seen"), "today"];
  if (!hazard.deadline) return [hazard.words.text, TONES[hazard.words.code]];
  const left = (Date.parse(hazard.deadline) - now) / MINUTE;
  if (left <= 0) return [say("hz_over", { span: span(-left) }), "bad"];
  return [say(left < SOON ? "hz_left_short" : "hz_left", { span: span(left) }), left < SOON ? "warn" : ""];
}

// Why it was declined, waits, or came back.
export function why(hazard) {
  const words = hazard.reason && (hazard.reason.text ?? say(`hz_reason_${hazard.reason.code}`));
  return [words, hazard.reason_text].filter(Boolean).join(" ");
}

export function head(hazard, level = "h3", ...tags) {
  return el("div", { class: "head" },
    el(level, { class: "kind" }, el("span", {}, hazard.category_name), hazard.urgent && el("span", { class: "tag urgent" }, say("urgency_urgent")), ...tags),
    el("p", { class: "where" }, where(hazard)), hazard.title && hazard.title !== hazard.category_name && el("p", {}, hazard.title));
}

export const numbered = (hazard) => el("p", { class: "hint" }, say("hz_since", { number: hazard.number, time: time(hazard.seen_at) }));
