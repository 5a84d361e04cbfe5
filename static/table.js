// A table that the server lays: its rows are taken over from a fresh copy of the page, and only those that read differently.
import { toTheDoor } from "./api.js";
import { replaceWith } from "./carrying.js";
import { looking, onEntries, onResync, start } from "./live.js";
import { say } from "./texts.js";

const rowsOf = (page) => [...page.querySelectorAll("main tbody tr")];
const note = document.getElementById("fresh-at");
// What is counted by a job every few seconds says in its page how long to wait for it.
const REST_MS = Number(note?.dataset.rest ?? 2000);
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
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.status === 401) toTheDoor();
  if (!answer?.ok) return;
  const there = rowsOf(document);
  const fresh = rowsOf(new DOMParser().parseFromString(await answer.text(), "text/html"));
  if (there.length) lay(there, fresh);
  if (note) note.textContent = say("fresh_at", { time: clock.format(new Date()) });
});

// At most one look in this time, however much happens, and always one after the last thing that happened.
let resting = null;
function soon() {
  resting ??= setTimeout(() => {
    resting = null;
    refresh();
  }, REST_MS);
}

// To whom an entry is private, its number still says that something has changed: counts may have.
onEntries(soon);
onResync(refresh);
start();
