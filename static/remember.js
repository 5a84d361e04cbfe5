// What a page remembers for its reader on this browser: small choices, never anything about a resident. A browser may forbid it.
const PREFIX = "lastmetre";

export function remembered(name, otherwise = null) {
  try {
    return JSON.parse(localStorage.getItem(`${PREFIX}.${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`${PREFIX}.${name}`, JSON.stringify(value));
  } catch {
    // Full, or forbidden: then it holds until the page is left.
  }
}

// Calls when another window of the same reader has changed it.
export const onRemembered = (name, hear) =>
  addEventListener("storage", (event) => event.key === `${PREFIX}.${name}` && hear(remembered(name)));
