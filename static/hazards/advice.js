// What to do at once and whom to phone: every number in it is one tap away.
import { el } from "../dom.js";

const NUMBER = /(\d[\d-]{1,13}\d)/;

export const advised = (text) => text.split(NUMBER).map((part, n) => (n % 2 ? el("a", { class: "target", href: `tel:${part}` }, part) : part));
