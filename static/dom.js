// Making elements: text is always text, never markup.
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child != null && child !== false && child !== ""));
  return made;
}

// Read once and taken out: what is personal in it must not outlive the errand on this page.
const given = document.getElementById("page-state");
export const state = JSON.parse(given?.textContent ?? "{}");
given?.remove();

// Says something to a screen reader without moving anything.
export function announce(text) {
  const place = document.getElementById("said");
  if (place) place.textContent = text;
}

// While its command runs a button says so and a second tap does nothing. It stays focusable: `disabled` would drop the focus.
export async function working(button, work) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    button.removeAttribute("aria-busy");
  }
}

// The page's one place for what went wrong. A list that could be fetched again takes back only the word about the line.
const wrong = document.getElementById("wrong");

export function complain(refused) {
  wrong.textContent = refused.message;
  wrong.dataset.code = refused.code;
  wrong.hidden = false;
}

export function settle(always = true) {
  if (always || wrong.dataset.code === "offline") wrong.hidden = true;
}
