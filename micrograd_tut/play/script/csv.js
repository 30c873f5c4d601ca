// ---- Tables: a CSV file as rows of cells, and its columns as numbers or classes ------------------

const MAX_ROWS = 5000;

class TableError extends Error {}

/** The cells of a text by line: [{ line, cells }]. The separator is the one of , ; tab | that the
 *  first line has most of; cells may be in double quotes. */
function cellsOf(text) {
  const first = text.slice(0, (text + "\n").indexOf("\n")).replace(/"[^"]*"/g, "");
  const count = (sign) => first.split(sign).length;
  const separator = [",", ";", "\t", "|"].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
  const rows = [];
  let cells = [], cell = "", quoted = false, line = 1, opened = 0, start = 1;
  const endCell = () => { cells.push(cell.trim()); cell = ""; };
  const endRow = () => {
    endCell();
    if (cells.some((c) => c !== "")) rows.push({ line: start, cells });
    cells = [];
    start = line + 1;
  };
  for (let k = 0; k < text.length; k++) {
    const sign = text[k];
    if (quoted && sign === '"' && text[k + 1] === '"') { cell += '"'; k++; }
    else if (quoted && sign === '"') quoted = false;
    else if (!quoted && sign === '"' && cell.trim() === "") { quoted = true; opened = line; cell = ""; }
    else if (!quoted && sign === separator) endCell();
    else if (!quoted && sign === "\n") { endRow(); }
    else if (sign !== "\r") cell += sign;
    if (sign === "\n") line++;
  }
  if (quoted) throw new TableError(`line ${opened}: a quotation mark is opened and never closed`);
  if (cell !== "" || cells.length) endRow();
  return { rows, separator };
}

/** A table: { names, rows: [{ line, cells }], comma }. The first line names the columns unless it
 *  holds numbers only. */
function readTable(text) {
  if (text.includes("\0")) throw new TableError("this is not a text file; save the table as CSV");
  const { rows, separator } = cellsOf(text.replace(/^\ufeff/, ""));
  if (!rows.length) throw new TableError("the file is empty");
  const width = rows[0].cells.length;
  const uneven = rows.find(({ cells }) => cells.length !== width);
  if (uneven) throw new TableError(`line ${uneven.line} has ${uneven.cells.length} cells, but line ${rows[0].line} has ${width}`);
  if (width < 2) throw new TableError("the table has 1 column; it needs the inputs and the target, separated by commas");
  const comma = separator === ";", headed = rows[0].cells.some((cell) => Number.isNaN(numberOf(cell, comma)));
  const names = rows[0].cells.map((cell, i) => (headed && cell) || `column ${i + 1}`);
  const content = headed ? rows.slice(1) : rows;
  if (content.length < 2) throw new TableError(`the table has ${content.length} row${content.length === 1 ? "" : "s"} of examples; it needs 2 or more`);
  if (content.length > MAX_ROWS) throw new TableError(`the table has ${content.length} rows; at most ${MAX_ROWS} can be read here`);
  return { names, rows: content, comma };
}

/** The number in a cell; NaN if there is none. With semicolons as separators, 0,5 is 0.5. */
function numberOf(cell, comma) {
  const text = comma && !cell.includes(".") ? cell.replace(",", ".") : cell;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
}

/** The numbers of a column, or an error that says where there is none. */
function numbersOf(table, column) {
  return table.rows.map(({ line, cells }) => {
    const x = numberOf(cells[column], table.comma), where = `line ${line}, column “${table.names[column]}”`;
    if (cells[column] === "") throw new TableError(`${where}: the cell is empty; fill it in, or remove the row`);
    if (!Number.isFinite(x)) throw new TableError(`${where}: “${cells[column].slice(0, 40)}” is not a number`);
    return x;
  });
}

/** The columns that hold numbers only. */
function numericColumns(table) {
  return table.names.map((_, i) => i).filter((i) => table.rows.every(({ cells }) => Number.isFinite(numberOf(cells[i], table.comma))));
}

/** Examples from a table: { training: { rows, labels }, inputs, target, classes }.
 *  inputs: indices of columns; target: the index of one. */
function examplesFrom(table, inputs, target, problem) {
  const chosen = [...inputs, target];
  const twice = chosen.find((i, k) => chosen.indexOf(i) !== k);
  if (twice !== undefined) throw new TableError(`column “${table.names[twice]}” is chosen twice; choose another one`);
  const columns = inputs.map((i) => numbersOf(table, i));
  const rows = table.rows.map((_, k) => columns.map((column) => column[k]));
  const names = { inputs: inputs.map((i) => table.names[i]), target: table.names[target] };
  if (problem.task === "regression") return { training: { rows, labels: numbersOf(table, target) }, classes: [], ...names };
  const cells = table.rows.map((row) => row.cells[target]), empty = cells.indexOf("");
  if (empty >= 0) throw new TableError(`line ${table.rows[empty].line}, column “${names.target}”: the cell is empty; fill it in, or remove the row`);
  const found = [...new Set(cells)].sort(), most = problem.classes.length;
  if (found.length < 2 || found.length > most) {
    throw new TableError(`column “${names.target}” has ${found.length} different value${found.length === 1 ? "" : "s"}; `
      + `the network on this page can tell ${most === 2 ? "2" : `2 to ${most}`} classes apart`);
  }
  const classes = problem.classes.map((_, k) => found[k] ?? `(unused ${k + 1})`);
  return { training: { rows, labels: cells.map((cell) => found.indexOf(cell)) }, classes, ...names };
}
