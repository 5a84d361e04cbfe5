// Fields of a desk's forms: a label over each, what is wrong under it, and nothing typed is lost by a mistake.
import { complain, el } from "../dom.js";

let fields = 0;

function labelled(label, hint, make) {
  const id = `field-${(fields += 1)}`;
  const hintId = hint ? `${id}-hint` : null;
  return el("div", { class: "field" }, el("label", { for: id }, label), make(id, hintId), hint && el("p", { class: "hint", id: hintId }, hint));
}

export const field = (name, label, { hint, ...attributes } = {}) =>
  labelled(label, hint, (id, hintId) => el("input", { id, name, autocomplete: "off", "aria-describedby": hintId, ...attributes }));

export const choice = (name, label, options, chosen, hint) =>
  labelled(label, hint, (id, hintId) => el("select", { id, name, "aria-describedby": hintId },
    ...options.map(([value, text]) => el("option", { value, selected: value === chosen }, text))));

export const check = (name, label, checked) => el("label", { class: "check" }, el("input", { type: "checkbox", name, checked }), label);

export function unmark(form) {
  form.querySelectorAll(".error").forEach((one) => one.remove());
  form.querySelectorAll("[aria-invalid]").forEach((input) => {
    input.removeAttribute("aria-invalid");
    if (input.hint) input.setAttribute("aria-describedby", input.hint);
    else input.removeAttribute("aria-describedby");
  });
}

// What concerns no field of the form stands at the page's one place for that.
export function mark(form, name, why) {
  const input = name && form.elements[name];
  const place = input && input.closest(".field");
  if (!place) return complain({ message: why });
  const id = `${input.id}-wrong`;
  place.append(el("p", { class: "error", id, role: "alert" }, why));
  input.hint = input.getAttribute("aria-describedby") ?? "";
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", `${id} ${input.hint}`.trim());
  input.focus();
}
