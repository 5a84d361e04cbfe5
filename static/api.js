// How a page speaks HTTP: relative to its own persona's path, with the proof that it is our page, and plain refusals.
import { say } from "./texts.js";

export const base = document.documentElement.dataset.base ?? "";
const proof = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
const PATIENCE_MS = 20000;
// A photo over a slow line takes its time.
const UPLOAD_PATIENCE_MS = 180000;
const PAGES_MOST = 20;
// The house says its time to a second, and an answer takes a while: two clocks that differ less are the same.
const SKEW_LEAST_MS = 5000;

// How far this phone's clock is from the house's, in milliseconds, to a second: as of the last answer.
let skew = 0;
export const houseTime = () => Date.now() + skew;

class Refused extends Error {
  constructor(problem) {
    super(problem.detail);
    Object.assign(this, problem);
  }
}

// The session has ended (signed out elsewhere, suspended, another role): the front door says what to do.
export const toTheDoor = () => location.assign(`${base}/`);

// crypto.randomUUID exists on secure origins alone; a phone on the street's own network has none.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export async function call(method, path, { body, key, form } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = proof;
  if (key) headers["Idempotency-Key"] = key;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer, said;
  try {
    answer = await fetch(`${base}/api/v1${path}`, {
      method, headers, body: form ?? (body === undefined ? undefined : JSON.stringify(body)),
      signal: AbortSignal.timeout?.(form ? UPLOAD_PATIENCE_MS : PATIENCE_MS),
    });
    said = await answer.text();
    const at = Date.parse(answer.headers.get("Date"));
    if (at && !answer.headers.get("Age")) skew = Math.abs(at - Date.now()) > SKEW_LEAST_MS ? at - Date.now() : 0;
  } catch {
    throw new Refused({ code: "offline", detail: say("offline_try") });
  }
  try {
    said = JSON.parse(said);
  } catch {
    throw new Refused({ code: "error", status: answer.status, detail: say("no_answer") });
  }
  if (answer.status === 401) toTheDoor();
  if (!answer.ok) throw new Refused({ status: answer.status, ...said });
  return said;
}

export const get = (path) => call("GET", path);

// A list to its end: the oldest orders, which are the ones that are stuck, come last.
export async function everything(path) {
  const found = new Map();
  for (let page = 1, pages = 1; page <= Math.min(pages, PAGES_MOST); page += 1) {
    const list = await get(`${path}&page=${page}`);
    list.items.forEach((item) => found.set(item.id, item));
    pages = list.pages;
  }
  return { items: [...found.values()] };
}

// After these nobody knows whether it was done: the next try must carry the same key.
const UNSURE = ["offline", "error", "busy", "still_running"];
const AGAIN_MS = 1000;
const TRIES = 8;
const keys = new Map();
const running = new Map();

async function attempt(what, send, given) {
  const key = keys.get(what) ?? given ?? newKey();
  keys.set(what, key);
  for (let tries = 1; ; tries += 1) {
    try {
      const said = await send(key);
      keys.delete(what);
      return said;
    } catch (refused) {
      if (!UNSURE.includes(refused.code)) keys.delete(what);
      if (refused.code !== "still_running" || tries === TRIES) throw refused;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

// One intention, in its own words, is one command: while it runs a second tap joins it, and its key stays until an answer came.
// `given`: the key under which it was begun before this page was there.
export function once(what, send, given = null) {
  if (!running.has(what)) running.set(what, attempt(what, send, given).finally(() => running.delete(what)));
  return running.get(what);
}

const posting = (path, body) => `${path} ${JSON.stringify(body)}`;
export const post = (path, body = {}) => once(posting(path, body), (key) => call("POST", path, { body, key }));
// Whether this very thing was said before and no answer has come: to say it again is no second one.
export const pending = (what) => keys.has(what);
export const unanswered = (path, body) => pending(posting(path, body));
