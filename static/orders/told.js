// What is said to this courier himself, on whichever of his pages he is: the station's words, an errand that became his, a change.
import { base, get, post } from "../api.js";
import { announce, complain, el, working } from "../dom.js";
import { looking, onEntries, onResync, onYours } from "../live.js";
import { chime, unlockByTouch } from "../sound.js";
import { say } from "../texts.js";
import { time } from "./cards.js";

const place = el("div", { id: "told" });
const words = el("ul", { class: "plain-list" });
// What has been listed before; null: nothing yet.
let known = null;

// A note stays until he has read it; what it says is said to a screen reader at once.
function note(text, kind, ...more) {
  const done = el("button", { type: "button", class: "small", onclick: () => made.remove() }, say("read_it"));
  const made = el("div", { class: `note ${kind}` }, el("p", {}, text), el("div", { class: "row" }, ...more, done));
  place.prepend(made);
  announce(text);
}

function word(message) {
  const read = el("button", { type: "button", class: "small", onclick: () => working(read, async () => {
    try {
      await post(`/messages/${message.id}/read`);
      await look();
    } catch (refused) {
      complain(refused);
    }
  }) }, say("read_it"));
  return el("li", { class: "note", "data-id": message.id },
    el("p", { class: "hint" }, `${say("from_station")} · ${message.depot ?? ""} ${time(message.sent_at)}`), el("p", {}, message.text), read);
}

const look = looking(async () => {
  const { items } = await get("/messages").catch(() => ({ items: null }));
  if (!items) return;
  const unread = items.filter((message) => !message.read);
  const held = words.contains(document.activeElement);
  words.replaceChildren(...unread.map(word));
  if (held) words.querySelector("button")?.focus();
  const fresh = unread.filter((message) => !known?.has(message.id));
  if (fresh.length) announce(fresh.map((message) => message.text).join(" "));
  // Every courier hears that something was said, also to another depot: it sounds where there is something for him.
  if (fresh.length && known) chime();
  known = new Set(items.map((message) => message.id));
});

// `mine` says which orders are his: a change to one of these is told in words, every other one only moves the board.
export function listen(mine) {
  place.append(words);
  unlockByTouch();
  document.getElementById("main").prepend(place);
  onEntries((entries) => {
    if (entries.some((entry) => entry.type === "message.sent")) look();
    entries.filter((entry) => entry.type === "order.corrected" && mine().includes(entry.data.order_id)).forEach((entry) =>
      note(say("corrected", { fields: entry.data.fields.map((field) => say(`field_${field}`)).join("、") }), "warn"));
  });
  onYours(({ order_id, why }) => {
    chime();
    note(say(why === "queue" ? "moved_up" : "given_to_you"), "good", el("a", { class: "button small go", href: `${base}/errands/${order_id}` }, say("go_on")));
  });
  onResync(look);
  look();
}
