// Run a Python program in Pyodide under node; the variable `status` is the exit status.
//
//     node .ci/pyodide.mjs PYODIDE PROGRAM FOLDER...
//
// PYODIDE is the folder of the npm package pyodide. The program sees each further folder under the
// same path, and imports from it.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [pyodide, program, ...folders] = process.argv.slice(2).map((name) => path.resolve(name));
const { loadPyodide } = await import(pathToFileURL(path.join(pyodide, "pyodide.mjs")));
process.on("uncaughtException", (error) => { // its stack would begin with the whole of Pyodide
  console.error(String(error.stack).slice(-2000));
  process.exit(1);
});
const python = await loadPyodide();
for (const folder of folders) {
  python.FS.mkdirTree(folder);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, folder);
}
python.globals.set("folders", python.toPy(folders));
python.runPython(`import sys
sys.dont_write_bytecode = True
sys.path[:0] = folders`);
python.runPython(fs.readFileSync(program, "utf8"));
process.exit(python.globals.get("status") ?? 0);
