// How far an order's alerts have come, for its desks: how many phones have spoken, what they said, and when the next ones do.
import { houseTime } from "../api.js";
import { el } from "../dom.js";
import { say } from "../texts.js";
import { time } from "./cards.js";

const TICK_MS = 1000;
const LONG_S = 3600;

// Counted down on the words alone: the line is laid anew when its order moves.
const next = (iso) => {
  const seconds = Math.max(0, Math.ceil((Date.parse(iso) - houseTime()) / 1000));
  // In quiet hours the next wave is in the morning: that is a time of day, not a countdown.
  if (seconds > LONG_S) return say("alerts_next", { time: time(iso) });
  return seconds ? say("alerts_next", { time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` }) : say("alerts_next_now");
};

// In a line of a list, which is a button: the counts alone.
export function alertCounts(order) {
  const { alerts } = order;
  if (order.status !== "open" || !alerts) return "";
  const counts = alerts.asked === 0 ? [say("alerts_none_yet")]
    : [say("alerts_asked", { n: alerts.asked }), say("alerts_declined", { n: alerts.declined }), say("alerts_unanswered", { n: alerts.unanswered })];
  const step = alerts.step !== "waves" && say(`alerts_step_${alerts.step}`);
  return [...counts, step].filter(Boolean).join(" · ");
}

export function alertLine(order) {
  const words = alertCounts(order);
  const at = order.alerts?.next_wave_at;
  return words && el("p", { class: "alerts-line" }, words, at && el("span", { "data-next": at }, ` · ${next(at)}`));
}

setInterval(() => document.querySelectorAll("[data-next]").forEach((one) => {
  const text = ` · ${next(one.dataset.next)}`;
  if (one.textContent !== text) one.textContent = text;
}), TICK_MS);
