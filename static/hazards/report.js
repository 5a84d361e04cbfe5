// A report from the street: photo, category, send. What could not be sent stays as it is, and is sent again under the same key.
import { base, call, get, once, post } from "../api.js";
import { announce, complain, el, settle, state, working } from "../dom.js";
import { debounce } from "../live.js";
import { here } from "../place.js";
import { say } from "../texts.js";
import { advised } from "./advice.js";
import { head, numbered } from "./facts.js";
import { Photos, multipart } from "./photos.js";

const form = document.getElementById("report");
const send = document.getElementById("send");
const near = document.getElementById("near");
// So many kinds lie open, what couriers meet between houses before what is for the street; the others are one tap further.
const OPEN = 12;
const rank = (one) => (one.code === "other" ? 2 : one.is_local ? 0 : 1);
const kinds = [...state.categories].sort((a, b) => rank(a) - rank(b));
const known = new Map(kinds.map((one) => [one.id, one]));
const english = document.documentElement.lang === "en";

let point = null;
let finding = null;
let chosenByHim = false;
// What has been compared with those nearby: sent again, it would find only itself.
let compared = null;

const nameOf = (one) => (english ? one.name_en : one.name);
const choices = new Map(kinds.map((one) => [one.id, el("label", { class: "check chip" },
  el("input", { type: "radio", name: "category", value: one.id, onchange: () => choose(one.id, true) }), el("span", {}, nameOf(one)))]));
const photos = new Photos({ words: say("hz_take_photo"), big: true, pressed: findPlace, taken: ready });

function ready() {
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

// Asked for by his tap alone, and once for a report.
function findPlace() {
  if (point) return null;
  const place = document.getElementById("place-said");
  place.textContent = say("hz_finding");
  finding ??= here().then((found) => {
    point = found;
    place.textContent = say(found ? "hz_place_known" : "hz_place_unknown");
    if (!found) document.getElementById("by-name").open = true;
    finding = null;
  });
  return finding;
}

function said() {
  const { note, building, community_id, category } = form.elements;
  return {
    category: category.value, note: note.value.trim(), building: building.value.trim(), community_id: community_id.value,
    ...(point ?? {}), ...(photos.kept.length ? { seen_at: photos.kept[0].at } : {}),
  };
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
  await finding;
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
  return sent(() => once(what, (key) => call("POST", "/hazards", { form: multipart(report, photos.kept), key })), "hz_thanks");
}

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
    tell(say("hz_kept"));
    send.textContent = say("hz_send_again");
    send.focus();
  }
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
  document.getElementById("place-said").textContent = say("hz_place_hint");
  [point, chosenByHim, compared] = [null, false, null];
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
again.addEventListener("click", () => working(again, async () => {
  point = null;
  await findPlace();
}));
arrange([]);
export const answered = (hazardId, gone, kept) => (kept.length
  ? once(`hazard.answer ${hazardId} ${gone} ${kept.map(({ id }) => id)}`, (key) => call("POST", `/hazards/${hazardId}/answer`, { form: multipart({ gone }, kept), key }))
  : post(`/hazards/${hazardId}/answer`, { gone }));
