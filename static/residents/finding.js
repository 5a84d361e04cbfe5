// The resident's name on a form is found while it is typed: pinyin, initials, the end of the phone number, the building.
// A combobox as WAI-ARIA describes it; typing a name that is not found enters somebody new, as without it.
import { call } from "../api.js";
import { announce, el } from "../dom.js";
import { debounce } from "../live.js";
import { say } from "../texts.js";

const MOST = 8;
const REST_MS = 120;

function option(one, n) {
  const where = [one.building, one.door].filter(Boolean).join(" · ");
  const groups = one.groups.map((group) => say(`group_${group}`)).join("、");
  return el("li", { role: "option", id: `found-${n}`, "aria-selected": "false" },
    el("strong", {}, one.name), el("span", {}, where), el("span", { class: "hint" }, [one.phone, groups].filter(Boolean).join(" · ")));
}

// Whoever is chosen is told to the form as its event `resident`: {id, name, phone (masked), door, building}.
export function findResident(form) {
  const input = form.elements.name;
  const list = el("ul", { role: "listbox", id: "found", class: "found", "aria-label": say("found_residents"), hidden: true });
  let found = [];
  let active = -1;
  let asked = 0;

  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "found" }))
    input.setAttribute(name, value);
  input.placeholder = say("find_hint");
  input.closest(".field").classList.add("finder");
  input.after(list);

  function mark(n) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = n;
    list.children[n]?.setAttribute("aria-selected", "true");
    list.children[n]?.scrollIntoView({ block: "nearest" });
    if (n < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `found-${n}`);
  }

  function show(people) {
    found = people;
    list.replaceChildren(...people.map(option));
    mark(-1);
    list.hidden = people.length === 0;
    input.setAttribute("aria-expanded", String(people.length > 0));
  }

  function close() {
    asked += 1;
    show([]);
  }

  // What a visitor should know goes along to who takes the errand, where the clerk has written nothing herself.
  const note = form.elements.private_note;
  // Whose note is in the field; and what was taken out of it, with her, as it was written.
  let hers = null;
  let kept = null;

  function choose(one) {
    close();
    const text = kept?.id === one.id ? kept.text : one.note;
    if (note && text && !note.value) {
      note.value = text;
      hers = one.id;
    }
    form.dispatchEvent(new CustomEvent("resident", { detail: one }));
    announce(say("chosen", { name: one.name }));
    (one.building ? form.elements.kind : form.elements.building).focus();
  }

  // Another name is typed: her note, and what was written to it, must not go with it. It is back when she is.
  function takeBack() {
    if (hers === null) return;
    kept = { id: hers, text: note.value };
    hers = null;
    note.value = "";
  }

  const look = debounce(async () => {
    const typed = input.value.trim();
    const mine = (asked += 1);
    if (!typed || input.readOnly) return show([]);
    try {
      const { items, total } = await call("POST", "/residents/find", { body: { q: typed } });
      if (mine !== asked || document.activeElement !== input) return;
      show(items.slice(0, MOST));
      announce(total ? say("found", { n: total }) : "");
    } catch {
      // She can be typed in full without it; what is wrong with the line the page's sign says.
      if (mine === asked) show([]);
    }
  }, REST_MS);

  input.addEventListener("input", () => {
    takeBack();
    look();
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const steps = found.length + 1;
      mark(((active + 1 + (event.key === "ArrowDown" ? 1 : steps - 1)) % steps) - 1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(found[active]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
  // The field keeps the focus while somebody points at the list.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const n = [...list.children].indexOf(event.target.closest("li"));
    if (n >= 0) choose(found[n]);
  });
  form.addEventListener("reset", () => {
    close();
    hers = kept = null;
  });
}
