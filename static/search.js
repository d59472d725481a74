// The search box: rows as one types, keys, and what was searched last. The server makes the rows; the
// words go to it in a body and nowhere else. One request at a time, and rows are only ever shown for
// the words that stand in the box.
//
//   hears  hyperrun:search  {words, first}   open the box; `first`: closing it closes the panel, too
//   sends  hyperrun:open    {query, submit}  the words are handed to the chat
(() => {
  "use strict";
  const box = document.getElementById("search-box");
  if (!box) return;
  const say = box.dataset;
  const field = (id) => document.getElementById(id);
  const input = field("search-words");
  const list = field("search-rows");
  const ask = field("row-0");
  const found = field("search-found");
  const status = field("search-status");
  const opener = field("open-search");
  const forget = field("forget-searches");
  const words = () => input.value.trim().replace(/\s+/g, " ");
  const send = (name, detail) => document.dispatchEvent(new CustomEvent("hyperrun:" + name, { detail }));

  // What was searched last stays in this frame's storage, where it has any.
  const MOST_RECENT = 5;
  const KEY = "hyperrun-searches";
  const recent = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      return Array.isArray(kept) ? kept.filter((each) => typeof each === "string").slice(0, MOST_RECENT) : [];
    } catch { return []; }
  };
  const keepRecent = (kept) => {
    try {
      if (kept.length) localStorage.setItem(KEY, JSON.stringify(kept));
      else localStorage.removeItem(KEY);
    } catch { /* no storage: then not */ }
  };

  // A search that ends without a page and without a question is counted, by its words alone.
  let tried = "";
  const end = (led) => {
    if (tried.length > 2 && !led) navigator.sendBeacon(say.missed, new URLSearchParams({ words: tried }));
    tried = "";
  };
  const ledTo = () => {
    const now = words();
    if (now) keepRecent([now, ...recent().filter((each) => each !== now)].slice(0, MOST_RECENT));
    end(true);
  };

  // Rows
  const options = () => [...list.querySelectorAll("[role=option]")].filter((each) => !each.hidden);
  let active = null;
  const activate = (row) => {
    active?.setAttribute("aria-selected", "false");
    active = row ?? null;
    active?.setAttribute("aria-selected", "true");
    if (active) input.setAttribute("aria-activedescendant", active.id);
    else input.removeAttribute("aria-activedescendant");
    if (active && active !== ask) active.scrollIntoView({ block: "nearest" });
    else list.scrollTop = 0;
  };
  const show = (content) => {
    if (typeof content === "string") found.innerHTML = content; // our own server's, escaped there
    else found.replaceChildren(...content);
    list.removeAttribute("aria-busy");
    input.setAttribute("aria-expanded", String(options().length > 0));
    activate(ask.hidden ? null : ask);
  };
  let telling;
  const tell = (text) => {
    clearTimeout(telling);
    telling = setTimeout(() => { status.textContent = text; }, 500); // not at every letter
  };
  const note = (text) => {
    const line = document.createElement("p");
    line.className = "search-note";
    line.textContent = text;
    return line;
  };
  const made = (kind, name, text, attributes = {}) => {
    const element = document.createElement(kind);
    element.className = name;
    element.textContent = text;
    for (const each in attributes) element.setAttribute(each, attributes[each]);
    return element;
  };
  const showRecent = () => {
    const kept = recent();
    forget.hidden = !kept.length;
    const rows = kept.map((each, at) =>
      made("div", "search-row search-recent", each, { id: `row-${at + 1}`, role: "option", "aria-selected": "false", dir: "auto" }));
    const group = made("div", "search-page", "", { role: "group", "aria-label": say.sayRecent });
    group.append(made("p", "search-kind", say.sayRecent, { "aria-hidden": "true" }), ...rows);
    show(rows.length ? [group] : []);
    tell("");
  };

  // Asking the server: what was typed meanwhile is asked for next, and what lies between is not.
  const known = new Map();
  const MOST_KNOWN = 60;
  let isAsking = false;
  let resting;
  const RESTS_MS = 300; // without a letter
  const type = () => {
    clearTimeout(resting);
    const now = words();
    ask.hidden = !now;
    ask.querySelector(".search-heading").textContent = say.sayAsk.replace("…", now);
    if (!now) {
      end(false);
      showRecent();
      return;
    }
    tried = now;
    forget.hidden = true;
    activate(ask);
    if (known.has(now)) showFound(now);
    else if (!isAsking) look(now);
    else list.setAttribute("aria-busy", "true");
  };
  const showFound = (now) => {
    const html = known.get(now);
    show(html || [note(say.sayNone)]);
    const count = options().length - 1;
    tell(!count ? say.sayNone : count === 1 ? say.sayOne : say.sayCount.replace("…", count));
  };
  const look = async (now, rests = "") => {
    isAsking = true;
    list.setAttribute("aria-busy", "true");
    let problem = "";
    let inHaste = false;
    try {
      const body = new URLSearchParams({ words: now, lang: document.documentElement.lang, rests });
      const answer = await fetch(say.post, { method: "POST", body, signal: AbortSignal.timeout(8000) });
      const text = await answer.text();
      const told = answer.headers.get("X-HyperRun");
      if (answer.ok && !/^\s*<(!doctype|html)/i.test(text)) { // such a one is a network's or a proxy's
        known.set(now, text);
        inHaste = told === "in haste";
        if (known.size > MOST_KNOWN) known.delete(known.keys().next().value);
      } else problem = (told === "problem" && new DOMParser().parseFromString(text, "text/html").body.textContent.trim()) || say.sayAway;
    } catch { problem = say.sayAway; }
    isAsking = false;
    if (words() !== now) {
      if (words() && !known.has(words())) look(words());
    } else if (problem) {
      show([note(problem)]);
      tell(problem);
    } else if (!rests || active === ask) showFound(now); // whoever is on a row already keeps it
    if (!inHaste) return;
    known.delete(now); // by names alone, for many type: it is asked again when they rest
    if (!rests) resting = setTimeout(() => words() === now && !isAsking && look(now, "1"), RESTS_MS);
  };

  // Open and closed
  let isFirst = false;
  const open = (given = "", first = false) => {
    isFirst = first;
    box.hidden = false;
    box.parentNode.classList.add("searches");
    opener?.setAttribute("aria-expanded", "true");
    if (given) input.value = given;
    input.focus();
    input.select();
    type();
  };
  const close = (focus = true) => {
    if (box.hidden) return;
    end(false);
    box.hidden = true;
    box.parentNode.classList.remove("searches");
    opener?.setAttribute("aria-expanded", "false");
    input.value = "";
    if (focus) field("query")?.focus();
  };
  const leave = () => {
    close(!isFirst);
    if (isFirst) send("close");
  };
  const handOver = (query) => {
    ledTo();
    close(false);
    send("open", { query, submit: true });
  };
  const choose = (row) => {
    if (row === ask) handOver(words());
    else if (row.matches(".search-recent")) {
      input.value = row.textContent;
      type();
    } else if (row.href) {
      ledTo();
      row.click();
    } else handOver(row.querySelector(".search-heading").textContent);
  };

  input.addEventListener("input", type);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const rows = options();
    const at = rows.indexOf(active);
    if (event.key === "ArrowDown" && rows.length) activate(rows[(at + 1) % rows.length]);
    else if (event.key === "ArrowUp" && rows.length) activate(rows[(at < 0 ? 0 : at + rows.length - 1) % rows.length]);
    else if (event.key === "Enter" && active) choose(active);
    else return;
    event.preventDefault();
  });
  field("search-form").addEventListener("submit", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[role=option]");
    if (!row) return;
    if (row.href && event.isTrusted) ledTo();
    else if (!row.href) choose(row);
  });
  forget.addEventListener("click", () => {
    keepRecent([]);
    showRecent();
    input.focus();
  });
  field("close-search").addEventListener("click", leave);
  opener?.addEventListener("click", () => open());
  window.addEventListener("pagehide", () => end(false));

  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (key === "escape" && !box.hidden && !event.isComposing) {
      event.preventDefault();
      leave();
      return;
    }
    const isWord = event.target.closest?.("input, textarea, select, [contenteditable]");
    const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && key === "k";
    if (document.querySelector("dialog[open]")) return;
    if (!isCommand && !(key === "/" && !isWord && !event.ctrlKey && !event.metaKey && !event.altKey)) return;
    const modal = field("ask-modal");
    if (modal && !modal.checked) modal.click();
    event.preventDefault();
    open();
  });
  document.addEventListener("hyperrun:search", ({ detail }) => open(detail.words, detail.first));
  document.addEventListener("hyperrun:open", () => close(false));
})();
