// A clerk's ledger: paste or choose a sheet, put right what is wrong, post it all at once. What is not posted is on this page alone.
import { call, once } from "../api.js";
import { announce, el, state, working } from "../dom.js";
import { debounce, start } from "../live.js";
import { say } from "../texts.js";
import { columnsSaid, onColumn, showColumns } from "./columns.js";

const FIELDS = ["name", "phone", "building", "door", "kind", "need", "time", "urgency", "note"];
const CHOICES = {
  kind: ["medicine", "groceries", "parcel", "meal", "clinic", "bill", "repair", "company", "other"], urgency: ["urgent", "today", "routine"],
};
const SHOWN_AT_ONCE = 100;
const place = (id) => document.getElementById(id);
const source = place("source");
const pasted = place("pasted");
const file = place("file");
const body = place("rows");
let rows = [];
let shown = "all";
let most = SHOWN_AT_ONCE;
// How often the sheet has been looked at: only the answer to the last look counts, for what was said since is in that one alone.
let asked = 0;

const wrong = (row) => row.wrong.length > 0;
const twin = (row) => row.twins.length > 0 || row.same_as !== null;
const ready = (row) => !row.off && !wrong(row) && (!twin(row) || row.again);
const KEPT = { wrong: (row) => wrong(row) && !row.off, twins: twin, all: () => true };

function complain(id, words) {
  place(id).textContent = words;
  place(id).hidden = !words;
}

const said = (refused) => (refused.code === "offline" ? say("ledger_offline") : refused.message);
const sent = ({ row, groups, cells, again, ...fields }) => ({
  row, groups, cells, again: Boolean(again), ...Object.fromEntries(FIELDS.map((name) => [name, fields[name]])),
});

// One intention, whatever is in it: the same text looked at twice is looked at once.
function lookAt(columns) {
  const chosen = columns ?? [];
  if (!file.files.length) return call("POST", "/ledgers/preview", { body: { text: pasted.value, columns: chosen } });
  const form = new FormData();
  form.append("file", file.files[0]);
  form.append("columns", JSON.stringify(chosen));
  return call("POST", "/ledgers/preview", { form });
}

async function read(columns) {
  complain("source-wrong", "");
  if (!pasted.value.trim() && !file.files.length) {
    complain("source-wrong", say("ledger_nothing"));
    pasted.focus();
    return;
  }
  const mine = (asked += 1);
  place("look-at").setAttribute("aria-busy", "true");
  try {
    const look = await lookAt(columns);
    if (mine === asked) take(look, Boolean(columns));
  } catch (refused) {
    if (mine !== asked) return;
    complain("source-wrong", said(refused));
    if (!columns) pasted.focus();
  } finally {
    if (mine === asked) place("look-at").removeAttribute("aria-busy");
  }
}

function take(look, byHand) {
  const held = document.activeElement?.id;
  rows = look.rows.map((row) => ({ ...row, off: false, again: false }));
  place("posted").hidden = true;
  place("looked").hidden = false;
  complain("post-wrong", "");
  const reasons = grouped(look.skipped);
  place("skipped").textContent = [...reasons].map(([why, ones]) => say(`ledger_skipped_${why}`, { rows: ones.map((one) => one.row).slice(0, 20).join("、"), n: ones.length })).join(" ");
  place("skipped").hidden = !look.skipped.length;
  place("others").textContent = look.others.length ? say("ledger_others", { title: look.title, others: look.others.join("、") }) : "";
  place("others").hidden = !look.others.length;
  showColumns(look.columns);
  place("columns").open = byHand || !look.columns.some((one) => one.field === "name");
  show(rows.some(KEPT.wrong) ? "wrong" : "all");
  (byHand && place(held) ? place(held) : place("looked-words")).focus();
  announce(place("looked-words").textContent);
}

function grouped(skipped) {
  const found = new Map();
  skipped.forEach((one) => found.set(one.why, [...(found.get(one.why) ?? []), one]));
  return found;
}

// The table: one row of inputs per line, its mistakes under them, what else is to be known of it in a row below.
function input(row, name) {
  const id = `r${row.row}-${name}`;
  const fault = row.wrong.find((one) => one.field === name);
  const label = say("ledger_cell", { row: row.row, field: say(`ledger_column_${name}`) });
  const more = { id, "data-row": row.row, "data-name": name, "aria-label": label, "aria-invalid": fault ? "true" : false, "aria-describedby": fault ? `${id}-wrong` : false };
  const made = CHOICES[name]
    ? el("select", more, ...CHOICES[name].map((code) => el("option", { value: code, selected: row[name] === code }, say(`${name}_${code}`))))
    : el("input", { ...more, value: row[name], autocomplete: "off" });
  return el("td", { "data-field": name }, el("span", { class: "name-of", "aria-hidden": "true" }, say(`ledger_column_${name}`)), made,
    fault && el("p", { class: "error", id: `${id}-wrong` }, fault.cell ? say("field_wrong", { field: fault.cell, why: fault.detail }) : fault.detail));
}

function tick(row, name, words) {
  const change = (event) => {
    row[name] = event.target.checked;
    body.querySelector(`tr[data-id="${row.row}"]`)?.classList.toggle("off", !ready(row) && !wrong(row));
    count();
  };
  return el("label", { class: "check" }, el("input", { type: "checkbox", checked: row[name], onchange: change, "aria-label": say("ledger_cell", { row: row.row, field: words }) }), ` ${words}`);
}

function lines(row) {
  const told = [row.twins.length && say("ledger_twins", { numbers: row.twins.join("、") }), row.same_as !== null && say("ledger_same_as", { row: row.same_as })].filter(Boolean);
  const off = (row.off || twin(row)) && !ready(row) && !wrong(row);
  const first = el("tr", { "data-id": row.row, class: [off && "off", told.length && "told"].filter(Boolean).join(" ") },
    el("th", { scope: "row" }, String(row.row), tick(row, "off", say("ledger_leave_out"))), ...FIELDS.map((name) => input(row, name)));
  if (!told.length) return [first];
  return [first, el("tr", { "data-of": row.row }, el("td", { colspan: "10", class: "aside" }, el("div", { class: "note warn row" }, told.join(" "), tick(row, "again", say("ledger_again")))))];
}

function count() {
  const good = rows.filter(ready).length;
  const bad = rows.filter(KEPT.wrong).length;
  const now = Math.min(good, state.most);
  place("looked-words").textContent = rows.length ? say("ledger_read", { rows: rows.length, good, bad, twins: rows.filter(twin).length }) : say("ledger_none");
  for (const [name, keeps] of Object.entries(KEPT)) place(`count-${name}`).textContent = rows.filter(keeps).length;
  place("post").textContent = say("ledger_post", { n: now });
  place("post").disabled = now === 0;
  const stay = [good > now && say("ledger_most", { most: state.most }), bad && say("ledger_bad_stay", { n: bad })].filter(Boolean);
  complain("stay", stay.join(" "));
}

function show(which = shown) {
  if (which !== shown) most = SHOWN_AT_ONCE;
  shown = which;
  document.querySelector(`[name="shown"][value="${shown}"]`).checked = true;
  const found = rows.filter(KEPT[shown]);
  body.replaceChildren(...found.slice(0, most).flatMap(lines));
  place("more").hidden = found.length <= most;
  place("none").hidden = found.length > 0 || !rows.length;
  place("table").hidden = !found.length;
  count();
}

// Looked at again after a correction: the server says what is right, and what she has typed meanwhile stays.
async function again() {
  const looked = (rows.length > state.most ? rows.filter((row) => row.edited) : rows).map((row) => [row, JSON.stringify(sent(row))]);
  rows.forEach((row) => (row.edited = false));
  try {
    const fresh = await call("POST", "/ledgers/preview", { body: { rows: looked.map(([row]) => sent(row)) } });
    const found = new Map(fresh.rows.map((row) => [row.row, row]));
    for (const [row, before] of looked) {
      // The sheet has been read anew meanwhile: what stands there now is another row.
      if (!rows.includes(row)) continue;
      if (JSON.stringify(sent(row)) !== before || !found.has(row.row)) continue;
      const was = { ...row };
      Object.assign(row, found.get(row.row), { again: row.again });
      if (JSON.stringify(row) !== JSON.stringify(was)) replace(row, was);
    }
    count();
    complain("post-wrong", "");
  } catch (refused) {
    looked.forEach(([row]) => (row.edited = true));
    complain("post-wrong", said(refused));
  }
}

// A row that has changed takes the place of what it was, and the cursor stays where it is.
function replace(row, was) {
  const there = body.querySelector(`tr[data-id="${row.row}"]`);
  if (!there) return;
  const held = there.contains(document.activeElement) ? document.activeElement : null;
  const half = held?.dataset.name && held.value !== was[held.dataset.name] ? held.value : null;
  body.querySelector(`tr[data-of="${row.row}"]`)?.remove();
  there.replaceWith(...lines(row));
  if (!held?.id) return;
  const anew = place(held.id);
  // What she is typing at this moment is not undone; it is taken in when she leaves the field.
  if (half !== null) anew.value = half;
  anew?.focus();
}

const soon = debounce(again);
function edit(event) {
  if (!event.target.isConnected) return;
  const row = rows.find((one) => String(one.row) === event.target.dataset.row);
  if (!row || row[event.target.dataset.name] === event.target.value) return;
  row[event.target.dataset.name] = event.target.value;
  row.edited = true;
  soon();
}

// All or none, under one key as long as the words are the same.
async function post() {
  complain("post-wrong", "");
  const going = rows.filter(ready).slice(0, state.most);
  const sending = { rows: going.map(sent) };
  try {
    const posted = await once(JSON.stringify(sending), (key) => call("POST", "/ledgers", { body: sending, key }));
    told(posted, new Map(going.map((row) => [row.row, row])));
  } catch (refused) {
    for (const cell of refused.cells ?? []) if (cell.code !== "twin") rows.find((one) => one.row === cell.row)?.wrong.push(cell);
    // Somebody else has posted the same meanwhile: which orders they are, only the server can say.
    if (refused.cells?.some((cell) => cell.code === "twin")) await again();
    if (refused.cells) show(rows.some(KEPT.wrong) ? "wrong" : "twins");
    complain("post-wrong", said(refused));
  }
}

function told(posted, going) {
  const gone = new Set(posted.items.map((item) => item.row));
  place("posted-rows").replaceChildren(...posted.items.map((item) => {
    const row = going.get(item.row);
    return el("tr", {}, el("td", {}, String(item.row)), el("td", {}, row.name), el("td", {}, row.need || say(`kind_${row.kind}`)), el("td", {}, item.number), el("td", {}, item.code ?? ""));
  }));
  place("posted-words").textContent = say("ledger_posted", { n: posted.total });
  place("posted").hidden = false;
  rows = rows.filter((row) => !gone.has(row.row));
  if (!rows.length) {
    source.reset();
    place("looked").hidden = true;
  } else show(rows.some(KEPT.wrong) ? "wrong" : "all");
  place("posted-words").focus();
  announce(place("posted-words").textContent);
}

source.addEventListener("submit", (event) => {
  event.preventDefault();
  read();
});
pasted.addEventListener("paste", () => setTimeout(() => {
  file.value = "";
  read();
}));
file.addEventListener("change", () => file.files.length && read());
onColumn(() => read(columnsSaid()));
for (const kind of ["change", "focusout"]) body.addEventListener(kind, edit);
place("post").addEventListener("click", () => working(place("post"), post));
place("more").addEventListener("click", () => {
  most += SHOWN_AT_ONCE;
  show();
});
document.querySelectorAll('[name="shown"]').forEach((one) => one.addEventListener("change", () => show(one.value)));
// What has not been posted is nowhere else.
addEventListener("beforeunload", (event) => rows.length && event.preventDefault());
start();
