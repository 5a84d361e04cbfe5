// The station's couriers on the desk: free, busy, gone quiet; and a word to those of a depot.
import { get, post } from "../api.js";
import { announce, el, working } from "../dom.js";
import { say } from "../texts.js";
import { time } from "./cards.js";

const STATES = ["quiet", "busy", "free"];
const list = document.getElementById("crew");
const form = document.getElementById("message");

const stateOf = (one) => (!one.active || !one.on_duty ? "off" : one.quiet_minutes != null ? "quiet" : one.open_claims > 0 ? "busy" : "free");

function words(one) {
  const state = stateOf(one);
  return [one.depot, one.open_claims > 0 && say("holds", { n: one.open_claims }), state === "quiet" && say("quiet_for", { n: one.quiet_minutes })].filter(Boolean).join(" · ");
}

// `look(name)`: show the orders of this courier.
export function showCrew(couriers, look) {
  const there = couriers.filter((one) => stateOf(one) !== "off");
  there.sort((a, b) => STATES.indexOf(stateOf(a)) - STATES.indexOf(stateOf(b)) || b.open_claims - a.open_claims);
  document.getElementById("on-duty").textContent = there.length;
  for (const state of STATES) document.getElementById(`crew-${state}`).textContent = there.filter((one) => stateOf(one) === state).length;
  document.getElementById("crew-empty").hidden = there.length > 0;
  const drawn = JSON.stringify(there.map((one) => [one.id, words(one), stateOf(one)]));
  if (list.drawn === drawn) return;
  list.drawn = drawn;
  const focused = document.activeElement?.closest("#crew li")?.dataset.id;
  list.replaceChildren(...there.map((one) =>
    el("li", { "data-id": one.id, "data-state": stateOf(one) },
      el("button", { type: "button", class: "slip", onclick: () => look(one.name) },
        el("span", { class: "slip-top" }, el("strong", {}, one.name), " ", el("span", { class: `tag ${{ quiet: "bad", busy: "today", free: "done" }[stateOf(one)]}` }, say(`crew_${stateOf(one)}`))),
        el("span", { class: "slip-more" }, words(one))))));
  if (focused) (list.querySelector(`[data-id="${focused}"] button`) ?? list.querySelector("button"))?.focus();
}

// Depots come from the couriers themselves: a depot without anybody has nobody to be told.
export function offerDepots(couriers) {
  if (!form) return;
  const depots = new Map(couriers.filter((one) => one.active && one.depot_id).map((one) => [one.depot_id, one.depot]));
  const known = new Set([...form.elements.depot_id.options].map((option) => option.value));
  form.elements.depot_id.append(...[...depots].filter(([id]) => !known.has(id)).map(([id, name]) => el("option", { value: id }, name)));
}

async function send() {
  const text = form.elements.text.value.trim();
  const said = document.getElementById("message-said");
  if (!text) return form.elements.text.focus();
  try {
    const message = await post("/messages", { text, depot_id: form.elements.depot_id.value || null });
    form.elements.text.value = "";
    said.textContent = say("message_sent", { to: message.depot ?? say("everybody_on_duty") });
    announce(said.textContent);
  } catch (refused) {
    said.textContent = refused.message;
  }
  said.hidden = false;
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  working(form.querySelector("button"), send);
});

const missed = document.getElementById("missed");

// Who did not come, who wrote it down and why, and beside it what he says to it himself.
async function showNoShows() {
  const there = document.getElementById("missed-list");
  const empty = document.getElementById("missed-empty");
  try {
    const { items } = await get("/no-shows");
    empty.textContent = items.length ? "" : say("missed_none");
    there.replaceChildren(...items.map((one) => el("li", {},
      el("p", {}, el("strong", {}, one.person.name), ` · ${say(`kind_${one.kind}`)} · ${one.building} · ${say(`reason_${one.reason}`)}`),
      el("p", { class: "hint" }, say("missed_by", { time: time(one.recorded_at), name: one.recorded_by, number: one.number })),
      el("p", { class: one.answer ? "note" : "hint" }, one.answer ? say("missed_answer", { text: one.answer }) : say("missed_no_answer")))));
  } catch (refused) {
    empty.textContent = refused.message;
  }
}

missed.addEventListener("toggle", () => missed.open && showNoShows());

export function hearOfNoShows(entries) {
  if (missed.open && entries.some(({ type }) => type === "order.missed" || type === "order.no_show_answered")) showNoShows();
}
