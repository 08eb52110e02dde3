// Without this script the search page does the same, only slower and with more clicks.
"use strict";

document.documentElement.classList.add("js");

// --- Keys: Ctrl+/ focuses the box, up and down move through the results ---------------------------

const isTyping = (element) => element.matches("input:not([type=search]), select, textarea, summary");

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.altKey || event.isComposing) return;
  const box = document.getElementById("q");
  const at = document.activeElement;
  // Not "/" alone, which speech input and slips of the hand trigger too (WCAG 2.1.4).
  if (event.ctrlKey && event.key === "/") {
    event.preventDefault();
    box.focus();
    box.select();
  } else if (!event.ctrlKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    // With Shift, the arrow keys select text.
    if (isTyping(at) || event.shiftKey) return;
    const titles = [...document.querySelectorAll(".entries .title")];
    const place = titles.findIndex((title) => title.closest("li").contains(at));
    const next = event.key === "ArrowDown" ? place + 1 : place - 1;
    // Elsewhere the arrow keys scroll the page as usual.
    if (place < 0 && (at !== box || event.key === "ArrowUp")) return;
    event.preventDefault();
    (next < 0 ? box : titles[Math.min(next, titles.length - 1)])?.focus();
  }
});

// --- Searching while typing -----------------------------------------------------------------------

let wasTyping = false;

document.addEventListener("htmx:configRequest", ({ detail }) => {
  // Request errors as HTML too: the error page has the element that replaces the results.
  detail.headers.Accept = "text/html";
});

document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  // Going back undoes all that was typed in one go, not only its last letter.
  const typing = event.detail.requestConfig?.triggeringEvent?.type === "input";
  // Enter repeats the query that was just typed, which adds no step either.
  const isHere = event.detail.history.path === location.pathname + location.search;
  if (isHere || (typing && wasTyping)) event.detail.history.type = "replace";
  wasTyping = typing;
});

let wasAmongResults = false;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  wasAmongResults = detail.target.id === "found" && detail.target.contains(document.activeElement);
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id !== "found") return;
  // Focus within the replaced results would be lost, and keyboard navigation with it.
  if (wasAmongResults) document.getElementById("q").focus();
  for (const input of document.querySelectorAll(".ask [aria-describedby]")) {
    const wrong = document.getElementById(input.getAttribute("aria-describedby")).childElementCount > 0;
    input.setAttribute("aria-invalid", wrong);
    if (wrong) input.closest("details")?.setAttribute("open", "");
  }
  // A fault has the alert role, so it is announced anyway.
  document.getElementById("said").textContent = document.getElementById("total")?.textContent ?? "";
});

const UNREACHED = "The archive cannot be reached; try again.";
const TOO_LONG = "This question is longer than can be sent; shorten it.";

// Without a usable response, keep what is shown, and show why it was not replaced.
function fail(target, told) {
  document.getElementById("said").textContent = told;
  if (target.matches(".late")) {
    // The entries are right; only the facet is missing.
    target.className = "fault";
    target.textContent = told;
    return;
  }
  const found = document.getElementById("found");
  if (!found.matches(".stale")) found.prepend(document.createElement("p"));
  found.classList.add("stale");
  found.firstElementChild.className = "fault";
  found.firstElementChild.textContent = told;
}

document.addEventListener("htmx:sendError", ({ target }) => fail(target, UNREACHED));

// Further typing aborts the previous request; htmx would report that as an error.
document.addEventListener("htmx:beforeSend", ({ target, detail }) => {
  detail.xhr.onabort = detail.xhr.onload;
  // Abort a facet's request when its element is removed: it would delay the next responses.
  if (target.matches(".late")) target.addEventListener("htmx:beforeCleanupElement", () => detail.xhr.abort());
});

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { target, detail } = event;
  const { status, responseText } = detail.xhr;
  const givenUp = status === 0;
  // A proxy in front of the archive has pages of its own, with nothing to swap in.
  const isOurs = responseText.includes('id="found"') || (target.matches(".late") && status < 400);
  if (givenUp || !isOurs) event.preventDefault();
  if (!givenUp && !isOurs) fail(target, status === 414 ? TOO_LONG : UNREACHED);
});

// --- Copying a citation ---------------------------------------------------------------------------

async function copied(text) {
  // Only pages served over https or from localhost can use the clipboard, and not all of them.
  const given = await navigator.clipboard?.writeText(text.textContent).then(() => true, () => false);
  if (given) return true;
  getSelection().selectAllChildren(text);
  return document.execCommand("copy");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest(".copy");
  if (!button) return;
  const isDone = await copied(button.parentElement.querySelector("pre"));
  button.classList.toggle("done", isDone);
  document.getElementById("said").textContent = isDone ? "Copied" : "Not copied. It is selected: copy it with the keyboard.";
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

const name = (svg, place, end) => svg.querySelectorAll("a")[place].dataset[end];

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
  // A bar without entries is not a link, but a range may begin or end with it.
  const link = new URL(svg.querySelector("a[href]").href.baseVal, location);
  link.searchParams.set("after", name(svg, Math.min(place, other), "after"));
  link.searchParams.set("before", name(svg, Math.max(place, other), "before"));
  location.assign(link);
});

document.addEventListener("pointercancel", () => {
  if (from) show(from.svg, 0, -1);
  from = null;
});

// Otherwise the browser would drag the link itself.
document.addEventListener("dragstart", (event) => {
  if (drawing(event)) event.preventDefault();
});
