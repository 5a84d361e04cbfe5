// Which column of a sheet is what: a choice for each, said by hand where it was not recognised.
import { el } from "../dom.js";
import { say } from "../texts.js";

const FIELDS = ["name", "phone", "estate", "building", "unit", "door", "address", "kind", "need", "day", "time", "urgency", "note", "groups", "done", "none"];
const list = document.getElementById("columns-list");
const selects = () => [...list.querySelectorAll("select")];

function column(one) {
  const id = `column-${one.column}`;
  const options = [el("option", { value: "" }, say("ledger_column_unknown")), ...FIELDS.map((name) => el("option", { value: name }, say(`ledger_column_${name}`)))];
  return el("div", { class: "field" }, el("label", { for: id }, [one.column, one.heading].filter(Boolean).join(" · ")),
    el("select", { id, "data-column": one.column }, ...options), el("p", { class: "hint" }, one.sample.join("、")));
}

// As long as it is the same sheet its choices stay the same elements: one that she has open at this moment stays open.
export function showColumns(columns) {
  const sheet = JSON.stringify(columns.map(({ column: letter, heading, sample }) => [letter, heading, sample]));
  if (list.sheet !== sheet) list.replaceChildren(...columns.map(column));
  list.sheet = sheet;
  selects().forEach((one, n) => (one.value = columns[n].field ?? ""));
}

export const columnsSaid = () => selects().filter((one) => one.value).map((one) => ({ column: one.dataset.column, field: one.value }));

export const onColumn = (changed) => list.addEventListener("change", changed);
