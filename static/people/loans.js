// Loans as they change: the cards are taken over from a fresh copy of the page, unless a hand is just on one of them.
import { toTheDoor } from "../api.js";
import { debounce, looking, onEntries, onResync, start } from "../live.js";

const list = (page) => page.getElementById("loans");

const refresh = looking(async () => {
  if (list(document)?.contains(document.activeElement) || list(document)?.querySelector("details[open] :checked")) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.status === 401) toTheDoor();
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  list(document).replaceChildren(...list(fresh).children);
});
const soon = debounce(refresh);

onEntries((entries) => entries.some(({ type }) => type.startsWith("loan.")) && soon());
onResync(soon);
start();
