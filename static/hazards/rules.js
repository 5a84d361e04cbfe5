// A station's tables for its hazards: who deals with what, which rule would decide and why, and beside it the kinds there are.
import { call, post } from "../api.js";
import { announce, complain, el, settle, state, working } from "../dom.js";
import { start } from "../live.js";
import { say } from "../texts.js";
import { mark, unmark } from "./fields.js";
import { both, families, familyOf, inUse, kinds, nameOf, onKinds, showKinds } from "./kinds.js";

const adding = document.getElementById("rule");
const trying = document.getElementById("try");
const tried = document.getElementById("tried");
const communities = new Map(state.communities.map((one) => [one.id, one.name]));
let rules = state.rules;

const option = ([value, text]) => el("option", { value }, text);
// A family is worth a choice of its own where it has several kinds.
const several = () => families().filter((family) => [...kinds.values()].filter((one) => one.family === family && one.active).length > 1);

function subjectOf(rule) {
  const what = [rule.category && nameOf(rule.category), rule.family && say("hz_rule_family", { names: familyOf(rule.family) })].filter(Boolean);
  return `${both(what) || say("hz_for_all")} · ${rule.community_id ? communities.get(rule.community_id) ?? rule.community_id : say("hz_rule_everywhere")}`;
}

function card(rule) {
  const drop = el("button", { type: "button", class: "small", onclick: () => working(drop, async () => {
    settle();
    try {
      show((await call("DELETE", `/hazard-rules/${rule.id}`)).items);
      adding.elements.category.focus();
      announce(say("hz_rule_dropped"));
    } catch (refused) {
      complain(refused);
    }
  }) }, say("hz_rule_drop"), el("span", { class: "unseen" }, ` ${subjectOf(rule)} ${rule.responsible}`));
  return el("li", { class: "card" }, el("p", { class: "hint" }, subjectOf(rule)), el("p", {}, say("hz_with", { who: rule.responsible })), drop);
}

// A result that was tried with other rules or kinds is no answer any more.
function show(items = rules) {
  rules = items;
  document.getElementById("rules").replaceChildren(...rules.map(card));
  document.getElementById("rules-empty").hidden = rules.length > 0;
  tried.replaceChildren();
}

function fill() {
  const [subject, category] = [adding.elements.category, trying.elements.category];
  const chosen = [subject.value, category.value];
  const whole = several().map((family) => [`family:${family}`, familyOf(family)]);
  subject.replaceChildren(option(["", say("hz_for_all")]), el("optgroup", { label: say("hz_rule_families") }, ...whole.map(option)),
    el("optgroup", { label: say("hz_category") }, ...inUse().map(option)));
  category.replaceChildren(...inUse().map(option));
  [subject, category].forEach((select, n) => [...select.options].some((one) => one.value === chosen[n]) && (select.value = chosen[n]));
}

const MISSES = { category: "hz_category", family: "hz_rule_family_short", community_id: "hz_community" };

function whyOf(one) {
  if (one.chosen) return el("span", { class: "tag done" }, say("hz_try_chosen"));
  return el("span", { class: "tag" }, one.fits ? say("hz_try_wider") : say("hz_try_misses", { what: both(one.misses.map((name) => say(MISSES[name]))) }));
}

adding.addEventListener("submit", (event) => {
  event.preventDefault();
  unmark(adding);
  settle();
  const { category, community_id, responsible } = adding.elements;
  if (!responsible.value.trim()) return mark(adding, "responsible", say("please_fill"));
  const [whole, family] = category.value.split("family:");
  return working(adding.querySelector("button"), async () => {
    try {
      const said = { category: whole || null, family: family ?? null, community_id: community_id.value || null, responsible: responsible.value.trim() };
      show((await post("/hazard-rules", said)).items);
      adding.reset();
      category.focus();
      announce(say("hz_rule_added"));
    } catch (refused) {
      mark(adding, refused.field, refused.message);
    }
  });
});

trying.addEventListener("submit", (event) => {
  event.preventDefault();
  unmark(trying);
  settle();
  working(trying.querySelector("button"), async () => {
    try {
      const asked = { category: trying.elements.category.value, community_id: trying.elements.community_id.value };
      const found = await call("POST", "/hazard-rules/preview", { body: asked });
      // What was asked stands in the answer: meanwhile something else may be chosen.
      tried.replaceChildren(el("p", { class: "note good" }, el("span", { class: "kind" }, subjectOf(asked)), found.responsible && el("strong", {}, say("hz_with", { who: found.responsible })), " ", found.why),
        el("ol", { class: "plain-list" }, ...found.tried.map((one) => el("li", { class: "told-row" }, el("span", {}, say("hz_try_rule", { subject: subjectOf(one), who: one.responsible })), " ", whyOf(one)))));
    } catch (refused) {
      tried.replaceChildren();
      mark(trying, refused.field, refused.message);
    }
  });
});

for (const form of [adding, trying]) form.elements.community_id.append(...[...communities].map(option));
trying.addEventListener("change", () => tried.replaceChildren());
onKinds(() => {
  fill();
  show();
});
fill();
show();
showKinds();
start();
