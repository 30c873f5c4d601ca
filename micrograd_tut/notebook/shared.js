// What every widget shares: elements, and pictures that Python has drawn.

function element(tag, parent, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, setting] of Object.entries(attributes)) made.setAttribute(name, setting);
  parent.append(made);
  return made;
}

// Mark the element of a widget, and hide the picture that stands for it without a kernel.
function begin(model, el) {
  el.classList.add("mg-widget");
  el.dataset.lmSuppressShortcuts = "true"; // in JupyterLab: keys are for the widget
  element("style", el, `.${model.get("still_class")} { display: none !important }`);
}

// An <img> that follows a trait with an SVG; hidden while there is none.
function picture(model, trait, alt, parent) {
  const image = element("img", parent, "", { alt });
  const show = () => {
    const svg = model.get(trait);
    image.hidden = !svg;
    if (svg) image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  };
  model.on(`change:${trait}`, show);
  show();
  return image;
}
