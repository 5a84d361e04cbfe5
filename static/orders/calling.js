// The call list of an order: whom to ring up, the likeliest first; what each said is noted. And every step of the escalation with its clock.
import { base, get, post } from "../api.js";
import { announce, complain, el, settle, working } from "../dom.js";
import { say } from "../texts.js";
import { far, opener, time } from "./cards.js";

const OUTCOMES = ["yes", "no", "no_answer"];

const button = (words, work) => {
  const made = el("button", { type: "button", class: "small", onclick: () => working(made, work) }, words);
  return made;
};

async function trying(work) {
  try {
    await work();
    settle();
  } catch (refused) {
    complain(refused);
  }
}

// His number, one tap away: who asked is written down.
function number(orderId, line) {
  const made = button(say("call_number"), () => trying(async () => {
    const { phone } = await post(`/orders/${orderId}/call-list/${line.person_id}/reveal`);
    const link = el("a", { class: "button small", href: `tel:${phone}` }, say("call", { phone }));
    made.replaceWith(link);
    link.focus();
  }));
  made.append(el("span", { class: "unseen" }, ` ${line.name}`));
  return made;
}

function row(orderId, line, look) {
  const about = [say("call_likely", { n: Math.round(line.likelihood * 100) }), far(line.distance_m), say(line.on_duty ? "on_duty_short" : "off_duty_short"),
    line.why && line.why !== "off_duty" && say(`alert_why_${line.why}`)].filter(Boolean).join(" · ");
  const noted = el("div", { class: "row" }, ...OUTCOMES.map((outcome) => {
    const made = button(say(`phoned_${outcome}`), () => trying(async () => {
      await post(`/orders/${orderId}/phoned`, { person_id: line.person_id, outcome });
      announce(`${line.name}: ${say(`phoned_${outcome}`)}`);
      await look();
    }));
    made.setAttribute("aria-pressed", String(line.outcome === outcome));
    made.append(el("span", { class: "unseen" }, ` ${line.name}`));
    return made;
  }));
  return el("li", { class: "told-row", "data-person": line.person_id }, el("p", {}, el("strong", {}, line.name), " ", el("span", { class: "hint" }, about)),
    el("div", { class: "row" }, number(orderId, line), noted), line.outcome === "yes" && el("p", { class: "note good" }, say("phoned_then_assign")));
}

function list(orderId) {
  const place = el("ul", { class: "plain-list", id: "call-list" });
  const look = () => trying(async () => {
    const { items } = await get(`/orders/${orderId}/call-list`);
    const held = document.activeElement?.closest("[data-person]")?.dataset.person;
    place.replaceChildren(...(items.length ? items.map((line) => row(orderId, line, look)) : [el("li", { class: "empty" }, say("call_nobody"))]));
    if (held) place.querySelector(`[data-person="${CSS.escape(held)}"] button`)?.focus();
  });
  look();
  return el("div", {}, el("p", { class: "hint" }, say("call_hint")), place);
}

function steps(orderId) {
  const place = el("div", {});
  trying(async () => {
    const plan = await get(`/orders/${orderId}/alerts`);
    const reasons = Object.entries(plan.reasons).map(([reason, n]) => say("alerts_reason", { reason: say(`reason_${reason}`), n }));
    place.replaceChildren(el("ol", { class: "steps" }, ...plan.steps.map((step) => el("li", {},
      `${say(`step_${step.name}`)}: ${step.done_at ? say("step_done", { time: time(step.done_at) }) : step.at ? say("step_at", { time: time(step.at) }) : say("step_never")}`))),
      reasons.length ? el("p", {}, reasons.join("、")) : "");
  });
  return place;
}

// Made once for an order that is open on the coordinator's desk; what is opened in it stays.
export const calling = (order) => el("div", { class: "openers", id: "calling" },
  opener(say("alerts_steps"), () => steps(order.id)), opener(say("call_list"), () => list(order.id)),
  el("a", { class: "target", href: `${base}/loans` }, say("lend_link")));
