"use strict";
// The data of the page, and elements.
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)"), narrow = matchMedia("(max-width: 560px)");
document.body.classList.remove("static");

function make(tag, text = "", kind = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (kind) element.className = kind;
  return element;
}
// Only what changes is written, so that the browser need not lay out the rest again.
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
function button(text, act) {
  const element = make("button", text);
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}
