// The trained network, with its preprocessing.
const network = build(parameters, new Float64Array(parameters.length), 1);

// A cell of a row as inputs of the network: NaN if it is missing.
function inputsOf(cell, { name, kind, categories }) {
  const text = cell instanceof Date ? cell.toISOString() : String(cell ?? "").trim();
  const missing = text === "" || text === "NaN";
  if (kind === "categories") return categories.map((category) => (missing ? NaN : Number(category === text)));
  if (missing) return [NaN];
  const [read, wanted] = readers[kind], x = read(text);
  if (!Number.isFinite(x)) throw new TypeError(`${name}: ${text} is not ${wanted}`);
  return [x];
}
const readers = {
  number: [Number, "a number"], yes_no: [answer, "yes or no"], date: [days, "a date such as 2024-01-31"],
};
function answer(text) {
  const word = text.toLowerCase();
  return yes.includes(word) ? 1 : no.includes(word) ? 0 : NaN;
}
function days(text) {
  return Date.parse(text.length > 10 ? text.replace(" ", "T").replace(/Z?$/, "Z") : `${text}T00:00Z`) / 86400000;
}

/** The prediction for one row in the units of the table: an array with a cell for each column, or
 *  an object with the cells by the names of the columns. A class comes as { label, probabilities },
 *  probabilities by label if the network has them; a number as a number, several as an array. */
export function predict(row) {
  const cell = (column, k) => (Array.isArray(row) ? row[k] : row[column.name]);
  const raw = tableColumns.flatMap((column, k) => inputsOf(cell(column, k), column));
  const x = raw.map((number, k) => (Number.isNaN(number) ? fillers[k] ?? NaN : number));
  const gap = x.findIndex(Number.isNaN);
  if (gap >= 0) throw new TypeError(`${inputs[gap]} is missing; the network was trained without missing cells`);
  const outputs = [...network.forward(Float64Array.from(x))];
  if (task === "regression") return outputs.length === 1 ? outputs[0] : outputs;
  if (task === "margin") return { label: classes[Number(outputs[0] >= 0)] };
  if (task === "multilabel") return { label: outputs.map((p) => Number(p >= 0.5)), probabilities: outputs };
  const k = task === "binary" ? Number(outputs[1] >= outputs[0]) : outputs.indexOf(Math.max(...outputs));
  return { label: classes[k], probabilities: Object.fromEntries(outputs.map((p, i) => [classes[i], p])) };
}
