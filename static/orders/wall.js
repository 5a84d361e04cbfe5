// The big screen: a station's counts, asked for anew every few seconds. It runs for days, so it keeps nothing but what it shows.
import { base } from "../api.js";
import { el, state } from "../dom.js";
import { say } from "../texts.js";

const EVERY_MS = 3000;
const PATIENCE_MS = 10000;
// A screen that has shown old numbers for so long says so across the whole width.
const STALE_MS = 60000;
const COUNTS = ["open", "old", "under_way", "late", "word", "done_today"];
const SUMS = [...COUNTS, "posted_today", "on_duty"];
const lang = document.documentElement.lang;
const clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai" });
const day = new Intl.DateTimeFormat(lang, { month: "long", day: "numeric", weekday: "long", timeZone: "Asia/Shanghai" });
const line = document.getElementById("wall-line");
const tiles = new Map();
let heardAt = Date.now();

const write = (id, text) => {
  const there = document.getElementById(id);
  if (there && there.textContent !== String(text)) there.textContent = text;
};

function sign(name, values) {
  line.dataset.state = name;
  const words = say(`wall_${name}`, values);
  if (line.textContent !== words) line.textContent = words;
}

// What is worst in a community, said by a colour and by a word.
const mood = (tile) => ["old", "late", "word", "open", "under_way"].find((name) => tile[name] > 0) ?? "calm";

function tileFor(tile) {
  const made = el("li", { class: "tile" }, el("div", { class: "tile-top" }, el("h2", {}, tile.name), el("p", { class: "mood" })),
    el("dl", {}, ...COUNTS.filter((name) => name !== "old").map((name) => el("div", { class: name }, el("dt", {}, say(`wall_count_${name}`)), el("dd", {})))));
  tiles.set(tile.id, made);
  return made;
}

function lay(tile) {
  const made = tiles.get(tile.id);
  made.style.setProperty("--column", tile.column);
  made.style.setProperty("--row", tile.row);
  made.dataset.mood = mood(tile);
  const words = say(`wall_mood_${made.dataset.mood}`, { n: tile[made.dataset.mood] });
  if (made.querySelector(".mood").textContent !== words) made.querySelector(".mood").textContent = words;
  for (const name of COUNTS.filter((one) => one !== "old")) {
    const count = made.querySelector(`.${name} dd`);
    if (count.textContent !== String(tile[name])) count.textContent = tile[name];
    count.parentElement.classList.toggle("nil", tile[name] === 0);
  }
}

function show(counts) {
  heardAt = Date.now();
  for (const name of SUMS) {
    write(`sum-${name}`, counts[name]);
    document.getElementById(`sum-${name}`).parentElement.classList.toggle("nil", counts[name] === 0);
  }
  const minutes = counts.oldest ? Math.max(0, Math.floor((Date.parse(counts.at) - Date.parse(counts.oldest)) / 60000)) : null;
  write("oldest", minutes === null ? say("wall_all_taken") : say("wall_oldest", { n: minutes }));
  const map = document.getElementById("tiles");
  if (!map) return;
  // A community has come or gone: the map is laid anew. Otherwise only what has changed is written.
  if (map.dataset.laid !== counts.tiles.map((tile) => tile.id).join()) {
    tiles.clear();
    map.replaceChildren(...counts.tiles.map(tileFor));
    map.dataset.laid = counts.tiles.map((tile) => tile.id).join();
  }
  map.style.setProperty("--columns", counts.columns);
  map.style.setProperty("--rows", Math.max(...counts.tiles.map((tile) => tile.row)));
  counts.tiles.forEach(lay);
}

async function ask() {
  const answer = await fetch(`${base}/wall/counts`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout?.(PATIENCE_MS) });
  if (answer.status === 401 || answer.status === 403) return sign("ended");
  if (!answer.ok) throw new Error(answer.status);
  show(await answer.json());
  sign("live");
}

async function look() {
  try {
    await ask();
  } catch {
    sign("back", { time: clock.format(heardAt) });
  }
  document.body.classList.toggle("stale", Date.now() - heardAt > STALE_MS);
  setTimeout(look, EVERY_MS);
}

function tick() {
  const now = Date.now();
  write("clock", clock.format(now));
  write("day", day.format(now));
  setTimeout(tick, 1000 - (now % 1000));
}

// So that a screen does not go dark; where the browser cannot promise it, its own settings must.
async function stayAwake() {
  if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => null);
}

document.addEventListener("visibilitychange", stayAwake);
stayAwake();
show(state);
tick();
look();
