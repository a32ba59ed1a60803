"use strict";
// Filters live in the URL's fragment: #v=FAILURE,CRASH&e=pv64&q=text&i=name.
// Without scripts the page shows everything, and details open by hand.
(() => {
  const all = selector => [...document.querySelectorAll(selector)];
  const items = all(".i"), cells = all(".c"), rows = all(".grid tbody tr");
  const toggles = all(".filters button[data-key]");
  const box = document.getElementById("q");
  const status = document.getElementById("shown");
  const texts = new Map();

  function state() {
    const words = new URLSearchParams(location.hash.slice(1));
    const set = key => new Set((words.get(key) || "").split(",")
      .filter(word => word));
    return {v: set("v"), e: set("e"), q: words.get("q") || "",
            i: words.get("i") || ""};
  }

  function go(change, replace) {
    const now = {...state(), i: "", ...change};
    const parts = [];
    for (const key of ["v", "e"])
      if (now[key].size)
        parts.push(key + "=" + [...now[key]].map(encodeURIComponent).join(","));
    for (const key of ["q", "i"])
      if (now[key])
        parts.push(key + "=" + encodeURIComponent(now[key]));
    const hash = "#" + parts.join("&");
    if (replace)
      history.replaceState(null, "", hash);
    else
      history.pushState(null, "", hash);
    show();
  }

  function text(item) {
    if (!texts.has(item)) {
      const found = [...item.querySelectorAll("summary, .said")]
        .map(part => part.textContent);
      texts.set(item, (item.dataset.name + " " + found.join(" "))
        .toLowerCase());
    }
    return texts.get(item);
  }

  function show() {
    const {v, e, q, i} = state();
    const words = q.toLowerCase().split(/\s+/).filter(word => word);
    const shown = new Set();
    for (const item of items) {
      const fits = (!v.size || v.has(item.dataset.v))
        && (!e.size || e.has(item.dataset.e))
        && words.every(word => text(item).includes(word));
      item.hidden = !fits && item.dataset.name !== i;
      if (fits)
        shown.add(item.dataset.name);
    }
    for (const cell of cells)
      cell.classList.toggle("out", !shown.has(cell.dataset.name));
    for (const row of rows)
      row.hidden = !row.querySelector(".c:not(.out)");
    for (const button of toggles)
      button.setAttribute("aria-pressed",
        state()[button.dataset.key].has(button.dataset.value));
    if (box && box.value !== q)
      box.value = q;
    if (status)
      status.textContent = shown.size === items.length
        ? `${items.length} shown` : `${shown.size} of ${items.length} shown`;
    const target = i && document.getElementById("i=" + i);
    if (target) {
      target.open = true;
      target.scrollIntoView();
      target.querySelector("summary").focus({preventScroll: true});
    }
  }

  for (const button of toggles)
    button.addEventListener("click", () => {
      const set = state()[button.dataset.key];
      if (!set.delete(button.dataset.value))
        set.add(button.dataset.value);
      go({[button.dataset.key]: set});
    });
  if (box)
    box.addEventListener("input", () => go({q: box.value.trim()}, true));
  for (const cell of cells)
    cell.addEventListener("click", event => {
      if (event.ctrlKey || event.metaKey || event.shiftKey)
        return;
      event.preventDefault();
      go({i: cell.dataset.name});
    });

  document.addEventListener("click", event => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const text = copy.parentElement.querySelector("code").textContent;
      const done = () => { copy.textContent = "copied"; };
      if (navigator.clipboard)
        navigator.clipboard.writeText(text).then(done, () => {});
    }
    const view = event.target.closest("[data-view]");
    if (view) {
      const part = view.closest(".log");
      part.classList.remove("only-xen", "only-guest");
      if (view.dataset.view)
        part.classList.add(view.dataset.view);
      for (const other of part.querySelectorAll("[data-view]"))
        other.setAttribute("aria-pressed", other === view);
    }
  });

  // A console opens where it says what went wrong.
  function settle(pre) {
    const marks = pre.querySelectorAll("mark");
    const last = marks[marks.length - 1];
    if (last)
      pre.scrollTop = last.offsetTop - pre.offsetTop - pre.clientHeight / 2;
    else
      pre.scrollTop = pre.scrollHeight;
  }
  document.addEventListener("toggle", event => {
    if (event.target.open)
      for (const pre of event.target.querySelectorAll(".console"))
        if (pre.clientHeight)
          settle(pre);
  }, true);

  function step(by, wanted) {
    const open = items.filter(item => !item.hidden && wanted(item));
    if (!open.length)
      return;
    const at = open.indexOf(document.activeElement.closest(".i"));
    const next = at < 0 ? (by > 0 ? 0 : open.length - 1)
      : (at + by + open.length) % open.length;
    open[next].querySelector("summary").focus();
    open[next].scrollIntoView({block: "nearest"});
  }

  function move(cell, key) {
    const row = cell.closest("tr");
    const place = line => [...line.querySelectorAll(".c")];
    let next;
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const line = place(row);
      next = line[line.indexOf(cell) + (key === "ArrowLeft" ? -1 : 1)];
    } else {
      const lines = rows.filter(line => !line.hidden);
      const line = lines[lines.indexOf(row) + (key === "ArrowUp" ? -1 : 1)];
      const column = cell.closest("td").cellIndex;
      next = line && (place(line).find(
        other => other.closest("td").cellIndex >= column) || place(line).pop());
    }
    if (next)
      next.focus();
  }

  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey)
      return;
    if (event.target === box) {
      if (event.key === "Escape")
        box.blur();
      return;
    }
    const cell = event.target.closest && event.target.closest(".c");
    if (cell && event.key.startsWith("Arrow"))
      move(cell, event.key);
    else if (event.key === "/" && box)
      box.focus();
    else if (event.key === "j" || event.key === "k")
      step(event.key === "j" ? 1 : -1, () => true);
    else if (event.key === "n" || event.key === "p")
      step(event.key === "n" ? 1 : -1, item => "bad" in item.dataset);
    else if (event.key === "Escape")
      go({v: new Set(), e: new Set(), q: ""});
    else
      return;
    event.preventDefault();
  });

  addEventListener("beforeprint", () => {
    for (const item of items)
      item.open = item.open || "bad" in item.dataset;
  });
  addEventListener("hashchange", show);
  addEventListener("popstate", show);
  show();
  for (const pre of all(".i[open] details[open] .console").slice(0, 20))
    settle(pre);
})();
