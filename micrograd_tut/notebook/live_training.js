// A training run: its newest numbers, and pictures of the curves, the plane and the network.

function render({ model, el }) {
  begin(model, el);
  const note = element("p", el);
  const pictures = element("div", el, "", { class: "mg-pictures" });
  picture(model, "curves", "Curves of the loss and the metrics", pictures);
  picture(model, "plane", "Output over the plane of the two inputs, with the examples", pictures);
  picture(model, "network", "The network with its weights", pictures);
  const spoken = element("p", el, "", { role: "status", class: "mg-spoken" });
  const show = () => {
    note.textContent = model.get("note");
    if (model.get("ended")) spoken.textContent = `Training has ended. ${model.get("note")}`;
  };
  model.on("change:note", show);
  model.on("change:ended", show);
  show();
}

export default { render };
