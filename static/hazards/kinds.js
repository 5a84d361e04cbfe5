// The kinds of hazards as a station keeps them: each changed in its place, and new ones of the station's own.
import { call, post } from "../api.js";
import { announce, complain, el, settle, state, working } from "../dom.js";
import { say } from "../texts.js";
import { check, choice, field, mark, unmark } from "./fields.js";

const english = document.documentElement.lang === "en";
const CODE = /^[a-z0-9_]{1,30}$/;
const FLAGS = ["urgent", "always", "public", "active"];
const NAMED_MOST = 3;
const list = document.getElementById("kinds");
const listeners = [];
export const kinds = new Map(state.categories.map((one) => [one.id, one]));

export const both = (names) => names.join(english ? ", " : "、");
export const onKinds = (listener) => listeners.push(listener);
export const nameOf = (id) => kinds.get(id)?.[english ? "name_en" : "name"] ?? id;
export const inUse = () => [...kinds.values()].filter((one) => one.active).map((one) => [one.id, nameOf(one.id)]);
// A family has no name of its own: it is called by the first of its kinds.
export function familyOf(family) {
  const names = [...kinds.values()].filter((one) => one.family === family).map((one) => nameOf(one.id));
  return names.length ? both(names.slice(0, NAMED_MOST)) + (names.length > NAMED_MOST ? "…" : "") : family;
}
export const families = () => [...new Set([...kinds.values()].map((one) => one.family))];

const limit = (name, label, value) => {
  const [least, most] = state.limits[name];
  return field(name, label, { value, inputmode: "numeric", maxlength: "4", hint: `${least}–${most}` });
};

function fieldsOf(kind) {
  return [field("name", say("hz_kind_name"), { value: kind.name, maxlength: "40", lang: "zh-CN" }),
    field("name_en", say("hz_kind_name_en"), { value: kind.name_en, maxlength: "60", lang: "en" }),
    el("div", { class: "pair" }, limit("hours", say("hz_kind_hours"), kind.hours), limit("radius_m", say("hz_kind_radius"), kind.radius_m)),
    choice("family", say("hz_kind_family"), families().map((one) => [one, familyOf(one)]), kind.family, say("hz_kind_family_hint")),
    check("urgent", say("hz_kind_urgent"), kind.urgent), check("always", say("hz_kind_always"), kind.always),
    check("public", say("hz_kind_public"), kind.public), check("active", say("hz_kind_active"), kind.active),
    field("advice", say("hz_kind_advice"), { value: kind.advice, maxlength: "200", lang: "zh-CN" }),
    field("advice_en", say("hz_kind_advice_en"), { value: kind.advice_en, maxlength: "200", lang: "en" })];
}

function said(form) {
  const given = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]));
  FLAGS.forEach((name) => (given[name] = form.elements[name].checked));
  Object.keys(state.limits).forEach((name) => (given[name] = /^\d+$/.test(given[name]) ? Number(given[name]) : NaN));
  return given;
}

// What the form itself can see, in its order; returns the field and the sentence.
function mistake(given) {
  for (const name of ["code", "name", "name_en"]) if (given[name] === "") return [name, say("please_fill")];
  if (given.code && !CODE.test(given.code)) return ["code", say("hz_kind_code_wrong")];
  for (const [name, [least, most]] of Object.entries(state.limits)) {
    if (!(given[name] >= least && given[name] <= most)) return [name, say("hz_range", { least, most })];
  }
  return null;
}

function onSave(form, save) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    unmark(form);
    settle();
    const given = said(form);
    const wrong = mistake(given);
    if (wrong) return mark(form, ...wrong);
    return working(form.querySelector("button.go"), async () => {
      try {
        await save(given);
      } catch (refused) {
        mark(form, refused.field, refused.message);
      }
    });
  });
  return form;
}

function took(kind) {
  kinds.set(kind.id, kind);
  listeners.forEach((listener) => listener());
}

// Only what is different is said: what a colleague has changed meanwhile stays.
function changing(kind, place) {
  const form = el("form", { novalidate: true, autocomplete: "off", "aria-label": `${say("change")} ${nameOf(kind.id)}` }, ...fieldsOf(kind), el("button", { class: "go" }, say("save")));
  return onSave(form, async (given) => {
    const different = Object.fromEntries(Object.entries(given).filter(([name, value]) => value !== kind[name]));
    if (!Object.keys(different).length) return complain({ message: say("nothing_changed") });
    took(await call("PUT", `/hazard-categories/${kind.id}`, { body: different }));
    const made = card(kinds.get(kind.id));
    place.replaceWith(made);
    made.querySelector("button.opener").focus();
    announce(say("hz_kind_saved"));
  });
}

function card(kind) {
  const place = el("li", { class: "card" });
  const opener = el("button", { type: "button", class: "opener", "aria-expanded": "false", onclick: () => {
    const form = place.querySelector("form") ?? place.appendChild(changing(kind, place));
    form.hidden = opener.getAttribute("aria-expanded") === "true";
    opener.setAttribute("aria-expanded", String(!form.hidden));
  } }, say("change"), el("span", { class: "unseen" }, ` ${nameOf(kind.id)}`));
  const tags = [el("span", { class: "tag" }, say(kind.is_local ? "hz_kind_local" : "hz_kind_standard")), kind.urgent && el("span", { class: "tag urgent" }, say("urgency_urgent")),
    !kind.active && el("span", { class: "tag warn" }, say("hz_kind_retired")), !kind.public && el("span", { class: "tag" }, say("hz_kind_private"))];
  place.append(el("h3", {}, nameOf(kind.id)), el("p", { class: "hint", lang: english ? "zh-CN" : "en" }, english ? kind.name : kind.name_en),
    el("p", { class: "kind" }, ...tags.filter(Boolean)),
    el("ul", { class: "facts" }, el("li", {}, `${say(`hz_kind_${kind.kind}`)} ${kind.code}`), el("li", {}, say(kind.always ? "hz_kind_within_always" : "hz_kind_within", { n: kind.hours })),
      el("li", {}, say("hz_kind_same", { n: kind.radius_m }))), opener);
  return place;
}

const FRESH = { name: "", name_en: "", hours: 9, radius_m: 50, family: "other", urgent: false, always: false, public: true, active: true, advice: "", advice_en: "" };

function adding() {
  const kindsThere = ["event", "part"].map((one) => [one, say(`hz_kind_${one}`)]);
  const form = el("form", { novalidate: true, autocomplete: "off", "aria-labelledby": "new-kind-title" },
    choice("kind", say("hz_kind_kind"), kindsThere, "event"), field("code", say("hz_kind_code"), { maxlength: "30", autocapitalize: "none", spellcheck: "false", hint: say("hz_kind_code_wrong") }),
    ...fieldsOf(FRESH), el("button", { class: "go" }, say("hz_kind_add")));
  return onSave(form, async (given) => {
    const made = await post("/hazard-categories", given);
    took(made);
    const there = card(made);
    list.append(there);
    form.reset();
    there.querySelector("button.opener").focus();
    announce(say("hz_kind_saved"));
  });
}

export function showKinds() {
  list.replaceChildren(...[...kinds.values()].map(card));
  document.getElementById("new-kind").append(adding());
}
