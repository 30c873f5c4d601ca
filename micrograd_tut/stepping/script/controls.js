// ---- Controls ------------------------------------------------------------------------------------

function stop() {
  if (timer !== null) clearInterval(timer);
  timer = null;
  $("play").textContent = "Play";
  $("play").setAttribute("aria-label", "Play");
}
function play() {
  if (timer !== null) return stop();
  if (at === last()) go(0);
  timer = setInterval(advance, Number($("speed").value));
  $("play").textContent = "Pause";
  $("play").setAttribute("aria-label", "Pause");
}
function by(act) {
  return () => { stop(); act(); };
}
const keys = { ArrowRight: by(advance), ArrowLeft: by(retreat), Home: by(() => go(0)), End: by(() => go(last())), " ": play };

$("first").addEventListener("click", keys.Home);
$("back").addEventListener("click", keys.ArrowLeft);
$("play").addEventListener("click", play);
$("next").addEventListener("click", keys.ArrowRight);
$("last").addEventListener("click", keys.End);
$("slider").addEventListener("input", () => { stop(); go(Number($("slider").value)); });
$("speed").addEventListener("change", () => { if (timer !== null) { stop(); play(); } });
$("predict").addEventListener("change", () => { if (asked !== null) go(at); else show(); });
$("fit").addEventListener("change", () => { fitChosen = true; $("graph").classList.toggle("fit", $("fit").checked); show(); });
window.addEventListener("resize", () => { fitToFrame(); show(); });
$("question").addEventListener("submit", judge);
$("hint").addEventListener("click", () => { say($("judged"), nextHint()); });
$("reveal").addEventListener("click", () => reveal(true));

// The keys step wherever the focus is, but not in a text field; up and down are left to lists and
// radio buttons. Space plays, but on a control reached by keyboard it is that control's own key.
let pointed = false;
document.addEventListener("pointerdown", () => { pointed = true; }, true);
document.addEventListener("keydown", (event) => { if (event.key === "Tab") pointed = false; }, true);
document.addEventListener("keydown", (event) => {
  const on = event.target, act = keys[event.key];
  if (!act || event.altKey || event.ctrlKey || event.metaKey || on.matches("#guess, .leaf")) return;
  if (event.key === " " && !pointed && on.matches("button, select, input:not([type=range])")) return;
  event.preventDefault();
  act();
});

nodes.forEach((n, i) => {
  if (!n.leaf || n.constant) return;
  const option = make("option", n.name);
  option.value = i;
  $("from").append(option);
});
function changeWay() {
  stop();
  const way = document.querySelector("input[name=way]:checked").value;
  walk = way === "backward" ? backwardWalk(values) : forwardWalk(values, Number($("from").value));
  go(0);
}
for (const radio of document.querySelectorAll("input[name=way]")) radio.addEventListener("change", changeWay);
$("from").addEventListener("change", () => {
  document.querySelector("input[value=forward]").checked = true;
  changeWay();
});
if (!$("from").options.length) document.querySelector("input[value=forward]").disabled = true;

if (!data.folded) boxOf.forEach((g, i) => { if (!nodes[i].constant) g.addEventListener("click", () => choose(i)); });
$("near").hidden = $("folded").hidden = !data.folded;
if (data.folded) $("graph").classList.add("folded");
fitToFrame();
show();
