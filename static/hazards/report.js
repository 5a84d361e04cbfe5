// A report from the street: photo, category, send. What could not be sent stays as it is, also over a reload, under the same key.
import { base, call, get, newKey, once, post } from "../api.js";
import { announce, complain, el, settle, state, working } from "../dom.js";
import { debounce } from "../live.js";
import { say } from "../texts.js";
import { advised } from "./advice.js";
import { head, numbered } from "./facts.js";
import { keep, letGo, unsent } from "./keeping.js";
import { Photos, multipart } from "./photos.js";
import { sendReport } from "./sending.js";
import { Spot } from "./spot.js";

const form = document.getElementById("report");
const send = document.getElementById("send");
const near = document.getElementById("near");
// So many kinds lie open, what couriers meet between houses before what is for the street; the others are one tap further.
const OPEN = 12;
const rank = (one) => (one.code === "other" ? 2 : one.is_local ? 0 : 1);
const kinds = [...state.categories].sort((a, b) => rank(a) - rank(b));
const known = new Map(kinds.map((one) => [one.id, one]));
const english = document.documentElement.lang === "en";

const spot = new Spot();
let chosenByHim = false;
// Since when this report is being sent, and the key under which these very words went out.
let begun = null;
let draft = null;
// What has been compared with those nearby: sent again, it would find only itself.
let compared = null;

const nameOf = (one) => (english ? one.name_en : one.name);
const choices = new Map(kinds.map((one) => [one.id, el("label", { class: "check chip" },
  el("input", { type: "radio", name: "category", value: one.id, onchange: () => choose(one.id, true) }), el("span", {}, nameOf(one)))]));
const photos = new Photos({ words: say("hz_take_photo"), big: true, pressed: () => spot.find(), taken: ready });

function ready(photo) {
  spot.offer(photo);
  photos.label.classList.remove("go", "big");
  photos.label.firstElementChild.textContent = say("hz_photo_more");
}

function choose(id, his) {
  chosenByHim ||= his;
  choices.get(id).firstElementChild.checked = true;
  const advice = document.getElementById("advice");
  advice.replaceChildren(...advised((english ? known.get(id).advice_en : known.get(id).advice) || ""));
  advice.hidden = !advice.textContent;
}

// The likeliest first. Nothing moves under a finger that is choosing.
function arrange(likely) {
  const fieldset = document.getElementById("categories");
  if (fieldset.contains(document.activeElement)) return;
  const order = [...likely, ...[...choices.keys()].filter((id) => !likely.includes(id))];
  document.getElementById("kinds").append(...order.slice(0, OPEN).map((id) => choices.get(id)));
  document.getElementById("more-kinds").append(...order.slice(OPEN).map((id) => choices.get(id)));
  for (const [id, label] of choices) label.classList.toggle("likely", likely.includes(id));
  document.getElementById("suggested").hidden = !likely.length;
  if (likely.length && !chosenByHim) choose(likely[0], false);
}

const suggest = debounce(async () => {
  const said = { note: form.elements.note.value, building: form.elements.building.value };
  if (!`${said.note}${said.building}`.trim()) return arrange([]);
  // Without a suggestion he chooses for himself.
  const { items } = await call("POST", "/hazard-categories/find", { body: said }).catch(() => ({ items: [] }));
  return arrange(items.map((one) => one.category).filter((id) => choices.has(id)));
}, 300);

function said() {
  const { note, building, community_id, category, order_id } = form.elements;
  const body = {
    category: category.value, note: note.value.trim(), building: building.value.trim(), community_id: community_id.value,
    order_id: order_id.checked ? order_id.value : "", ...(spot.point ?? {}), seen_at: photos.kept[0]?.at ?? begun,
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value != null && value !== ""));
}

function tell(words, to) {
  const place = document.getElementById("unsent");
  place.textContent = words;
  place.hidden = false;
  to?.focus();
}

function missing(report) {
  if (!report.category) return ["hz_choose_category", choices.values().next().value.firstElementChild];
  if (report.lat === undefined && !report.building) return ["hz_say_where", form.elements.building];
  return null;
}

// Looks first whether it is reported already. Where that cannot be asked, the report itself can.
async function sameAs(report) {
  const place = Object.fromEntries(["category", "lat", "lon", "building", "community_id"].map((name) => [name, report[name]]).filter(([, value]) => value));
  const { items } = await get(`/hazards/near?${new URLSearchParams(place)}`).catch(() => ({ items: [] }));
  return items.filter((one) => one.actions.includes("join"));
}

const intention = (report) => `hazard.report ${JSON.stringify(report)} ${photos.kept.map(({ id }) => id)}`;

async function submit() {
  settle();
  document.getElementById("unsent").hidden = true;
  await photos.waiting;
  await spot.finding;
  begun ??= new Date().toISOString();
  const report = said();
  const lacks = missing(report);
  if (lacks) {
    if (lacks[0] === "hz_say_where") document.getElementById("by-name").open = true;
    return tell(say(lacks[0]), lacks[1]);
  }
  const what = intention(report);
  const same = compared === what ? [] : await sameAs(report);
  if (same.length) return offer(same, what);
  compared = what;
  // The same words keep their key; other words are another report.
  draft = { what, key: draft?.what === what ? draft.key : newKey() };
  return sent(() => sendReport(what, report, photos.kept, draft.key, () => remember(report)), "hz_thanks");
}

const remember = (report) => keep(state.me, { ...report, ...draft, chosenByHim, photos: photos.kept });

async function sent(work, thanks) {
  try {
    await work();
    clear();
    near.hidden = true;
    const note = document.getElementById("thanks");
    note.textContent = say(thanks);
    note.hidden = false;
    note.focus();
    announce(say(thanks));
    document.dispatchEvent(new Event("hazard-sent"));
  } catch (refused) {
    complain(refused);
    // An older look of what he has said must not come back: it is kept as it stands now.
    draft ??= { what: intention(said()), key: newKey() };
    await remember(said());
    tell(say("hz_kept"));
    send.textContent = say("hz_send_again");
    send.focus();
  }
}

// What was left unsent is there again, with its key: if it did arrive, it arrives no second time.
async function takeUp() {
  const left = await unsent(state.me);
  if (!left || form.elements.note.value || photos.kept.length) return;
  const { note, building, community_id } = form.elements;
  [note.value, building.value, community_id.value] = [left.note ?? "", left.building ?? "", left.community_id ?? ""];
  if (left.order_id) aboutErrand({ order_id: left.order_id });
  if (left.lat !== undefined) spot.take({ lat: left.lat, lon: left.lon }, "hz_place_put");
  left.photos.forEach((photo) => photos.lay(photo));
  if (choices.has(left.category)) choose(left.category, left.chosenByHim);
  [begun, compared, draft] = [left.seen_at, left.what, { what: left.what, key: left.key }];
  tell(say("hz_left_unsent"));
  send.textContent = say("hz_send_again");
}

// On an errand: its building and place, and its number for the station alone.
function aboutErrand({ order_id, number, building, community_id, lat, lon }) {
  form.elements.order_id.value = order_id;
  form.elements.order_id.checked = true;
  const line = document.getElementById("errand-line");
  line.hidden = false;
  line.lastElementChild.textContent = say(number ? "hz_on_errand" : "hz_on_an_errand", { number });
  if (building) [form.elements.building.value, form.elements.community_id.value] = [building, community_id ?? ""];
  if (building) document.getElementById("by-name").open = true;
  if (lat != null) spot.take({ lat, lon }, "hz_place_errand");
}

function offer(same, what) {
  const body = (seen) => ({ ...(seen.seen_at ? { seen_at: seen.seen_at } : {}) });
  const cards = same.map((one) => {
    const yes = el("button", { type: "button", class: "go wide", onclick: () => working(yes, () => sent(() =>
      once(`hazard.join ${one.id} ${what}`, (key) => call("POST", `/hazards/${one.id}/join`, { form: multipart(body(said()), photos.kept), key })), "hz_joined")) }, say("hz_this_one"));
    const [photo] = one.photos;
    return el("li", { class: "card" }, photo && el("img", { class: "large", src: `${base}${photo.url}`, width: photo.width, height: photo.height, alt: say("hz_photo_of_it") }),
      head(one), one.distance_m != null && el("p", { class: "hint" }, say("hz_away", { n: one.distance_m })), numbered(one), yes);
  });
  document.getElementById("near-list").replaceChildren(...cards);
  near.what = what;
  near.hidden = false;
  document.getElementById("near-title").focus();
  document.getElementById("near-title").scrollIntoView({ block: "start" });
}

const none = document.getElementById("near-none");
none.addEventListener("click", () => working(none, async () => {
  compared = near.what;
  near.hidden = true;
  await submit();
}));

function clear() {
  form.reset();
  photos.clear();
  photos.label.classList.add("go", "big");
  photos.label.firstElementChild.textContent = say("hz_take_photo");
  Object.assign(document.getElementById("advice"), { hidden: true, textContent: "" });
  document.getElementById("unsent").hidden = true;
  document.getElementById("errand-line").hidden = true;
  form.elements.order_id.checked = false;
  spot.clear();
  [chosenByHim, compared, begun, draft] = [false, null, null, null];
  letGo(state.me);
  send.textContent = say("hz_send");
  arrange([]);
}

form.prepend(photos.root);
form.elements.community_id.append(...state.communities.map((one) => el("option", { value: one.id }, one.name)));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  document.getElementById("thanks").hidden = true;
  working(send, submit);
});
for (const name of ["note", "building"]) form.elements[name].addEventListener("input", suggest);
const again = document.getElementById("find-place");
again.addEventListener("click", () => working(again, () => spot.findAgain()));
arrange([]);
takeUp().then(() => state.errand && !draft && aboutErrand(state.errand));
export const answered = (hazardId, gone, kept) => (kept.length
  ? once(`hazard.answer ${hazardId} ${gone} ${kept.map(({ id }) => id)}`, (key) => call("POST", `/hazards/${hazardId}/answer`, { form: multipart({ gone }, kept), key }))
  : post(`/hazards/${hazardId}/answer`, { gone }));
