// ---- Numbers as Python shows them ------------------------------------------------------------------

// The digits of a number and the power of ten of the first, as in Python's format "g".
function laidOut(digits, power, most) {
  if (power < -4 || power >= most) {
    const size = String(Math.abs(power)).padStart(2, "0");
    return `${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ""}e${power < 0 ? "-" : "+"}${size}`;
  }
  if (power < 0) return `0.${"0".repeat(-power - 1)}${digits}`;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, "0"), rest = digits.slice(power + 1);
  return rest ? `${whole}.${rest}` : whole;
}
const digitsOf = (text) => { const [digits, power] = text.split("e"); return [digits.replace(".", ""), Number(power)]; };
const notFinite = (x) => (x > 0 ? "inf" : x < 0 ? "-inf" : "nan");
const minus = (x) => (x < 0 || Object.is(x, -0) ? "-" : "");

// repr(x)
function exact(x) {
  if (x - x !== 0) return notFinite(x);
  const text = x ? laidOut(...digitsOf(Math.abs(x).toExponential()), 16) : "0";
  return `${minus(x)}${text}${/[.e]/.test(text) ? "" : ".0"}`;
}
// f"{x:.{count}g}": a tie is rounded to the even digit, which toExponential does not do.
function significant(x, count) {
  if (x - x !== 0) return notFinite(x);
  const size = Math.abs(x), [more, down] = digitsOf(size.toExponential(count + 30)), kept = more.slice(0, count);
  const even = /^50*$/.test(more.slice(count)) && "02468".includes(kept[count - 1]);
  const [digits, power] = even ? [kept, down] : digitsOf(size.toExponential(count - 1));
  return `${minus(x)}${x ? laidOut(digits.replace(/0+$/, ""), power, count) : "0"}`;
}
const withPoint = (text) => (/[.enf]/.test(text) ? text : `${text}.0`);
function shown(x) {
  const text = exact(x);
  return text.length <= 7 ? text : withPoint(significant(x, 5));
}
function inFormula(x) {
  const text = Number.isInteger(x) && Math.abs(x) < 1e15 && !Object.is(x, -0) ? String(x) : exact(x);
  return text.length <= 7 ? text : shown(x);
}
const counted = (x) => x.toLocaleString("en");
const number = (value) => ({ value, get text() { return shown(value); } });
const within = (tolerance, a, b, least = 1e-9) => Math.abs(a - b) <= Math.max(tolerance * Math.max(Math.abs(a), Math.abs(b)), least);
