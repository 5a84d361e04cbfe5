// A station's own reasons to decline: entered in both languages, for a category or for all, and taken out of use.
import { call, post } from "../api.js";
import { announce, complain, el, settle, state, working } from "../dom.js";
import { start } from "../live.js";
import { say } from "../texts.js";

const form = document.getElementById("reason");
const wrong = document.getElementById("reason-wrong");
const english = document.documentElement.lang === "en";
const names = new Map(state.categories.map((one) => [one.id, english ? one.name_en : one.name]));

function card(reason) {
  const end = el("button", { type: "button", class: "small", onclick: () => working(end, async () => {
    settle();
    try {
      show((await call("DELETE", `/hazard-reasons/${reason.code}`)).items);
      document.getElementById("r-category").focus();
      announce(say("hz_reason_ended"));
    } catch (refused) {
      complain(refused);
    }
  }) }, say("hz_reason_end"));
  return el("li", { class: "card" }, el("p", { class: "hint" }, names.get(reason.category) ?? reason.category ?? say("hz_for_all")), el("p", { lang: "zh-CN" }, reason.zh), el("p", { lang: "en" }, reason.en), end);
}

function show(reasons) {
  document.getElementById("reasons").replaceChildren(...reasons.map(card));
  document.getElementById("reasons-empty").hidden = reasons.length > 0;
}

form.elements.category.append(...[...names].map(([id, name]) => el("option", { value: id }, name)));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const missing = [form.elements.zh, form.elements.en].find((input) => !input.value.trim());
  wrong.hidden = !missing;
  if (missing) {
    wrong.textContent = say("please_fill");
    return missing.focus();
  }
  return working(form.querySelector("button"), async () => {
    try {
      const { category, zh, en } = form.elements;
      show((await post("/hazard-reasons", { category: category.value || null, zh: zh.value.trim(), en: en.value.trim() })).items);
      form.reset();
      zh.focus();
      announce(say("hz_reason_added"));
    } catch (refused) {
      wrong.textContent = refused.message;
      wrong.hidden = false;
    }
  });
});
show(state.reasons);
start();
