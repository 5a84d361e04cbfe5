// Needs that come back every week: the plan with its next four days before and after saving, pause, end, and what was missed.
import { call, get, post } from "../api.js";
import { announce, complain, el, settle, state, working } from "../dom.js";
import { debounce, looking, onEntries, onResync, start } from "../live.js";
import { findResident } from "../residents/finding.js";
import { say } from "../texts.js";
import { lay, opener } from "./cards.js";
import { fill, found, fresh, halfTyped, mark, need, release, unfit, unmark } from "./need.js";

const form = document.getElementById("need");
const list = document.getElementById("standings");
const send = form.querySelector("button.go");
const title = document.getElementById("form-title");
const newTitle = title.textContent;
const untold = document.getElementById("coming").innerHTML;
const dayWords = new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", day: "numeric", weekday: "short", timeZone: "Asia/Shanghai" });
const weekWords = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", timeZone: "Asia/Shanghai" });
// What is being changed; null: a new one.
let changing = null;
// For which she has been told that it would take the place of what she is typing: pressed once more it does.
let warned = null;

const dayOf = (day) => dayWords.format(new Date(`${day}T00:00:00+08:00`));
// 1 January 2024 was a Monday.
const weekday = (number) => weekWords.format(new Date(`2024-01-0${number}T00:00:00+08:00`));

function plan() {
  const given = new FormData(form);
  return { weekdays: given.getAll("weekdays").map(Number), first_day: given.get("first_day"), last_day: given.get("last_day") || null,
    opens: given.get("opens"), closes: given.get("closes"), on_holidays: given.get("on_holidays") };
}

function days({ next, unsure_from }, kind = "plain-list") {
  return el("div", {}, el("ul", { class: kind }, ...next.map((one) => el("li", {},
    `${dayOf(one.day)} ${one.window_start.slice(11, 16)}–${one.window_end.slice(11, 16)}`,
    one.moved_from && el("span", { class: "hint" }, ` ${say("moved_from", { day: dayOf(one.moved_from) })}`),
    one.holiday && el("span", { class: "tag" }, say("holiday"))))),
  unsure_from && el("p", { class: "hint" }, say("unsure_from", { year: unsure_from.slice(0, 4) })));
}

let asked = 0;
const preview = debounce(async () => {
  const coming = document.getElementById("coming");
  const mine = (asked += 1);
  const body = plan();
  if (!body.weekdays.length || !body.first_day || !body.opens || !body.closes) return (coming.innerHTML = untold);
  const seen = await call("POST", "/standings/preview", { body }).then((seen) => days(seen), (refused) => el("p", { class: "error" }, refused.message));
  if (mine === asked) coming.replaceChildren(seen);
}, 150);

function begin() {
  changing = warned = null;
  fresh(form);
  title.textContent = newTitle;
  preview();
}

function ask(standing) {
  if (halfTyped(form) && warned !== standing.id) {
    warned = standing.id;
    return complain({ message: say("change_over_typed") });
  }
  warned = null;
  settle();
  changing = standing;
  fill(form, { ...standing, repeats: null });
  if (place) place.value = standing.community_id;
  ["first_day", "last_day", "opens", "closes", "on_holidays"].forEach((name) => (form.elements[name].value = standing[name] ?? ""));
  form.querySelectorAll("[name=weekdays]").forEach((box) => (box.checked = standing.weekdays.includes(Number(box.value))));
  title.textContent = say("change_standing");
  preview();
  form.scrollIntoView({ block: "start" });
  form.querySelector("[name=weekdays]").focus();
}

async function save() {
  const { window_start, window_end, caller, ...asked_for } = need(form);
  const body = { ...asked_for, ...plan(), ...(place && !changing ? { community_id: place.value } : {}) };
  const said = JSON.stringify([need(form), plan()]);
  try {
    await post(changing ? `/standings/${changing.id}/change` : "/standings", body);
    announce(say("standing_saved"));
    settle();
    // She is typing on already: that stays.
    if (JSON.stringify([need(form), plan()]) === said) begin();
    await refresh();
  } catch (refused) {
    mark(refused.field, refused.code === "offline" ? say("offline_kept") : refused.message);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  unmark();
  const input = unfit(form);
  if (input) return mark(input.name, say(input.validity.valueMissing ? "please_fill" : "look_again"));
  if (!plan().weekdays.length) return mark("weekdays", say("please_choose_days"));
  working(send, save);
});
form.addEventListener("input", preview);
document.getElementById("fresh").addEventListener("click", begin);
form.elements.name.addEventListener("input", () => release(form));
findResident(form);
form.addEventListener("resident", ({ detail }) => {
  found(form, detail);
  if (place && !changing) place.value = detail.community_id;
});

const act = (standing, verb) => post(`/standings/${standing.id}/${verb}`).then(() => settle(), complain).then(refresh);

function button(words, work, kind = "small") {
  const made = el("button", { type: "button", class: kind, onclick: () => working(made, work) }, words);
  return made;
}

function card(one) {
  const whom = [one.resident.name, one.building, one.resident.door].filter(Boolean).join(" · ");
  const alarmed = one.missed.length || one.stopped || one.keeper_gone;
  const until = one.last_day ? say("until_day", { day: dayOf(one.last_day) }) : "";
  return el("li", { class: `card ${alarmed ? "escalated" : ""}` },
    el("div", { class: "row apart" }, el("h3", {}, `${say(`kind_${one.kind}`)} · ${one.weekdays.map(weekday).join(" ")} ${one.opens}–${one.closes}`),
      el("span", { class: `tag ${one.status === "active" ? "done" : ""}` }, say(`standing_${one.status}`))),
    el("p", { class: "where" }, whom), one.summary && el("p", {}, one.summary),
    el("p", { class: "hint" }, [say(`on_holidays_${one.on_holidays}`), until].filter(Boolean).join(" · ")),
    one.stopped && el("p", { class: "note bad" }, say(`stopped_${one.stopped}`)),
    one.keeper_gone && el("p", { class: "note warn" }, say("keeper_gone")),
    one.missed.length > 0 && el("div", { class: "note bad" }, el("p", {}, say("missed", { n: one.missed.length, days: one.missed.slice(0, 5).map(dayOf).join("、") })),
      button(say("seen"), () => act(one, "seen"))),
    one.next.length > 0 && days(one, "facts"),
    el("div", { class: "row" }, button(say("change"), () => ask(one)),
      one.status === "active" && button(say("pause"), () => act(one, "pause")), one.status === "paused" && button(say("resume"), () => act(one, "resume"))),
    opener(say("end_standing"), () => button(say("end_for_good"), () => act(one, "end"), "small bad")));
}

function show({ items }) {
  lay(list, items, card);
  document.getElementById("empty").hidden = items.length > 0;
  document.getElementById("count").textContent = items.length;
}

const refresh = looking(async () => {
  try {
    show(await get("/standings"));
    settle(false);
  } catch (refused) {
    complain(refused);
  }
});
const soon = debounce(refresh);

onEntries((entries) => entries.some((entry) => entry.type.startsWith("standing.")) && soon());
onResync(refresh);
show(state.standings);
// A coordinator says for which of her communities.
const place = form.elements.community_id;
const places = place ? get("/communities").then(({ items }) => place.append(...items.map((one) => el("option", { value: one.id }, one.name))), complain) : Promise.resolve();
const order = new URLSearchParams(location.search).get("order");
if (order) Promise.all([get(`/orders/${order}/again`), places]).then(([draft]) => {
  fill(form, draft);
  if (place) place.value = draft.community_id;
  if (draft.window_end && draft.window_start) {
    form.elements.opens.value = draft.window_start.slice(11, 16);
    form.elements.closes.value = draft.window_end.slice(11, 16);
  }
  form.querySelector("[name=weekdays]").focus();
}, complain);
start();
