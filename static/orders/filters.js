// What a coordinator wants to see: community, urgency, kind, lists. It sticks on this browser and in the address; a search does
// not, for it may be somebody's name.
import { el } from "../dom.js";
import { remember, remembered } from "../remember.js";
import { say } from "../texts.js";
import { LISTS } from "./lists.js";

const NAMES = ["community", "urgency", "kind", "list"];
const form = document.getElementById("filters");
const search = document.getElementById("search");
const on = document.getElementById("filters-on");

export class Filters {
  constructor(me, communities, changed) {
    this.place = `watch.${me}.filters`;
    this.changed = changed;
    form.elements.community.append(...communities.map((one) => el("option", { value: one.id }, one.name)));
    this.show(this.given());
    form.addEventListener("change", () => this.note());
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      this.clear();
    });
    search.addEventListener("input", changed);
  }

  // The address wins over what this browser remembers: a link says what it shows.
  given() {
    const asked = new URLSearchParams(location.search);
    if (NAMES.some((name) => asked.has(name))) return Object.fromEntries(NAMES.map((name) => [name, asked.getAll(name)]));
    return remembered(this.place, {});
  }

  show(wanted) {
    for (const input of form.querySelectorAll("[name]")) {
      const values = [wanted[input.name]].flat();
      if (input.type === "checkbox") input.checked = values.includes(input.value);
      else input.value = [...input.options].some((option) => option.value === values[0]) ? values[0] : "";
    }
    this.keep();
  }

  keep() {
    const data = new FormData(form);
    this.wanted = Object.fromEntries(NAMES.map((name) => [name, data.getAll(name).filter(Boolean)]));
  }

  note() {
    this.keep();
    remember(this.place, this.wanted);
    const address = new URLSearchParams(NAMES.flatMap((name) => this.wanted[name].map((value) => [name, value])));
    history.replaceState(null, "", address.size || [...address].length ? `?${address}` : location.pathname);
    this.changed();
  }

  clear() {
    search.value = "";
    this.show({});
    this.note();
  }

  // Whether an order is to be seen; lists that are not wanted are hidden whole.
  lets(order) {
    const { community, urgency, kind } = this.wanted;
    const words = search.value.trim().toLowerCase();
    return (!community.length || community.includes(order.community_id)) && (!urgency.length || urgency.includes(order.urgency)) &&
      (!kind.length || kind.includes(order.kind)) && (!words || told(order).includes(words));
  }

  lists() {
    return LISTS.filter((name) => !this.wanted.list.length || this.wanted.list.includes(name));
  }

  // Says which filters are on and how many orders they keep out of sight.
  say(hidden) {
    const words = [...form.querySelectorAll("[name]")]
      .filter((input) => (input.type === "checkbox" ? input.checked : input.value))
      .map((input) => (input.type === "checkbox" ? input.parentElement.textContent.trim() : input.selectedOptions[0].textContent));
    if (search.value.trim()) words.push(`“${search.value.trim()}”`);
    on.hidden = words.length === 0;
    document.getElementById("filters-said").textContent = words.length ? say("filters_on", { what: words.join(" · "), n: hidden }) : "";
  }
}

const told = (order) =>
  [order.number, order.community, order.building, order.summary, say(`kind_${order.kind}`), order.private?.name, order.private?.door, ...(order.holders ?? []).map((one) => one.name)]
    .filter(Boolean).join(" ").toLowerCase();
