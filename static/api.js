// How a page speaks HTTP: relative to its own persona's path, with the proof that it is our page, and plain refusals.
export const base = document.documentElement.dataset.base ?? "";
const proof = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

export class Refused extends Error {
  constructor(problem) {
    super(problem.detail);
    Object.assign(this, problem);
  }
}

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
  let answer;
  try {
    answer = await fetch(`${base}/api/v1${path}`, {
      method, headers, body: form ?? (body === undefined ? undefined : JSON.stringify(body)), signal: AbortSignal.timeout?.(20000),
    });
  } catch {
    throw new Refused({ code: "offline", detail: "offline" });
  }
  const said = await answer.json().catch(() => ({ code: "error", detail: `${answer.status}` }));
  if (!answer.ok) throw new Refused({ status: answer.status, ...said });
  return said;
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}, key = newKey()) => call("POST", path, { body, key });
