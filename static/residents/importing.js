// A sheet is looked at first: the same file goes twice to the server, and only the second time it is written.
import { call, once } from "../api.js";
import { announce, el, working } from "../dom.js";
import { start } from "../live.js";
import { say } from "../texts.js";

const form = document.getElementById("sheet");
const look = form.querySelector("button.go");
const mistake = document.getElementById("sheet-wrong");
const nothing = document.getElementById("nothing");
const report = document.getElementById("report");
const preview = document.getElementById("preview");
// Which choice of file and answers this is: writing it is one command, however often it is tried; another choice is another.
let choice = 0;

function send(write, key) {
  const body = new FormData(form);
  for (const name of ["consent_at", "consent_how", "community_id"]) if (!body.get(name)) body.delete(name);
  body.set("write", write);
  return call("POST", "/care-list/import", { form: body, key });
}

function complain(refused) {
  mistake.textContent = refused.code === "offline" || refused.field === "file" || !refused.field ? refused.message : say("look_again");
  mistake.hidden = false;
  (form.elements[refused.field] ?? look).focus();
}

const table = (titles, rows) =>
  el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": titles[0] }, el("table", {},
    el("thead", {}, el("tr", {}, ...titles.map((title) => el("th", { scope: "col" }, title)))),
    el("tbody", {}, ...rows.map((cells) => el("tr", {}, ...cells.map((cell) => el("td", {}, cell)))))));

function counts(said) {
  const items = ["added", "changed", "unchanged"].map((name) => el("li", {}, say(`sheet_${name}`, { n: said[name] })));
  return el("ul", { class: "counts" }, ...items);
}

function mistakes(said) {
  return [el("p", { class: "note bad" }, say("sheet_mistakes", { n: said.mistakes_total })),
    table([say("cell"), say("column"), say("what_is_wrong")], said.mistakes.map((one) => [one.cell, one.column, one.why]))];
}

function rows(said) {
  return table([say("row"), say("name"), say("what_happens")],
    said.rows.map((one) => [one.row, one.name, say(`verdict_${one.verdict}`, { what: one.changes.join("、") })]));
}

function done(said) {
  nothing.hidden = true;
  report.replaceChildren(el("p", { class: "note good" }, say("sheet_done")), counts(said), ...(said.rows.length ? [rows(said)] : []));
  announce(say("sheet_done"));
  form.reset();
}

function show(said) {
  nothing.hidden = true;
  if (said.mistakes_total) return report.replaceChildren(...mistakes(said));
  const mine = choice;
  const write = el("button", { type: "button", class: "go wide", onclick: () => working(write, async () => {
    try {
      const answer = await once(`import ${mine}`, (key) => send(true, key));
      // She has chosen another sheet meanwhile: that one stays chosen.
      if (mine !== choice) return announce(say("sheet_done"));
      (answer.written ? done : show)(answer);
    } catch (refused) {
      complain(refused);
    }
  }) }, say("sheet_write", { n: said.added + said.changed }));
  report.replaceChildren(counts(said), ...(said.rows.length ? [rows(said), el("p", {}, write)] : [el("p", { class: "note" }, say("sheet_nothing_new"))]));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  mistake.hidden = true;
  if (!form.elements.file.files.length) return complain({ field: "file", message: say("choose_file") });
  working(look, async () => {
    const mine = choice;
    try {
      const said = await send(false);
      if (mine !== choice) return;
      show(said);
      preview.focus();
    } catch (refused) {
      complain(refused);
    }
  });
});
// What was looked at is no more what would be written.
form.addEventListener("change", () => {
  choice += 1;
  report.replaceChildren();
  nothing.hidden = false;
});
start();
