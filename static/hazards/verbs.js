// What can be done with a hazard at a desk: each verb's key, its words, the form that it asks for, and what that form says.
import { base, call, get } from "../api.js";
import { el } from "../dom.js";
import { say } from "../texts.js";
import { wordsTag } from "./facts.js";
import { Photos } from "./photos.js";
import { Pin } from "./pin.js";

const DAY_MS = 86400000;
const REASONS = {
  send_back: ["not_ours", "not_found", "needs_another", "other"], void: ["mistake", "duplicate", "not_ours", "other"],
  suspend: ["needs_money", "needs_permit", "weather", "under_work", "other"], extend: ["needs_more_time", "needs_another", "weather", "other"],
  reopen: ["still_there", "back_again", "other"],
};
// What another one can be merged into has been accepted.
const SURVIVES = ["accepted", "assigned", "suspended", "fixed"];
const english = document.documentElement.lang === "en";
let unique = 0;

// A moment as the form's own field has it: the people's clock, without a zone.
const local = (moment) => new Date(moment + 8 * 3600000).toISOString().slice(0, 16);
const zoned = (text) => (text ? `${text}:00+08:00` : undefined);

function field(name, words, input, hint = null) {
  input.id = `hazard-${name}-${(unique += 1)}`;
  input.name = name;
  return el("div", { class: "field" }, el("label", { for: input.id }, say(words)), input, hint && el("p", { class: "hint" }, hint));
}
const options = (items, value) => items.map(([id, words]) => el("option", { value: id, selected: id === value }, words));
const reasonOf = (verb) => field("reason", "hz_why", el("select", { required: true }, el("option", { value: "" }, say("choose_one")), ...options(REASONS[verb].map((code) => [code, say(`hz_reason_${code}`)]))));
const sentence = () => field("text", "hz_sentence", el("textarea", { rows: "2", maxlength: "200" }));
const moment = (name, words, value, hint) => field(name, words, el("input", { type: "datetime-local", value, required: name !== "deadline_or_none" }), hint);
const value = (form, name) => form.elements[name].value.trim();

// What comes a moment later has its own place in the form until then.
function later(words, load) {
  const place = el("div", { role: "status", "aria-busy": "true" }, el("p", { class: "hint" }, say(words)));
  load().then((parts) => place.replaceChildren(...parts), (refused) => place.replaceChildren(el("p", { class: "error" }, refused.message)))
    .finally(() => place.removeAttribute("aria-busy"));
  return place;
}

const choice = (name, id, ...inside) => el("label", { class: "check" }, el("input", { type: "radio", name, value: id, required: true }), el("span", {}, ...inside));

async function cannedReasons(hazard) {
  const { items } = await get(`/hazard-reasons?category=${encodeURIComponent(hazard.category)}`);
  return [el("fieldset", {}, el("legend", {}, say("hz_why")), ...items.map((one) => choice("reason", one.code, english ? one.en : one.zh)))];
}

async function survivors(hazard) {
  const { items } = await get(`/hazards/${hazard.id}/same`);
  const fit = items.filter((one) => SURVIVES.includes(one.status));
  const waiting = items.length - fit.length;
  return [
    fit.length > 0 && el("fieldset", {}, el("legend", {}, say("hz_merge_into")), ...fit.map((one) => el("div", { class: "survivor" },
      one.photos.length > 0 && el("img", { src: `${base}${one.photos[0].url}`, width: one.photos[0].width, height: one.photos[0].height, alt: say("hz_photo_of_it") }),
      choice("into", one.id, el("strong", {}, one.number), ` ${one.category_name} · ${[one.community, one.building].filter(Boolean).join(" ")}`, one.distance_m == null ? "" : ` · ${say("hz_away", { n: one.distance_m })}`, " ", wordsTag(one))))),
    !fit.length && el("p", { class: "hint" }, say("hz_none_near")), waiting > 0 && el("p", { class: "hint" }, say("hz_near_waiting", { n: waiting })),
  ].filter(Boolean);
}

async function whoFollows(hazard) {
  const said = await call("POST", "/hazard-rules/preview", { body: { category: hazard.category, community_id: hazard.community_id } });
  return [el("p", { class: "note" }, say("hz_follows", { who: said.responsible ?? say("hz_committee") }), " ", el("span", { class: "hint" }, said.why))];
}

const changed = (form, hazard, names) => Object.fromEntries(names.map((name) => [name, value(form, name)]).filter(([name, said]) => said && said !== (hazard[name] ?? "")));

// The pin moves the two hidden fields; who does not touch it changes nothing.
function placing(hazard, communities) {
  const [lat, lon] = ["lat", "lon"].map((name) => el("input", { type: "hidden", name, value: "" }));
  const pin = new Pin(communities, (point) => [lat.value, lon.value] = [point.lat, point.lon]);
  if (hazard.lat != null) pin.set({ lat: hazard.lat, lon: hazard.lon });
  return [el("details", {}, el("summary", {}, say("hz_on_map")), pin.root), lat, lon];
}
// What everybody reads of it: to be put right when it is accepted, and after.
const asItIs = (hazard, { categories, communities }) => [
  field("category", "hz_category", el("select", {}, ...options(categories.map((one) => [one.id, english ? one.name_en : one.name]), hazard.category))),
  field("title", "hz_title", el("input", { maxlength: "80", value: hazard.title }), say("hz_title_hint")),
  field("building", "hz_building", el("input", { maxlength: "80", value: hazard.building })),
  field("community_id", "hz_community", el("select", { required: true }, el("option", { value: "" }, say("choose_one")), ...options(communities.map((one) => [one.id, one.name]), hazard.community_id))),
  ...placing(hazard, communities),
];
const FACTS = ["category", "title", "building", "community_id"];
const placed = (form) => (form.elements.lat?.value ? { lat: Number(form.elements.lat.value), lon: Number(form.elements.lon.value) } : {});

// Verb → its key, its words; `fields` make its form, `body` reads it. A form with `photos` sends those that it holds.
export const VERBS = {
  accept: {
    key: "a", words: "hz_accept", kind: "go",
    fields: (hazard, context) => [...asItIs(hazard, context), moment("deadline_or_none", "hz_deadline", "", say("hz_deadline_hint"))],
    body: (form, hazard) => ({ ...changed(form, hazard, FACTS), ...placed(form), deadline: zoned(value(form, "deadline_or_none")) }),
  },
  decline: {
    key: "d", words: "hz_decline", kind: "bad",
    fields: (hazard) => [later("hz_loading", () => cannedReasons(hazard)), sentence()],
    body: (form) => ({ reason: form.elements.reason?.value ?? "", text: value(form, "text") || undefined }), needs: "reason",
  },
  merge: {
    key: "m", words: "hz_merge",
    fields: (hazard) => [later("hz_loading", () => survivors(hazard))],
    body: (form) => ({ into: form.elements.into?.value ?? "" }), needs: "into",
  },
  unmerge: { key: "u", words: "hz_unmerge" },
  assign: {
    key: "s", words: "hz_assign", kind: "go",
    fields: (hazard) => [later("hz_loading", () => whoFollows(hazard)), field("responsible", "hz_responsible", el("input", { maxlength: "80" }), say("hz_responsible_hint"))],
    body: (form) => ({ responsible: value(form, "responsible") || undefined }),
  },
  fix: {
    key: "f", words: "hz_fix", kind: "go",
    fields: (_hazard, _context, photos) => [photos.root, field("reason", "hz_no_photo", el("textarea", { rows: "2", maxlength: "200" }))],
    body: (form) => ({ reason: value(form, "reason") || undefined }), photos: () => new Photos({ words: say("hz_take_after") }),
  },
  verify: { key: "v", words: "hz_verify", kind: "go" },
  reopen: { key: "o", words: "hz_open_again", fields: () => [reasonOf("reopen")], body: (form) => ({ reason: value(form, "reason") }) },
  send_back: { key: "b", words: "hz_send_back", fields: () => [reasonOf("send_back"), sentence()], body: (form) => ({ reason: value(form, "reason"), text: value(form, "text") || undefined }) },
  suspend: {
    key: "p", words: "hz_suspend",
    fields: () => [moment("until", "hz_until", local(Date.now() + 7 * DAY_MS)), reasonOf("suspend"), sentence()],
    body: (form) => ({ until: zoned(value(form, "until")), reason: value(form, "reason"), text: value(form, "text") || undefined }),
  },
  resume: { key: "r", words: "hz_resume" },
  extend: {
    key: "e", words: "hz_extend",
    fields: (hazard) => [moment("deadline", "hz_deadline", local(Date.parse(hazard.deadline) + DAY_MS)), reasonOf("extend"), sentence()],
    body: (form) => ({ deadline: zoned(value(form, "deadline")), reason: value(form, "reason"), text: value(form, "text") || undefined }),
  },
  correct: {
    key: "c", words: "hz_correct",
    fields: (hazard, context) => [...asItIs(hazard, context), ["accepted", "assigned"].includes(hazard.status) && moment("deadline_or_none", "hz_deadline", "", say("hz_deadline_stays"))].filter(Boolean),
    body: (form, hazard) => ({ ...changed(form, hazard, FACTS), ...placed(form), deadline: form.elements.deadline_or_none && zoned(value(form, "deadline_or_none")) }),
  },
  void: { key: "x", words: "hz_void", kind: "bad", fields: () => [reasonOf("void"), sentence()], body: (form) => ({ reason: value(form, "reason"), text: value(form, "text") || undefined }) },
};
