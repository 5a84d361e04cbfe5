// The desk by keyboard. A single letter does something only where nobody is typing, and can be turned off (WCAG 2.1.4);
// arrows, Enter and Escape always work.
import { el } from "../dom.js";
import { remember, remembered } from "../remember.js";
import { say } from "../texts.js";

const TYPED_INTO = "textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio])";
const help = document.getElementById("help");
const letters = document.getElementById("letters");

// `table`: key → [words, what it does]; `always`: the same for keys that are no letters.
export function keys(me, table, always) {
  const place = `watch.${me}.letters`;
  letters.checked = remembered(place, true);
  letters.addEventListener("change", () => remember(place, letters.checked));
  document.getElementById("help-open").addEventListener("click", () => help.showModal());
  table["?"] = ["key_help", () => help.showModal()];
  document.getElementById("help-keys").append(...[...Object.entries(always), ...Object.entries(table)].filter(([, [words]]) => words)
    .map(([key, [words]]) => el("div", {}, el("dt", {}, el("kbd", {}, say(`keyname_${key}`) === `keyname_${key}` ? key : say(`keyname_${key}`))), el("dd", {}, say(words)))));
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || help.open) return;
    const typing = event.target.closest?.(TYPED_INTO);
    const found = Object.hasOwn(always, event.key) ? always[event.key] : letters.checked && !typing && Object.hasOwn(table, event.key) && table[event.key];
    if (found && found[1](event, typing) !== false) event.preventDefault();
  });
}
