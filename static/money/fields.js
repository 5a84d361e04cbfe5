// Small forms in which money is entered: an amount, a choice, a day; what is wrong stands under its field.
import { complain, el, settle, working } from "../dom.js";
import { say } from "../texts.js";
import { fen } from "../yuan.js";

const CLOCK_MS = 10000;
let fields = 0;

const HOW = ["cash", "wechat", "alipay", "bank", "other"];
// The day that it is on the street, whatever the desk's clock is set to.
const today = () => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());

export function field(name, label, attributes = {}) {
  const id = `${name}-${(fields += 1)}`;
  return el("div", { class: "field" }, el("label", { for: id }, label), el("input", { id, name, autocomplete: "off", ...attributes }));
}

export const amountField = (name, label, value = "") => field(name, label, { inputmode: "decimal", maxlength: "16", value });

export function choice(name, label, options) {
  const id = `${name}-${(fields += 1)}`;
  return el("div", { class: "field" }, el("label", { for: id }, label),
    el("select", { id, name }, ...options.map(([value, text]) => el("option", { value }, text))));
}

// Radio buttons: the arrows choose, Enter sends.
export const radios = (name, legend, options) =>
  el("fieldset", {}, el("legend", {}, legend), ...options.map(([value, text], n) =>
    el("label", { class: "check" }, el("input", { type: "radio", name, value, checked: n === 0 }), text)));

export const hows = () => choice("how", say("how"), HOW.map((how) => [how, say(`how_${how}`)]));
export const day = () => field("paid_on", say("paid_on"), { type: "date", value: today(), max: today() });

// A page stays open overnight: a day that nobody has chosen is today's, and is seen to be.
setInterval(() => document.querySelectorAll('input[type="date"][name="paid_on"]').forEach((one) => {
  const chosen = one.value !== one.defaultValue;
  const { value } = one;
  one.max = one.defaultValue = today();
  one.value = chosen ? value : today();
}), CLOCK_MS);

function clear(form) {
  form.querySelectorAll(".error").forEach((one) => one.remove());
  form.querySelectorAll("[aria-invalid]").forEach((one) => {
    one.removeAttribute("aria-invalid");
    one.removeAttribute("aria-describedby");
  });
}

export function mark(form, name, why) {
  const found = form.elements[name];
  const input = found instanceof RadioNodeList ? found[0] : found;
  if (!input) return complain({ message: why });
  const id = `${input.id || name}-wrong`;
  input.closest(".field, fieldset").append(el("p", { class: "error", id, role: "alert" }, why));
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", id);
  input.focus();
}

// It has been booked: behind an opener the form is made anew when it is wanted again, another is emptied.
export function shut(form) {
  const opener = form.parentElement.previousElementSibling;
  if (!opener?.open) return form.reset();
  form.remove();
  opener.open(false);
  opener.focus();
}

// Sends what the form says; `amounts` are the fields that hold yuan. A mistake leaves everything typed as it is.
export function onSend(form, amounts, send) {
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clear(form);
    settle();
    const said = Object.fromEntries(new FormData(form));
    for (const name of amounts) {
      said[name] = fen(said[name]);
      if (said[name] === null) return mark(form, name, say("sum_wrong"));
    }
    working(form.querySelector("button.go"), async () => {
      try {
        await send(said);
      } catch (refused) {
        mark(form, refused.field ?? "", refused.message);
      }
    });
  });
  return form;
}
