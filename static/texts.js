// The page's words, in its reader's language: the server puts them into <script type="application/json" id="texts">.
const words = JSON.parse(document.getElementById("texts").textContent);

export function say(key, values = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}
