// A stepper: Python takes the steps, the buttons ask for them.

function render({ model, el }) {
  begin(model, el);
  const bar = element("div", el, "", { class: "mg-bar" });
  const goto = (k) => {
    model.set("position", Math.min(Math.max(k, 0), model.get("last")));
    model.save_changes();
  };
  const by = (steps) => () => goto(model.get("position") + steps);
  const button = (text, act) => {
    const made = element("button", bar, text, { type: "button" });
    made.addEventListener("click", act);
    return made;
  };
  const first = button("First", () => goto(0));
  const back = button("Back", by(-1));
  const next = button("Next", by(1));
  const last = button("Last", () => goto(model.get("last")));
  const slider = element("input", bar, "", { type: "range", min: 0, "aria-label": "Step" });
  slider.addEventListener("input", () => goto(slider.valueAsNumber));
  slider.addEventListener("keydown", (event) => { // JupyterLab keeps these two keys from it
    const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!steps) return;
    event.preventDefault();
    goto(model.get("position") + steps);
  });

  const explanation = element("pre", el, "", { "aria-live": "polite" });
  const pictures = element("div", el, "", { class: "mg-pictures" });
  picture(model, "graph", "The graph at this step", pictures);

  const show = () => {
    const k = model.get("position"), end = model.get("last");
    first.disabled = back.disabled = k === 0;
    next.disabled = last.disabled = k === end;
    slider.max = end;
    slider.value = k;
  };
  const explain = () => { explanation.textContent = model.get("explanation"); };
  model.on("change:position", show);
  model.on("change:explanation", explain);
  show();
  explain();
}

export default { render };
