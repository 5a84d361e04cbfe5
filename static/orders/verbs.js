// What a coordinator can do with an order: each verb's key, its words, and the form that it asks for.
import { el } from "../dom.js";
import { say } from "../texts.js";

const CANCELS = ["resident_changed", "duplicate", "mistake", "solved", "other"];
const NO_SHOWS = ["never_came", "unreachable", "too_late_to_help", "other"];
const URGENCIES = ["urgent", "today", "routine"];
const SKILLS = ["medicine", "heavy", "escort", "living_alone"];
let unique = 0;

const field = (name, input) => {
  input.id = `verb-${name}-${(unique += 1)}`;
  input.name = name;
  return el("div", { class: "field" }, el("label", { for: input.id }, say(`field_${name}`)), input);
};
const options = (codes, words) => codes.map((code) => el("option", { value: code }, words(code)));
const select = (name, first, choices) => field(name, el("select", { required: true }, first && el("option", { value: "" }, say(first)), ...choices));
const chosen = (made, value) => {
  made.querySelector("select").value = value;
  return made;
};

// Those on duty first, among them those with the fewest orders in hand; what he is like at this moment stands beside his name.
function courierOptions(order, couriers) {
  const held = new Set(order.holders?.map((one) => one.id));
  const there = couriers.filter((one) => one.active && !held.has(one.id));
  there.sort((a, b) => b.on_duty - a.on_duty || a.open_claims - b.open_claims);
  return there.map((one) => el("option", { value: one.id },
    [one.name, one.depot, one.on_duty ? say("on_duty_short") : say("off_duty_short"), say("holds", { n: one.open_claims }), one.quiet_minutes != null && say("quiet_for", { n: one.quiet_minutes })].filter(Boolean).join(" · ")));
}
const person = (order, couriers) => select("person_id", "assign_to", courierOptions(order, couriers));

// Who is there, free or away has changed while she was choosing: her choice stays as long as he can be chosen.
function anew(input, options) {
  if ([...input.options].map((one) => one.outerHTML).join() === options.map((one) => one.outerHTML).join()) return;
  const { value } = input;
  input.replaceChildren(...options);
  input.value = options.some((option) => option.value === value) ? value : (options[0]?.value ?? "");
}
const refillCouriers = (form, order, couriers) =>
  anew(form.elements.person_id, [el("option", { value: "" }, say("assign_to")), ...courierOptions(order, couriers)]);
const holderOptions = (order) => {
  const those = order.holders?.map((one) => el("option", { value: one.id }, one.name)) ?? [];
  return those.length === 1 ? those : [el("option", { value: "" }, say("choose_one")), ...those];
};
const holder = (name, order) => select(name, null, holderOptions(order));

const refill = (name) => (form, order) => anew(form.elements[name], holderOptions(order));

// A moment as the form's own field has it: the people's clock, without a zone.
const local = (iso) => (iso ? new Date(Date.parse(iso) + 8 * 3600000).toISOString().slice(0, 16) : "");
const CORRECTABLE = {
  summary: { make: () => el("input", { maxlength: "120" }), from: (order) => order.summary, to: (text) => text },
  building: { make: () => el("input", { maxlength: "80", required: true }), from: (order) => order.building, to: (text) => text },
  urgency: { make: () => el("select", {}, ...options(URGENCIES, (code) => say(`urgency_${code}`))), from: (order) => order.urgency, to: (text) => text },
  window_start: { make: () => el("input", { type: "datetime-local" }), from: (order) => local(order.window_start), to: (text) => (text ? `${text}:00+08:00` : null) },
  window_end: { make: () => el("input", { type: "datetime-local" }), from: (order) => local(order.window_end), to: (text) => (text ? `${text}:00+08:00` : null) },
  slots: { make: () => el("select", {}, ...options(["1", "2", "3", "4"], String)), from: (order) => String(order.slots), to: Number },
};
const skillsOf = (form) => SKILLS.filter((skill) => form.elements[`skill_${skill}`].checked);
const skillBoxes = () => el("fieldset", {}, el("legend", {}, say("field_skills")),
  ...SKILLS.map((skill) => el("label", { class: "check" }, el("input", { type: "checkbox", name: `skill_${skill}` }), say(`skill_${skill}`))));

// What she has not touched follows the order; what she has typed stays hers.
function follow(form, order) {
  for (const [name, { from }] of Object.entries(CORRECTABLE)) {
    const input = form.elements[name];
    const touched = form.base && input.value !== from(form.base);
    if (!touched) input.value = from(order);
  }
  for (const skill of SKILLS) {
    const box = form.elements[`skill_${skill}`];
    const touched = form.base && box.checked !== form.base.skills.includes(skill);
    if (!touched) box.checked = order.skills.includes(skill);
  }
  form.base = order;
}

function corrections(form) {
  const { base } = form;
  const changed = Object.entries(CORRECTABLE).filter(([name, { from }]) => form.elements[name].value !== from(base));
  const said = Object.fromEntries(changed.map(([name, { to }]) => [name, to(form.elements[name].value)]));
  const skills = skillsOf(form);
  return skills.join() === [...base.skills].sort((a, b) => SKILLS.indexOf(a) - SKILLS.indexOf(b)).join() ? said : { ...said, skills };
}

// Verb → its key, its words; `fields` make its form, `body` reads it, `follow` takes over what has changed under it.
export const VERBS = {
  open: { key: "o", words: "let_open", kind: "go" },
  confirm: { key: "y", words: "confirm", kind: "go" },
  assign: {
    key: "a", words: "assign",
    fields: (order, couriers) => [person(order, couriers), el("label", { class: "check" }, el("input", { type: "checkbox", name: "phoned_in" }), say("field_phoned_in"))],
    follow: refillCouriers,
    body: (form) => ({ person_id: form.elements.person_id.value, phoned_in: form.elements.phoned_in.checked }),
  },
  push: { key: "p", words: "push" },
  widen: { key: "w", words: "widen" },
  reassign: {
    key: "r", words: "assign_other",
    fields: (order, couriers) => [holder("from_person_id", order), person(order, couriers)],
    follow: (form, order, couriers) => {
      refill("from_person_id")(form, order);
      refillCouriers(form, order, couriers);
    },
    body: (form) => ({ from_person_id: form.elements.from_person_id.value, person_id: form.elements.person_id.value }),
  },
  split: {
    key: "s", words: "split", hint: "split_hint",
    fields: (order) => [chosen(select("slots", null, options(["1", "2", "3", "4"].filter((n) => Number(n) >= Math.max(1, order.taken)), String)), String(order.slots))],
    body: (form) => ({ slots: Number(form.elements.slots.value) }),
  },
  correct: {
    key: "e", words: "correct",
    fields: () => [...Object.entries(CORRECTABLE).map(([name, { make }]) => field(name, make())), skillBoxes()],
    follow, body: corrections,
  },
  no_show: {
    key: "n", words: "no_show", hint: "no_show_hint",
    fields: (order) => [holder("person_id", order), select("reason", "choose_one", options(NO_SHOWS, (code) => say(`reason_${code}`)))],
    follow: refill("person_id"),
    body: (form) => ({ person_id: form.elements.person_id.value, reason: form.elements.reason.value }),
  },
  reopen: { key: "b", words: "reopen" },
  cancel: {
    key: "x", words: "cancel", kind: "bad",
    fields: () => [select("reason", "choose_one", options(CANCELS, (code) => say(`reason_${code}`)))],
    body: (form) => ({ reason: form.elements.reason.value }),
  },
};

// What another has changed since, in words: the fields by their old and new value, everything else by how the order stands now.
export function differences(before, after) {
  const shown = (order, name) => {
    if (name === "skills") return order.skills.map((skill) => say(`skill_${skill}`)).join("、");
    if (name === "urgency") return say(`urgency_${order.urgency}`);
    if (name.startsWith("window")) return CORRECTABLE[name].from(order).replace("T", " ");
    return CORRECTABLE[name].from(order);
  };
  const fields = [...Object.keys(CORRECTABLE), "skills"].filter((name) => shown(before, name) !== shown(after, name));
  const holders = (order) => order.holders?.map((one) => one.name).join("、") ?? "";
  return [
    before.status !== after.status && say("changed_status", { before: say(`status_${before.status}`), after: say(`status_${after.status}`) }),
    holders(before) !== holders(after) && say("changed_holders", { before: holders(before) || say("nobody"), after: holders(after) || say("nobody") }),
    ...fields.map((name) => say("changed_field", { field: say(`field_${name}`), before: shown(before, name) || say("nothing"), after: shown(after, name) || say("nothing") })),
  ].filter(Boolean);
}
