// The care list, found while typing. What is typed stays out of the page's address: it is somebody's name.
import { base, call } from "../api.js";
import { complain, el, settle, state, working } from "../dom.js";
import { debounce, looking, onEntries, onResync, start } from "../live.js";
import { say } from "../texts.js";

const form = document.getElementById("find");
const list = document.getElementById("residents");
const count = document.getElementById("count");
const empty = document.getElementById("empty");
const more = document.getElementById("more");
const withCommunity = document.querySelectorAll("thead th").length > 4;
let pages = 1;
let shown = 1;

const find = (page) => {
  const { q, group, listed } = form.elements;
  const body = { q: q.value, page, group: group.value || null, listed: listed.value ? listed.value === "true" : null };
  return call("POST", "/residents/find", { body });
};

function row(one) {
  return el("tr", {},
    el("th", { scope: "row" }, el("a", { href: `${base}/residents/${one.id}` }, one.name)),
    el("td", {}, [one.building, one.door].filter(Boolean).join(" · ")), el("td", {}, one.phone ?? ""),
    el("td", {}, ...one.groups.map((group) => el("span", { class: "tag" }, say(`group_${group}`))), !one.on_care_list && el("span", { class: "tag today" }, say("not_listed"))),
    withCommunity && el("td", {}, one.community));
}

function show(found, page) {
  if (page === 1) list.replaceChildren();
  list.append(...found.items.map(row));
  [pages, shown] = [found.pages, page];
  count.textContent = say("found", { n: found.total });
  more.hidden = shown >= pages;
  list.closest(".scroll").hidden = found.total === 0;
  empty.hidden = found.total > 0;
  empty.textContent = say(form.elements.q.value || form.elements.group.value ? "nobody_found" : "nobody_listed");
}

// After a change somewhere as much is shown anew as was shown before.
const refresh = looking(async () => {
  const upTo = shown;
  const held = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  try {
    for (let page = 1; page === 1 || page <= Math.min(upTo, pages); page += 1) show(await find(page), page);
    if (held) list.querySelector(`[href="${held}"]`)?.focus({ preventScroll: true });
    settle(false);
  } catch (refused) {
    complain(refused);
  }
});
const anew = () => {
  shown = 1;
  return refresh();
};
const soon = debounce(anew, 120);

form.addEventListener("input", soon);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  anew();
});
more.addEventListener("click", () => working(more, async () => show(await find(shown + 1), shown + 1)).catch(complain));
onEntries((entries) => entries.some((entry) => /^residents?\./.test(entry.type)) && refresh());
onResync(refresh);
show(state.residents, 1);
start();
