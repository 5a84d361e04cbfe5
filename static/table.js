// A table that the server lays: its rows are taken over from a fresh copy of the page, and only those that read differently.
import { toTheDoor } from "./api.js";
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

const refresh = looking(async () => {
  const asked = { headers: { Accept: "text/html" }, signal: AbortSignal.timeout?.(PATIENCE_MS) };
  const answer = await fetch(location.href, asked).catch(() => null);
  if (answer?.status === 401) toTheDoor();
  const text = answer?.ok ? await answer.text().catch(() => null) : null;
  if (text === null) return soon(AGAIN_MS);
  const page = new DOMParser().parseFromString(text, "text/html");
  const [there, fresh] = [rowsOf(document), rowsOf(page)];
  if (there.length === fresh.length) there.forEach((row, n) => row.textContent === fresh[n].textContent || row.replaceWith(fresh[n]));
  else if (there.length) there[0].parentElement.replaceChildren(...fresh);
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
