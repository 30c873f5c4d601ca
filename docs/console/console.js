// The prompt on the page: what is typed goes to the worker, and what it shows comes back.
"use strict";

for (const root of document.querySelectorAll(".console")) start(root);

function start(root) {
  const files = JSON.parse(root.dataset.files);
  const find = (selector) => root.querySelector(selector);
  const log = find(".console-log"), form = find("form"), input = find("textarea");
  const status = find("[role=status]"), startButton = find("[data-do=start]");
  const stopButton = find("[data-do=stop]");
  const history = [""]; // what was typed; the last entry is what is being typed
  let worker, place = 0, busy = false, waiting = [];

  const url = (name) => new URL(name, document.baseURI).href;

  function begin() {
    if (location.protocol === "file:") {
      status.textContent = "Python needs a web server: python -m http.server -d site";
      return;
    }
    startButton.hidden = true;
    status.textContent = "Loading Python…";
    worker = new Worker(url(files.worker), { type: "module" });
    worker.onmessage = ({ data }) => receive(data);
    worker.onerror = (event) => receive({ failed: event.message ?? "the worker cannot be loaded" });
    const { pyodide, packages, program, wheels } = files;
    const there = [pyodide, packages, program].map(url);
    worker.postMessage({ pyodide: there[0], packages: there[1], program: there[2], wheels });
    setBusy(true);
  }

  function setBusy(now) {
    busy = now;
    stopButton.disabled = !busy;
    root.setAttribute("aria-busy", busy);
  }

  function receive(message) {
    if (message.ready) {
      status.textContent = "Python is ready.";
      log.hidden = form.hidden = false;
      input.focus();
    }
    if (message.text) write("console-text", message.text);
    if (message.error) write("console-error", message.error);
    if (message.svg) picture(message.svg);
    if (message.html) page(message.html);
    if (message.failed) {
      write("console-error", `Python has ended: ${message.failed}\n`);
      log.hidden = false;
      stop();
    } else if (message.ready || message.done) {
      setBusy(false);
      if (waiting.length) run(waiting.shift());
    }
  }

  // --- The log ---

  function add(element) {
    log.append(element);
    follow();
    return element;
  }

  function follow() { // to the end, but not past what was typed last
    const inputs = log.querySelectorAll(".console-input");
    log.scrollTop = Math.min(log.scrollHeight, inputs.length ? inputs[inputs.length - 1].offsetTop : 0);
  }

  function write(kind, text) {
    let block = log.lastElementChild;
    if (!block || block.className !== kind) {
      block = add(document.createElement("pre"));
      block.className = kind;
    }
    block.append(text);
    if (block.textContent.length > 200_000) block.textContent = block.textContent.slice(-100_000);
    log.scrollTop = log.scrollHeight;
  }

  function picture(svg) {
    const figure = document.createElement("div");
    figure.className = "console-picture";
    figure.tabIndex = 0; // it may be wider than the page, and is scrolled then
    figure.setAttribute("role", "group");
    figure.setAttribute("aria-label", "Picture");
    figure.innerHTML = svg;
    add(figure);
  }

  function page(html) { // of an object: in a frame that can reach nothing of this page
    const frame = document.createElement("iframe");
    frame.title = "Result";
    frame.sandbox = "allow-scripts";
    frame.srcdoc = `<!doctype html><meta charset="utf-8"><style>:root {color-scheme: ${theme()};
      font: 90% sans-serif} body {margin: 0}</style>${html}<script>new ResizeObserver(() =>
      parent.postMessage(document.documentElement.offsetHeight, "*")).observe(document.body)</script>`;
    add(frame);
  }

  addEventListener("message", ({ source, data }) => { // a frame gives its height
    const frame = [...log.querySelectorAll("iframe")].find((one) => one.contentWindow === source);
    if (!frame || !(data > 0)) return;
    frame.style.height = `${Math.min(data, 900)}px`;
    follow();
  });

  function theme() {
    const chosen = document.body.dataset.theme; // Furo's
    if (chosen === "light" || chosen === "dark") return chosen;
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }

  // --- The input ---

  function run(source) {
    if (!worker) begin();
    if (!worker) return;
    if (busy) {
      waiting.push(source);
      return;
    }
    const shown = source.split("\n").map((line, i) => (i ? "... " : ">>> ") + line).join("\n");
    add(Object.assign(document.createElement("pre"), { className: "console-input", textContent: shown }));
    setBusy(true);
    worker.postMessage({ source, theme: theme() });
  }

  function submit() {
    const source = input.value.trimEnd();
    if (!source) return;
    history[history.length - 1] = source;
    place = history.push("") - 1;
    input.value = "";
    fit();
    run(source);
  }

  function stop() {
    worker?.terminate();
    worker = undefined;
    waiting = [];
    setBusy(false);
    startButton.hidden = false;
    form.hidden = true;
    status.textContent = "Python has stopped; what it held is lost.";
    startButton.focus();
  }

  const fit = () => (input.rows = input.value.split("\n").length);

  const isComplete = (source) =>
    source.includes("\n") ? /\n\s*$/.test(source) : !/[:\\([{,]\s*$|^\s*@/.test(source);

  function recall(step) {
    const next = place + step;
    if (next < 0 || next >= history.length) return;
    if (place === history.length - 1) history[place] = input.value;
    place = next;
    input.value = history[place];
    fit();
  }

  function newLine() { // indented as the line before it, and four spaces more after a colon
    const before = input.value.slice(0, input.selectionStart);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    const indent = line.match(/^ */)[0] + (/:\s*$/.test(line) ? "    " : "");
    input.setRangeText(`\n${indent}`, input.selectionStart, input.selectionEnd, "end");
    fit();
  }

  input.addEventListener("input", fit);
  input.addEventListener("keydown", (event) => {
    const { key, shiftKey, ctrlKey, metaKey, isComposing } = event;
    const { value, selectionStart: at } = input;
    if (isComposing) return;
    if (key === "Enter" && !shiftKey && (ctrlKey || metaKey || (at === value.length && isComplete(value)))) {
      submit();
    } else if (key === "Enter") {
      newLine();
    } else if (key === "ArrowUp" && !value.slice(0, at).includes("\n")) {
      recall(-1);
    } else if (key === "ArrowDown" && !value.slice(at).includes("\n")) {
      recall(1);
    } else {
      return;
    }
    event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  startButton.addEventListener("click", begin);
  stopButton.addEventListener("click", stop);

  // --- The examples on the page: a button runs each ---

  for (const block of document.querySelectorAll(".highlight-python")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Run";
    button.className = "console-run";
    button.addEventListener("click", () => {
      run(block.querySelector("pre").textContent.trimEnd());
      root.scrollIntoView({ block: "nearest" });
    });
    block.querySelector("pre").tabIndex = 0;
    block.after(button);
  }
}
