// Whether a courier is lent: looked at again whenever the server says hello, which it does when that changes.
import { onResync } from "../live.js";

const note = (page) => page.getElementById("loan-note");

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = note(new DOMParser().parseFromString(await answer.text(), "text/html"));
  const there = note(document);
  if (fresh && there && there.textContent !== fresh.textContent) there.replaceChildren(...fresh.children);
}

let first = true;
onResync(() => {
  if (!first) refresh();
  first = false;
});
