// Making elements: text is always text, never markup.
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child != null && child !== false));
  return made;
}

export const state = JSON.parse(document.getElementById("page-state")?.textContent ?? "{}");

// Says something to a screen reader without moving anything.
export function announce(text) {
  const place = document.getElementById("said");
  if (place) place.textContent = text;
}
