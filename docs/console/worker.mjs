// Python in a worker of its own, so that the page answers while a program runs.
//
// Takes {files} once, then {source, theme}; answers with {ready}, {failed}, {text}, {svg}, {html},
// {error} and {done}.
const LONGEST = 1 << 14, PAUSE = 50; // characters, and milliseconds, between two messages of text

let session, text = "", posted = 0;

function flush() {
  if (text) postMessage({ text });
  text = "";
  posted = Date.now();
}

function output() {
  const decoder = new TextDecoder();
  return {
    write(bytes) {
      text += decoder.decode(bytes, { stream: true });
      if (text.length > LONGEST || Date.now() - posted > PAUSE) flush();
      return bytes.length;
    },
  };
}

function show(kind, content) {
  flush();
  postMessage({ [kind]: content });
}

async function start({ pyodide, packages, program, wheels }) {
  const { loadPyodide } = await import(pyodide);
  const python = await loadPyodide({ packages: wheels, packageBaseUrl: new URL(".", pyodide).href });
  python.setStdout(output());
  python.setStderr(output());
  python.unpackArchive(await (await fetch(packages)).arrayBuffer(), "zip", {
    extractDir: python.runPython("import site; site.getsitepackages()[0]"),
  });
  python.registerJsModule("page", { show });
  python.runPython(await (await fetch(program)).text());
  session = python.globals.get("run");
}

onmessage = async ({ data }) => {
  try {
    if (data.source === undefined) {
      await start(data);
      postMessage({ ready: true });
    } else {
      await session(data.source, data.theme);
      flush();
      postMessage({ done: true });
    }
  } catch (error) { // Python itself has ended, as by a recursion that fills the stack
    flush();
    postMessage({ failed: String(error.message ?? error).slice(-500) });
  }
};
