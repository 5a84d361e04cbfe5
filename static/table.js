// A table that the server lays: its rows are taken over from a fresh copy of the page, and only those that read differently.
import { toTheDoor } from "./api.js";
import { replaceWith } from "./carrying.js";
import { looking, onEntries, onResync, start } from "./live.js";
import { say } from "./texts.js";

const rowsOf = (page) => [...page.querySelectorAll("main tbody tr")];
const note = document.getElementById("fresh-at");
// What is counted by a job every few seconds says in its page how long to wait for it.
const REST_MS = Number(note?.dataset.rest ?? 2000);
// A look that came to nothing is tried again so much later, and without any news one is taken all the same.
const AGAIN_MS = 10_000;
const PATIENCE_MS = 60_000;
const CLOCK_MS = 300_000;
const clock = new Intl.DateTimeFormat("zh-CN", { timeStyle: "medium", hourCycle: "h23", timeZone: "Asia/Shanghai" });

// A row is the same by what stands first in it; it keeps what is open in it, and the focus. Where it has gone, the focus goes to its neighbour.
function lay(there, fresh) {
  const body = there[0].parentElement;
  const nameOf = (row) => row.cells[0].textContent;
  const held = there.findIndex((row) => row.contains(document.activeElement));
  const rows = fresh.map((row) => {
    const n = there.findIndex((one) => one && nameOf(one) === nameOf(row));
    const was = n < 0 ? null : there[n];
    if (was) there[n] = null;
    if (was?.textContent === row.textContent) return was;
    if (was) replaceWith(was, row);
    return row;
  });
  there.forEach((row) => row?.remove());
  rows.forEach((row, n) => body.rows[n] === row || body.insertBefore(row, body.rows[n] ?? null));
  if (there[held]) rows[Math.min(held, rows.length - 1)]?.querySelector("a, button, summary")?.focus();
}

const refresh = looking(async () => {
  const asked = { headers: { Accept: "text/html" }, signal: AbortSignal.timeout?.(PATIENCE_MS) };
  const answer = await fetch(location.href, asked).catch(() => null);
  if (answer?.status === 401) toTheDoor();
  const text = answer?.ok ? await answer.text().catch(() => null) : null;
  if (text === null) return soon(AGAIN_MS);
  const page = new DOMParser().parseFromString(text, "text/html");
  const there = rowsOf(document);
  if (there.length) lay(there, rowsOf(page));
  if (note) note.textContent = say("fresh_at", { time: clock.format(new Date()) });
  // Something has happened that this page does not count yet: nobody will say when it does, so it looks until it does.
  if (page.getElementById("fresh-at")?.dataset.behind) soon();
});

// At most one look in this time, however much happens, and always one after the last thing that happened.
let resting = null;
function soon(ms = REST_MS) {
  resting ??= setTimeout(() => {
    resting = null;
    refresh();
  }, ms);
}

// To whom an entry is private, its number still says that something has changed: counts may have.
onEntries(() => soon());
onResync(refresh);
// What the clock alone has changed, such as what has become late, is on no entry.
if (note) setInterval(refresh, CLOCK_MS);
start();
