// A table that the server lays: its rows are taken over from a fresh copy of the page, and only those that read differently.
import { toTheDoor } from "./api.js";
import { looking, onEntries, onResync, start } from "./live.js";
import { say } from "./texts.js";

const rowsOf = (page) => [...page.querySelectorAll("main tbody tr")];
const note = document.getElementById("fresh-at");
// What is counted by a job every few seconds says in its page how long to wait for it.
const REST_MS = Number(note?.dataset.rest ?? 2000);
const clock = new Intl.DateTimeFormat("zh-CN", { timeStyle: "medium", hourCycle: "h23", timeZone: "Asia/Shanghai" });

const refresh = looking(async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.status === 401) toTheDoor();
  if (!answer?.ok) return;
  const there = rowsOf(document);
  const fresh = rowsOf(new DOMParser().parseFromString(await answer.text(), "text/html"));
  if (there.length === fresh.length) there.forEach((row, n) => row.textContent === fresh[n].textContent || row.replaceWith(fresh[n]));
  else if (there.length) there[0].parentElement.replaceChildren(...fresh);
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
