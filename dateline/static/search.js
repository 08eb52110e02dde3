// The search page without this file does all it does with it, only slower and by more clicks.
"use strict";

document.documentElement.classList.add("js");

// --- Keys: "/" to the box, up and down through the results ----------------------------------------

const isTyping = (element) => element.matches("input:not([type=search]), select, textarea, summary");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const box = document.getElementById("q");
  const at = document.activeElement;
  if (event.key === "/" && at !== box && !isTyping(at)) {
    event.preventDefault();
    box.focus();
    box.select();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (isTyping(at)) return;
    const titles = [...document.querySelectorAll(".entries .title")];
    const place = titles.findIndex((title) => title.closest("li").contains(at));
    const next = event.key === "ArrowDown" ? place + 1 : place - 1;
    // Elsewhere on the page the keys scroll, as ever.
    if (place < 0 && (at !== box || event.key === "ArrowUp")) return;
    event.preventDefault();
    (next < 0 ? box : titles[Math.min(next, titles.length - 1)])?.focus();
  }
});

// --- Searching while typing -----------------------------------------------------------------------

let wasTyping = false;

document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  // One step back leaves all that was typed in one go, not its last letter.
  const typing = event.detail.requestConfig?.triggeringEvent?.type === "input";
  if (typing && wasTyping) event.detail.history.type = "replace";
  wasTyping = typing;
});

document.addEventListener("htmx:afterSwap", () => {
  const said = document.querySelector("#found .fault") ?? document.getElementById("total");
  document.getElementById("said").textContent = said?.textContent ?? "";
});

document.addEventListener("htmx:sendError", () => {
  document.getElementById("said").textContent = "The archive cannot be reached; try again.";
  document.getElementById("found").classList.add("stale");
});

// --- Copying a citation ---------------------------------------------------------------------------

async function copy(text) {
  // Only pages that come by https, or from this computer, are given the clipboard.
  if (navigator.clipboard) return navigator.clipboard.writeText(text.textContent);
  getSelection().selectAllChildren(text);
  return document.execCommand("copy");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest(".copy");
  if (!button) return;
  await copy(button.parentElement.querySelector("pre"));
  button.classList.add("done");
  document.getElementById("said").textContent = "Copied";
  setTimeout(() => button.classList.remove("done"), 1500);
});

// --- Dragging over the timeline -------------------------------------------------------------------

let from = null;

const drawing = (event) => event.target.closest?.("#bars svg");

function barAt(svg, x) {
  const bars = svg.querySelectorAll("a");
  const { left, width } = svg.getBoundingClientRect();
  const place = Math.floor(((x - left) / width) * bars.length);
  return Math.max(0, Math.min(place, bars.length - 1));
}

function show(svg, first, last) {
  const drag = document.getElementById("drag");
  drag.setAttribute("x", first);
  drag.setAttribute("width", last < first ? 0 : last - first + 1);
  tell(last < first ? "" : `${name(svg, first, "after")} to ${name(svg, last, "before")}`);
}

function tell(text) {
  document.getElementById("tell").textContent = text;
}

const linkOf = (svg, place) => new URL(svg.querySelectorAll("a")[place].href.baseVal, location);
const name = (svg, place, end) => linkOf(svg, place).searchParams.get(end);

document.addEventListener("pointerdown", (event) => {
  const svg = drawing(event);
  if (svg && event.isPrimary && event.button === 0) from = { svg, place: barAt(svg, event.clientX), moved: false };
});

document.addEventListener("pointermove", (event) => {
  const hovered = !from && drawing(event);
  if (hovered) tell(hovered.querySelectorAll("a")[barAt(hovered, event.clientX)].textContent.trim());
  if (!from) return;
  const place = barAt(from.svg, event.clientX);
  from.moved ||= place !== from.place;
  if (from.moved) show(from.svg, Math.min(place, from.place), Math.max(place, from.place));
});

document.addEventListener("pointerup", (event) => {
  if (!from) return;
  const { svg, place, moved } = from;
  from = null;
  if (!moved) return;
  const other = barAt(svg, event.clientX);
  const link = linkOf(svg, Math.min(place, other));
  link.searchParams.set("before", name(svg, Math.max(place, other), "before"));
  location.assign(link);
});

document.addEventListener("pointercancel", () => {
  if (from) show(from.svg, 0, -1);
  from = null;
});

// A link that is dragged would be carried away.
document.addEventListener("dragstart", (event) => {
  if (drawing(event)) event.preventDefault();
});
