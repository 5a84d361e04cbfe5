// Loans as they change: the cards are taken over from a fresh copy of the page, and what is ticked or chosen on one of them stays.
import { toTheDoor } from "../api.js";
import { replaceWith } from "../carrying.js";
import { debounce, looking, onEntries, onResync, start } from "../live.js";

const list = (page) => page.getElementById("loans");

const refresh = looking(async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.status === 401) toTheDoor();
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const there = new Map([...list(document).children].map((card) => [card.dataset.id, card]));
  const cards = [...list(fresh).children].map((card) => {
    const was = there.get(card.dataset.id);
    if (!was) return card;
    there.delete(card.dataset.id);
    // A form that has been sent is answered by a page of its own.
    if (was.textContent === card.textContent || was.querySelector("form[data-sent]")) return was;
    replaceWith(was, card);
    return card;
  });
  there.forEach((card) => card.remove());
  cards.forEach((card, n) => list(document).children[n] === card || list(document).insertBefore(card, list(document).children[n] ?? null));
});
const soon = debounce(refresh);

onEntries((entries) => entries.some(({ type }) => type.startsWith("loan.")) && soon());
onResync(soon);
start();
