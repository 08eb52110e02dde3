// Improves the import page: files can be dropped, and sending shows its progress. Without this
// script the form does the same.
"use strict";

(() => {
  let kept = null; // The file sent last, for a page that replaces this one and requires it again.
  // The content of each history step, to restore it as it was left.
  const steps = [{ title: document.title, main: document.getElementById("main") }];
  let at = 0;

  function show(message) {
    const card = document.getElementById("working").content.cloneNode(true).firstElementChild;
    document.getElementById("rows").after(card);
    card.querySelector("p").textContent = message;
    card.scrollIntoView({ block: "nearest" });
    return card;
  }

  function fail(message) {
    document.querySelectorAll(".sending").forEach((old) => old.remove());
    const fault = document.createElement("p");
    fault.className = "fault sending";
    fault.setAttribute("role", "alert");
    fault.tabIndex = -1;
    fault.textContent = message;
    document.getElementById("rows").before(fault);
    fault.focus();
  }

  function replace(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    if (!page.getElementById("rows")) {
      // An error page without the form: keep this page and what was filled in.
      fail(page.querySelector("#main .fault")?.textContent || page.title);
      return;
    }
    steps.splice(at + 1, Infinity, { title: page.title, main: document.adoptNode(page.getElementById("main")) });
    history.pushState(at + 1, "", location.pathname);
    turnTo(at + 1);
    prepare();
    window.scrollTo(0, 0);
  }

  function turnTo(step) {
    at = step;
    document.title = steps[at].title;
    document.getElementById("main").replaceWith(steps[at].main);
    document.querySelector("#main [autofocus]")?.focus();
  }

  function put(input, file) {
    const files = new DataTransfer();
    files.items.add(file);
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function take(line) {
    const said = JSON.parse(line);
    if (said.location) window.location.assign(said.location);
    else if (said.page) replace(said.page);
    else return said.received;
    return null;
  }

  function send(form, button) {
    const fields = new FormData(form);
    fields.append(button.name, button.value);
    const file = fields.get("file");
    kept = file instanceof File && file.name ? file : null;
    const card = show("Sending…");
    const words = card.querySelector("p");
    const bar = card.querySelector("progress");
    const buttons = document.querySelectorAll("button");
    buttons.forEach((one) => { one.disabled = true; });
    card.focus();

    const request = new XMLHttpRequest();
    let read = 0;
    let ended = false;
    function readLines() {
      for (let end; (end = request.responseText.indexOf("\n", read)) >= 0; read = end + 1) {
        const received = take(request.responseText.slice(read, end));
        if (received === null) ended = true;
        else words.textContent = `${received.toLocaleString("en")} rows read…`;
      }
    }
    const isLines = () => (request.getResponseHeader("Content-Type") || "").startsWith("application/x-ndjson");
    function end() {
      buttons.forEach((one) => { one.disabled = false; });
      card.remove();
    }
    request.upload.onprogress = (event) => {
      if (!event.lengthComputable) return;
      bar.max = event.total;
      bar.value = event.loaded;
      const percent = Math.floor((10 * event.loaded) / event.total) * 10;
      const text = percent < 100 ? `Sending: ${percent}%` : "Sent; reading the rows…";
      if (words.textContent !== text) words.textContent = text;
      if (percent === 100) bar.removeAttribute("value");
    };
    request.onprogress = () => { if (isLines()) readLines(); };
    request.onload = () => {
      if (isLines()) readLines();
      else { ended = true; replace(request.responseText); }
      if (!ended) fail(BROKEN);
      end();
    };
    request.onerror = () => { fail(BROKEN); end(); };
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/x-ndjson, text/html;q=0.5");
    request.send(fields);
  }

  const BROKEN = "The connection broke before a response arrived. The list of imports shows whether the rows were kept; it is safe to send them again, because nothing is kept twice.";

  function tooLarge(input) {
    const file = input.files[0];
    const most = Number(input.dataset.max);
    const message = file && file.size > most
      ? `${file.name} has ${file.size.toLocaleString("en")} bytes, but at most ${most.toLocaleString("en")} are accepted; send it in parts, or use the command line, which has no limit.`
      : "";
    input.setCustomValidity(message);
    if (message) input.reportValidity();
  }

  function prepare() {
    const form = document.getElementById("rows");
    if (!form) return;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      document.querySelectorAll(".sending").forEach((old) => old.remove());
      send(form, event.submitter || form.querySelector("button"));
    });
    document.querySelectorAll("[data-drop]").forEach((zone) => {
      const input = zone.querySelector("input");
      zone.querySelector("[data-drop-hint]").hidden = false;
      zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
      zone.addEventListener("dragleave", () => zone.classList.remove("over"));
      zone.addEventListener("drop", (event) => {
        event.preventDefault();
        zone.classList.remove("over");
        const files = event.dataTransfer.files;
        if (files.length > 1) fail("One file at a time, please.");
        else if (files.length) put(input, files[0]);
      });
      input.addEventListener("change", () => tooLarge(input));
      // The server cannot fill in a file input, but this script still has the file.
      if (kept && !form.elements.content) put(input, kept);
    });
  }

  history.replaceState(at, "");
  window.addEventListener("popstate", ({ state }) => {
    // A link to a field adds a history step of its own, which shows the same page.
    if (state === null) history.replaceState(at, "");
    else if (steps[state]) turnTo(state);
  });

  prepare();
})();
