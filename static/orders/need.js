// A need in a form: read from it, filled into it, and what is wrong with it shown at its field.
import { call, get } from "../api.js";
import { announce, el } from "../dom.js";
import { say } from "../texts.js";
import { facts, time } from "./cards.js";

// As many digits as any telephone number has at least.
const DIGITS_LEAST = 7;
const ON_RECORD = ["phone", "door"];
// The resident whom somebody has chosen, and the last order of whoever is in the form.
let chosen = null;
let last = null;
let asked = 0;
const mistake = document.getElementById("need-wrong");
// The fields that somebody has typed into since the form was last laid, emptied or filled.
const typed = new Set();
// Who it is for is no need yet.
const WHO = ["name", "phone"];
document.getElementById("need").addEventListener("input", ({ target }) => target.name && typed.add(target.name));

// Whether something stands in the form that would be lost if another need were filled in; `but`: these fields do not count.
export const halfTyped = (form, but = []) => [...typed].some((name) => !but.includes(name) && stands(form, name));
export const halfTypedNeed = (form) => halfTyped(form, WHO);

function stands(form, name) {
  const there = form.elements[name];
  const inputs = there instanceof RadioNodeList ? [...there] : [there];
  return inputs.some((one) => (one.type === "checkbox" ? one.checked : one.value !== "" && one.value !== one.defaultValue));
}

export function need(form) {
  const given = Object.fromEntries(new FormData(form));
  const at = (name) => (given[name] ? new Date(`${given[name]}+08:00`).toISOString() : null);
  const typed = { name: given.name, phone: given.phone || null, door: given.door || null, groups: new FormData(form).getAll("groups") };
  return {
    kind: given.kind, summary: given.summary, building: given.building, urgency: given.urgency, slots: Number(given.slots),
    private_note: given.private_note || null, window_start: at("window_start"), window_end: at("window_end"),
    money_limit: given.money ? Math.round(Number(given.money) * 100) : null, skills: new FormData(form).getAll("skills"),
    caller: given.caller_name || given.caller_phone ? { name: given.caller_name, phone: given.caller_phone } : null,
    familiar_first: form.elements.familiar_first ? form.elements.familiar_first.checked : Boolean(chosen?.familiar_first),
    ...(chosen ? { resident_id: chosen.id } : { resident: typed }),
  };
}

// Who is chosen is not typed: her number and door come from what is on record, and in an earlier need her name too.
function choose(form, resident, { again = false } = {}) {
  chosen = resident;
  form.elements.name.readOnly = again;
  ON_RECORD.forEach((name) => (form.elements[name].readOnly = Boolean(resident)));
  form.elements.phone.placeholder = resident?.phone ?? "";
}

// Another name is typed: it is somebody else.
export function release(form) {
  if (!chosen) return;
  choose(form, null);
  ON_RECORD.forEach((name) => (form.elements[name].value = ""));
  lookUp(form);
}

export function fresh(form) {
  form.reset();
  typed.clear();
  choose(form, null);
  last = null;
  asked += 1;
  form.querySelector("details").open = false;
  ["draft", "known"].forEach((id) => document.getElementById(id)?.setAttribute("hidden", ""));
}

// An earlier need, as it would be posted today.
export function fill(form, draft) {
  fresh(form);
  const { elements } = form;
  const values = { name: draft.resident.name, door: draft.resident.door, building: draft.building, kind: draft.kind, urgency: draft.urgency,
    summary: draft.summary, private_note: draft.private_note, slots: draft.slots, window_start: draft.window_start?.slice(0, 16),
    window_end: draft.window_end?.slice(0, 16), money: draft.money_limit == null ? "" : draft.money_limit / 100 };
  // The form of what comes back every week has a plan instead of a window, and no caller.
  Object.entries(values).forEach(([name, value]) => elements[name] && (elements[name].value = value ?? ""));
  form.querySelectorAll("[name=skills]").forEach((box) => (box.checked = draft.skills.includes(box.value)));
  if (elements.familiar_first) elements.familiar_first.checked = draft.familiar_first;
  choose(form, { id: draft.resident_id, phone: draft.resident.phone, familiar_first: draft.familiar_first }, { again: true });
  const ticked = [...form.querySelectorAll("[name=skills]:checked, [name=familiar_first]:checked")].map((box) => box.labels[0].textContent.trim());
  const name = draft.resident.name ?? "";
  const words = draft.repeats ? say("draft_of", { name, number: draft.repeats.number, time: time(draft.repeats.posted_at) }) : say("draft_for", { name });
  // What lies behind the fold is said here, so that everything is seen before it is posted and the button stays in sight.
  document.getElementById("draft-of").replaceChildren(words, facts(draft),
    [draft.window_start && `${time(draft.window_start)}–${time(draft.window_end)}`, ...ticked, draft.private_note].filter(Boolean).join(" · "));
  document.getElementById("draft").hidden = false;
  announce(words);
}

// An order as a need for today: a given one, or the last of the resident who is in the form.
export async function repeat(orderId) {
  if (orderId) return get(`/orders/${orderId}/again`);
  if (chosen) return get(`/residents/${chosen.id}/last-order`);
  await lookUp(document.getElementById("need"));
  if (last) return last;
  throw { message: say("repeat_whom") };
}

// Somebody has been found: what is on record of her stands in the form.
export function found(form, resident) {
  const known = { name: resident.name, phone: "", door: resident.door ?? "", building: resident.building || form.elements.building.value };
  Object.entries(known).forEach(([name, value]) => (form.elements[name].value = value));
  choose(form, resident);
}

// Who is it? By who was found, or by the number as soon as it is one. The form of what comes back every week does not ask.
export async function lookUp(form) {
  if (!document.getElementById("known")) return;
  const phone = form.elements.phone.value;
  const enough = chosen || phone.replace(/\D/g, "").length >= DIGITS_LEAST;
  const mine = (asked += 1);
  const body = chosen ? { resident_id: chosen.id } : { resident: { phone } };
  const seen = enough ? await call("POST", "/orders/preview", { body }).catch(() => ({ last: null })) : { last: null };
  // An answer to what has been typed since is not for now.
  if (mine !== asked) return;
  last = seen.last;
  document.getElementById("known").hidden = !last;
  if (last) document.getElementById("known-last").replaceChildren(el("strong", {}, last.resident.name ?? ""), " ", say("last_time", {
    what: last.summary || say(`kind_${last.kind}`), time: time(last.repeats.posted_at), building: last.building }));
}

// The answer's names → the form's.
const FIELDS = { resident: "name", "resident.name": "name", "resident.phone": "phone", "resident.door": "door", resident_id: "name", money_limit: "money",
  "caller.name": "caller_name", "caller.phone": "caller_phone", caller: "caller_name" };

// What is wrong stands under its field, wherever that is hidden; what concerns no field stands over the button.
export function mark(name, why) {
  unmark();
  const form = document.getElementById("need");
  const there = form.elements[FIELDS[name] ?? name];
  const several = there instanceof RadioNodeList;
  const input = several ? there[0] : there;
  // Of several boxes none is wrong by itself: it is what they are about.
  const title = several ? input.closest("fieldset").querySelector("legend") : input?.labels[0];
  const field = title?.textContent.trim() ?? "";
  mistake.textContent = input && !why.includes(field) ? say("field_wrong", { field, why }) : why;
  if (input) {
    input.closest(".field, fieldset").append(mistake);
    input.setAttribute("aria-invalid", "true");
    input.hint ??= input.getAttribute("aria-describedby") ?? "";
    input.setAttribute("aria-describedby", `need-wrong ${input.hint}`.trim());
    input.closest("details")?.setAttribute("open", "");
    input.focus();
  } else form.querySelector("button.go").before(mistake);
  mistake.hidden = false;
}

export function unmark() {
  mistake.hidden = true;
  document.querySelectorAll("#need [aria-invalid]").forEach((input) => {
    input.removeAttribute("aria-invalid");
    if (input.hint) input.setAttribute("aria-describedby", input.hint);
    else input.removeAttribute("aria-describedby");
  });
}

// What the form itself can see, before the server is asked.
export const unfit = (form) => [...form.elements].find((input) => input.willValidate && !input.validity.valid);
