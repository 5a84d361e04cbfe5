// A part of a page that is laid anew takes over what somebody was in the middle of: what is open, typed, chosen, found wrong, focused.
const FIELDS = "input:not([type=hidden]), select, textarea";
const FOCUSED = `a, button, summary, ${FIELDS}`;

// What is open is open by its words, and a field is the same by its name: the number that an id carries may be another one.
const nameOf = (one) => [one.tagName, one.type, one.name || one.getAttribute("aria-label") || one.id || one.textContent.trim(),
  ["radio", "checkbox"].includes(one.type) && one.value].join();

function pairs(was, made, selector) {
  const there = new Map();
  for (const one of made.querySelectorAll(selector)) there.set(nameOf(one), [...(there.get(nameOf(one)) ?? []), one]);
  return [...was.querySelectorAll(selector)].map((one) => [one, there.get(nameOf(one))?.shift()]).filter(([, other]) => other);
}

const touched = (one) => {
  if (one.type === "file") return one.files.length > 0;
  if (one.type === "radio" || one.type === "checkbox") return one.checked !== one.defaultChecked;
  if (one.tagName === "SELECT") return one.value !== ([...one.options].filter((option) => option.defaultSelected).at(-1) ?? one.options[0])?.value;
  return one.value !== one.defaultValue;
};

function takeValue(was, made) {
  if (was.type === "file") made.files = was.files;
  else if (was.type === "radio" || was.type === "checkbox") made.checked = was.checked;
  else if (was.tagName !== "SELECT" || [...made.options].some((option) => option.value === was.value)) made.value = was.value;
}

function takeMistake(was, made) {
  const told = was.getAttribute("aria-invalid") && document.getElementById(was.getAttribute("aria-describedby"));
  if (!told) return;
  made.closest(".field, fieldset")?.append(told);
  made.setAttribute("aria-invalid", "true");
  made.setAttribute("aria-describedby", told.id);
}

// Where the cursor stands is known only as long as the old part is there, and can be set only when the new one is.
function takeFocus(was, made, lost) {
  const found = pairs(was, made, FOCUSED).find(([one]) => one === document.activeElement)?.[1];
  const { selectionStart: from, selectionEnd: to } = document.activeElement;
  return () => {
    if (!found) return lost(made);
    found.focus({ preventScroll: true });
    if (from != null) found.setSelectionRange(from, to);
  };
}

// The answer to a form is told where it was asked: a part with a form that is on its way waits with being laid anew.
export const onItsWay = (one) => one.querySelector("form [aria-busy=true]") !== null;

// Puts `made` where `was` is. What was touched goes over; what was only shown follows the new. `lost(made)`: what had the focus is gone.
export function replaceWith(was, made, lost = () => made.querySelector("button, a")?.focus()) {
  pairs(was, made, ".opener").filter(([one]) => one.nextElementSibling.hasChildNodes()).forEach(([one, other]) => {
    other.open(true);
    other.open(one.getAttribute("aria-expanded") === "true");
  });
  pairs(was, made, "summary").forEach(([one, other]) => (other.parentElement.open = one.parentElement.open));
  const fields = pairs(was, made, FIELDS);
  const focus = was.contains(document.activeElement) && takeFocus(was, made, lost);
  fields.filter(([one]) => touched(one)).forEach(([one, other]) => takeValue(one, other));
  fields.forEach(([one, other]) => takeMistake(one, other));
  was.replaceWith(made);
  if (focus) focus();
}
