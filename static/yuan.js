// Amounts as people type and read them: yuan outside, whole fen inside, and never a fraction of a number between.
const GROUPED = /^(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(\d{0,2}))?$/;
// Without a point, a comma before one or two last digits was meant as one.
const COMMA = /^(\d{1,9}),(\d{1,2})$/;

// 23.50, 23.5, 1,234.50, 23,50, full-width and with a sign of currency → fen; anything else → null.
export function fen(typed) {
  const plain = typed.normalize("NFKC").replace(/\u3002/g, ".").replace(/\s/g, "").replace(/^\u00a5/, "").replace(/\u5143$/, "");
  const found = COMMA.exec(plain) ?? GROUPED.exec(plain);
  return found && Number(found[1].replaceAll(",", "")) * 100 + Number((found[2] ?? "").padEnd(2, "0"));
}

export const yuan = (amount) => `${amount < 0 ? "−" : ""}${Math.trunc(Math.abs(amount) / 100)}.${String(Math.abs(amount) % 100).padStart(2, "0")}`;
