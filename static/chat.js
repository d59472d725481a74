// What HTML cannot do by itself on the chat page: keys, scrolling, and keeping the token. htmx does the
// requests and the stream; reading.js serves an answer's text; frame.js speaks with the page around us.
(() => {
  "use strict";
  const panel = document.querySelector(".chat-panel");
  if (!panel) return;
  const say = panel.dataset;
  const messages = document.getElementById("messages");
  const status = document.getElementById("status");
  const composer = document.getElementById("composer");
  const field = (id) => document.getElementById(id);
  const query = () => field("query");

  // Storage may be blocked, wholly or in part; what cannot be kept is done without. A tab goes on with
  // what it had itself, and a new one with what the last one had.
  const storages = ["sessionStorage", "localStorage"].flatMap((name) => {
    try {
      const storage = window[name];
      storage.setItem("hyperrun-test", "1");
      storage.removeItem("hyperrun-test");
      return [storage];
    } catch { return []; }
  });
  const keep = (name, value) => {
    for (const storage of storages) try {
      if (value) storage.setItem("hyperrun-" + name, value);
      else storage.removeItem("hyperrun-" + name);
    } catch { /* full, or gone: then not */ }
  };
  const kept = (name) => {
    for (const storage of storages) try {
      const value = storage.getItem("hyperrun-" + name);
      if (value) return value;
    } catch { /* the next one */ }
    return "";
  };
  const tell = (name, detail) => document.dispatchEvent(new CustomEvent("hyperrun:" + name, { detail }));

  // The token: every answer to a question renews the field; without storage the page around us keeps it.
  let token = "";
  const remember = () => {
    const value = field("token").value;
    if (!value || value === token) return;
    token = value;
    keep("token", token);
    if (!storages.length) tell("keep", { token });
  };
  // What the styles want to know of the conversation. Asked by `:has()`, it would have every style below
  // the panel worked out anew with each word of an answer.
  const mark = () => {
    const { classList } = panel;
    classList.toggle("asked", Boolean(messages.querySelector(".exchange")));
    classList.toggle("running", Boolean(messages.querySelector("[data-running]")));
    classList.toggle("known", Boolean(field("token").value));
  };
  document.addEventListener("htmx:afterSwap", mark);
  const readHistory = () =>
    htmx.ajax("POST", say.history, { target: messages, swap: "innerHTML", source: messages, values: { token } });
  const restore = (value) => {
    if (!value || token) return;
    token = field("token").value = value;
    mark();
    readHistory();
  };
  document.addEventListener("hyperrun:token", (event) => restore(event.detail.token));

  // What one has opened out of a sheet takes the sheet away.
  const uncover = () => {
    if (!field("panel").firstElementChild) for (const each of panel.children) each.inert = false;
  };

  // Every tab of a conversation shows what is asked, tried again or deleted in one of them.
  const CHANGES = /^(ask|retry\/.*|continue\/.*|delete-conversation|clear-messages)$/;
  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig, successful } = event.detail;
    if (!successful) return;
    uncover();
    const { path, parameters } = requestConfig;
    const changed = path === "clear-messages" ? "" : parameters.other || parameters.token;
    if (CHANGES.test(path)) keep("changed", changed + " " + Date.now());
    // What was clicked is gone; the next thing to do is to read, or to ask.
    if (path === "open-conversation" && parameters.other) messages.focus();
    else if (path === "open-conversation" || path === "clear-messages") query().focus();
  });
  window.addEventListener("storage", (event) => {
    if (event.storageArea !== storages.at(-1) || !event.newValue) return;
    if (event.key === "hyperrun-token") restore(event.newValue);
    else if (event.key === "hyperrun-changed" && token) {
      const changed = event.newValue.split(" ")[0];
      if (!changed || changed === token) readHistory();
    }
  });

  // Scrolling: with the answer, unless the reader has gone up to read.
  let atEnd = true;
  let lastTop = 0;
  const toEnd = field("to-end");
  // An attribute that is set again, to what it was, has the styles of the whole panel looked at again.
  const offerEnd = (wanted) => { if (toEnd.hidden === wanted) toEnd.hidden = !wanted; };
  const below = () => messages.scrollHeight - messages.scrollTop - messages.clientHeight;
  const nearEnd = () => below() < 48;
  const farFromEnd = () => below() > messages.clientHeight / 3; // else one sees it from here
  // Only a reader ever scrolls up: new words move the end away, but never the place one is at.
  messages.addEventListener("scroll", () => {
    if (nearEnd()) atEnd = true;
    else if (messages.scrollTop < lastTop) atEnd = false;
    lastTop = messages.scrollTop;
    offerEnd(!atEnd && farFromEnd());
  }, { passive: true });
  // An answer that is there at once is read from its question on; its end would be seen first.
  const AT_ONCE_MS = 1000;
  let beganAt = -Infinity; // Infinity until its first words
  const isAtOnce = (newest) => {
    if (beganAt === Infinity && newest?.querySelector(".blocks > *, .live > :not(.dots)")) beganAt = performance.now();
    return newest && performance.now() - beganAt < AT_ONCE_MS;
  };
  let scrolling = 0;
  const follow = () => {
    if (scrolling) return;
    scrolling = requestAnimationFrame(() => {
      scrolling = 0;
      const end = messages.scrollHeight - messages.clientHeight;
      const newest = [...messages.querySelectorAll(".exchange")].pop();
      if (atEnd && isAtOnce(newest)) {
        const top = messages.scrollTop + newest.getBoundingClientRect().top - messages.getBoundingClientRect().top;
        atEnd = end <= top;
        messages.scrollTop = Math.min(end, top);
      } else if (atEnd) messages.scrollTop = end;
      if (!atEnd) offerEnd(farFromEnd());
    });
  };
  for (const type of ["wheel", "touchmove", "pointerdown", "keydown"])
    messages.addEventListener(type, () => { beganAt = -Infinity; }, { passive: true });
  toEnd.addEventListener("click", () => { beganAt = -Infinity; atEnd = true; offerEnd(false); follow(); });
  new ResizeObserver(follow).observe(messages);

  // The stream. `more` is text at the end of the growing block; htmx swaps everything else.
  const lastText = (node) => {
    while (node.lastChild) node = node.lastChild;
    return node;
  };
  document.addEventListener("htmx:sseBeforeMessage", (event) => {
    if (event.detail.type !== "more") return;
    event.preventDefault();
    const end = lastText(event.target);
    if (end.nodeType === Node.TEXT_NODE) end.appendData(event.detail.data);
    else end.append(event.detail.data);
    follow();
  });
  document.addEventListener("htmx:sseMessage", (event) => {
    follow();
    if (event.detail.type !== "block") announce(event.target.closest(".answer")); // still in `live`, too
  });

  // For who wishes so, an answer is said in finished sentences while it is written.
  const spoken = field("spoken");
  const announces = () => kept("announces") === "1";
  const spokenOf = (answer) => [...answer.querySelectorAll(".blocks > *, .live > *")].map((node) => {
    if (node.matches(".code")) return node.querySelector(".code-name").textContent;
    const copy = node.cloneNode(true);
    for (const citation of copy.querySelectorAll(".citation")) citation.remove();
    for (const code of copy.querySelectorAll(".code")) code.replaceWith(code.querySelector(".code-name").textContent);
    return copy.textContent.trim();
  }).filter(Boolean).join("\n").trim();
  let said = [null, 0]; // of which answer, how many characters
  const announce = (answer, isWhole = false) => {
    if (!answer || !announces()) return;
    if (said[0] !== answer) {
      said = [answer, 0];
      spoken.replaceChildren();
    }
    const words = spokenOf(answer);
    const fresh = words.slice(said[1]);
    const end = isWhole ? fresh.length : Math.max(...[...fresh.matchAll(/[.!?。！？][)"”]?(?=\s)|\n/g)].map((each) => each.index + each[0].length), 0);
    if (!fresh.slice(0, end).trim()) return;
    said[1] += end;
    const sentence = document.createElement("span");
    sentence.textContent = fresh.slice(0, end).trim() + " ";
    spoken.append(sentence);
  };
  document.addEventListener("change", (event) => {
    if (event.target.id === "announces") keep("announces", event.target.checked ? "1" : "");
  });

  // From question to question with Alt and the arrows.
  messages.addEventListener("keydown", (event) => {
    if (!event.altKey || !/^Arrow(Up|Down)$/.test(event.key)) return;
    const all = [...messages.querySelectorAll(".exchange")];
    const at = all.indexOf(document.activeElement.closest(".exchange"));
    const next = event.key === "ArrowUp" ? (at < 0 ? all.length : at) - 1 : at + 1;
    if (!all[next]) return;
    event.preventDefault();
    atEnd = false;
    all[next].focus({ preventScroll: true });
    all[next].scrollIntoView({ block: "start" });
  });
  document.addEventListener("htmx:sseOpen", (event) => {
    status.textContent = say.sayAnswering;
    delete event.target.dataset.lost;
  });
  // The stylesheet shows it under what has come; it goes when the stream is there again.
  document.addEventListener("htmx:sseError", (event) => {
    status.textContent = event.target.dataset.lost = say.sayConnection;
    follow();
  });
  document.addEventListener("htmx:sseClose", (event) => {
    const bubble = event.target;
    if (event.detail.type !== "message" || !bubble.matches("[data-running]")) return;
    bubble.removeAttribute("data-running");
    mark();
    bubble.removeAttribute("aria-busy");
    bubble.removeAttribute("sse-connect");
    delete bubble.dataset.lost;
    isAtOnce(bubble); // its first words may have come with its end
    if (beganAt === Infinity) beganAt = -Infinity;
    follow();
    if (bubble.querySelector(".ask-again")) { // which is an alert
      status.textContent = "";
      return;
    }
    announce(bubble, true);
    const words = spokenOf(bubble);
    const sentence = words.match(/^[\s\S]{1,200}?[.!?。！？](?=\s|$)/)?.[0] || words.slice(0, 200);
    status.textContent = announces() ? say.sayReady : say.sayReady + " " + sentence;
    tell("answer", { id: bubble.closest(".exchange")?.id.slice(5) || "" });
  });

  // Long questions are folded.
  const fold = (root) => {
    for (const question of root.querySelectorAll(".question:not([data-seen])")) {
      question.dataset.seen = "1";
      if (question.scrollHeight < 260) continue;
      question.classList.add("folded");
      const more = document.createElement("button");
      more.type = "button";
      more.className = "btn btn-sm btn-ghost unfold";
      more.textContent = say.sayMore;
      question.after(more);
    }
  };
  fold(document);

  // Asking
  const size = () => {
    const box = query();
    box.style.height = "auto";
    box.style.height = Math.min(box.scrollHeight, 160) + "px";
  };
  const past = [];
  let place = 0;
  const put = (text) => {
    const box = query();
    box.value = text;
    box.selectionStart = box.selectionEnd = text.length;
    size();
  };
  // The turn that the next question takes the place of; "": none.
  const edit = (turn) => {
    field("edits").value = turn;
    field("edit-chip").hidden = !turn;
  };
  const edited = () => field("edits").value;
  const submit = () => composer.requestSubmit();
  const ask = (text) => { put(text); submit(); };
  composer.addEventListener("input", () => { keep("draft", query().value); size(); place = past.length; });
  composer.addEventListener("keydown", (event) => {
    if (event.target.id !== "query" || event.isComposing) return;
    const box = event.target;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape") {
      const running = panel.querySelector("[data-running]");
      if (!running) return; // the page around us closes
      event.preventDefault();
      htmx.trigger(running, "stop");
    } else if (event.key === "ArrowUp" && box.selectionEnd === 0 && place > 0) {
      event.preventDefault();
      put(past[--place]);
      box.selectionStart = box.selectionEnd = 0;
    } else if (event.key === "ArrowDown" && place < past.length && box.selectionStart === box.value.length) {
      event.preventDefault();
      put(past[++place] || "");
    }
  });
  // From the press until the server has answered: on a slow line nothing else would show it.
  const sending = (isOn) => {
    status.textContent = isOn ? say.saySending : "";
    field("send").ariaBusy = isOn ? "true" : null;
  };
  composer.addEventListener("htmx:confirm", (event) => {
    if (event.target !== composer) return;
    const isSending = composer.matches(".htmx-request"); // where that fails, a second would follow
    const goes = query().value.trim() && !isSending && !panel.querySelector("[data-running]");
    if (!goes) event.preventDefault();
    sending(goes || isSending);
  });
  composer.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target !== composer) return;
    atEnd = true;
    beganAt = -Infinity; // what went wrong is told at the end
    past.push(query().value);
    place = past.length;
  });
  // What was typed while the question was on its way; a fresh box comes back with it.
  let typed = "";
  messages.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.requestConfig.elt === composer) typed = query().value === past.at(-1) ? "" : query().value;
  });
  composer.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== composer) return;
    sending(false);
    if (!event.detail.successful) return;
    beganAt = Infinity;
    keep("draft", typed);
    edit("");
    forgetSelection();
    put(typed);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const link = event.target.querySelector?.("a[data-copy]");
    if (link) {
      link.removeAttribute("data-copy");
      tell("copy", { text: link.href });
    }
    if (edited() && !field(`turn-${edited()}`)) edit(""); // cleared, or gone in another tab
    mark();
    remember();
    fold(event.target);
    follow();
  });

  // What goes wrong stands under the conversation, never in the place of something that went well.
  const problem = (text, inside = messages) => {
    for (const old of document.querySelectorAll(".problem")) old.remove();
    const notice = field("problem").content.firstElementChild.cloneNode(true);
    inside.append(notice);
    notice.querySelector("span").textContent = text;
    notice.scrollIntoView({ block: "nearest" });
    follow();
  };
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["Accept-Language"] = document.documentElement.lang;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb !== "post") return;
    for (const old of document.querySelectorAll(".problem")) old.remove();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, elt } = event.detail;
    // Ours are never whole documents: a network or a proxy asks to log in, with status 200.
    const isForeign = /^\s*<(!doctype|html)/i.test(xhr.responseText);
    if (xhr.status < 400 && !isForeign) return;
    event.detail.isError = true;
    event.detail.shouldSwap = false;
    if (xhr.getResponseHeader("X-HyperRun") === "problem") {
      const told = new DOMParser().parseFromString(xhr.responseText, "text/html").body.textContent;
      problem(told.trim(), near(elt));
    } else if (event.detail.requestConfig.path === say.history && !isForeign) setTimeout(readHistory, later());
    else problem(say.sayUnreachable, near(elt));
  });
  const near = (element) => element.closest(".key-form, .sheet-body, .modal-box") ?? messages;
  const later = () => 1000 + Math.random() * 2000;
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.requestConfig.path === say.history) setTimeout(readHistory, later());
    else problem(navigator.onLine ? say.sayUnreachable : say.sayOffline, near(event.detail.elt));
  });
  addEventListener("online", () => {
    for (const notice of document.querySelectorAll(".problem"))
      if (notice.querySelector("span").textContent === say.sayOffline) notice.remove();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.id === "stop") {
      const running = panel.querySelector("[data-running]");
      if (running) htmx.trigger(running, "stop");
      query().focus();
    } else if (button.id === "close" || button.id === "expand") tell(button.id);
    else if (button.id === "languages") openSheet(field("language-sheet").content.firstElementChild.cloneNode(true));
    else if (button.matches(".starter")) ask(button.textContent.trim());
    else if (button.matches(".ask-again")) ask(button.closest(".exchange").querySelector(".question").textContent);
    else if (button.matches(".unfold")) {
      button.previousElementSibling.classList.remove("folded");
      button.remove();
    } else if (button.matches(".edit")) {
      edit(button.dataset.turn);
      put(button.closest(".chat").querySelector(".question").textContent);
      query().focus();
    } else if (button.matches(".copy-answer")) tell("copy", { text: asMarkdown(button.closest(".answer")), button });
    else if (button.id === "copy-conversation") tell("copy", { text: conversation(), button });
    else if (button.matches(".thumb")) {
      for (const thumb of button.parentNode.querySelectorAll(".thumb"))
        thumb.setAttribute("aria-pressed", String(thumb === button));
      tell("feedback", { rating: Number(button.dataset.rating), id: button.closest(".exchange").id.slice(5) });
    } else if (button.matches(".chip-remove")) {
      const chip = button.closest(".chip");
      chip.hidden = true;
      if (chip.id === "page-chip") {
        noPage = true;
        for (const id of ["page-url", "page-title", "page-heading"]) field(id).value = "";
      } else if (chip.id === "edit-chip") {
        edit("");
        put("");
      } else forgetSelection();
      query().focus();
    }
  });
  // HTML that our own renderer made, back to Markdown.
  const FENCE = "```";
  const inline = (node) => [...node.childNodes].map((child) => {
    if (child.nodeType === Node.TEXT_NODE) return child.data;
    if (child.nodeType !== Node.ELEMENT_NODE) return "";
    const inner = inline(child);
    switch (child.localName) {
      case "strong": case "b": return `**${inner}**`;
      case "em": case "i": return `*${inner}*`;
      case "del": case "s": return `~~${inner}~~`;
      case "code": return "`" + child.textContent + "`";
      case "br": return "\n";
      case "a": return child.matches(".citation") ? `[${child.textContent}](${child.href})` : `[${inner}](${child.href})`;
      case "math": return child.querySelector("annotation")?.textContent || child.textContent;
      default: return inner;
    }
  }).join("");
  const block = (node, indent = "") => {
    const children = () => [...node.children].map((child) => block(child, indent)).filter(Boolean).join("\n\n");
    switch (node.localName) {
      case "h1": case "h2": case "h3": case "h4": case "h5": case "h6":
        return "#".repeat(Number(node.localName[1])) + " " + inline(node);
      case "pre": {
        const code = node.querySelector("code") || node;
        const language = (code.className.match(/language-(\S+)/) || [])[1] || "";
        const name = node.closest(".code")?.querySelector(".code-name")?.textContent || "";
        const title = name && name !== language ? ` title="${name}"` : "";
        return `${FENCE}${language}${title}\n${code.textContent.replace(/\n$/, "")}\n${FENCE}`;
      }
      case "button": return "";
      case "div": if (node.matches(".code-head")) return ""; return children();
      case "ul": case "ol":
        return [...node.children].map((item, index) => {
          const mark = node.localName === "ol" ? `${index + (node.start || 1)}. ` : "- ";
          const text = item.querySelector(":scope > p, :scope > ul, :scope > ol, :scope > div, :scope > pre")
            ? [...item.childNodes].map((child) => child.nodeType === Node.ELEMENT_NODE && !["code", "a", "strong", "em"].includes(child.localName) ? block(child) : inline({ childNodes: [child] }).trim()).filter(Boolean).join("\n")
            : inline(item);
          return mark + text.replaceAll("\n", "\n" + " ".repeat(mark.length));
        }).join("\n");
      case "blockquote": return children().replace(/^/gm, "> ");
      case "hr": return "---";
      case "table":
        return [...node.rows].map((row, index) => {
          const line = "| " + [...row.cells].map((cell) => inline(cell).replaceAll("|", "\\|")).join(" | ") + " |";
          return index ? line : line + "\n|" + " --- |".repeat(row.cells.length);
        }).join("\n");
      case "p": return inline(node);
      default: return node.children.length ? children() : inline(node);
    }
  };
  const asMarkdown = (answer) => [...answer.querySelectorAll(".blocks > *, .live > *")]
    .map((node) => block(node)).filter(Boolean).join("\n\n");
  const conversation = () => [...messages.querySelectorAll(".exchange")].map((exchange) =>
    `**${say.sayYou}:** ${exchange.querySelector(".question").textContent}\n\n${asMarkdown(exchange.querySelector(".answer"))}`
  ).join("\n\n---\n\n");

  // Where the reader is: the page around us says it, a chip shows it, the reader may remove it.
  let noPage = false;
  let offered = []; // the site's own questions
  const chip = (id, text) => {
    const element = field(id);
    element.hidden = !text;
    if (text) element.querySelector(".chip-text").textContent = text;
  };
  const forgetSelection = () => { field("selection").value = ""; field("selection-chip").hidden = true; };
  let askedAbout = "";
  const askAboutPage = () => {
    const url = field("page-url").value;
    if (!url || offered.length || url === askedAbout || !field("starters") || messages.querySelector(".exchange")) return;
    askedAbout = url;
    const values = { page_url: url, page_title: field("page-title").value };
    htmx.ajax("POST", say.starters, { target: "#starters", swap: "outerHTML", values });
  };
  document.addEventListener("hyperrun:page", ({ detail }) => {
    field("page-version").value = detail.version || "";
    if (!noPage) {
      field("page-url").value = detail.url || "";
      field("page-title").value = detail.title || "";
      field("page-heading").value = detail.heading || "";
      const name = detail.title || detail.url || "";
      chip("page-chip", name && document.querySelector(".chips").dataset.sayPage.replace("…", name));
      askAboutPage();
    }
    if (detail.selection) {
      field("selection").value = detail.selection;
      field("selection-chip").hidden = false;
    }
  });
  document.addEventListener("hyperrun:open", ({ detail }) => {
    if (detail?.query) {
      if (detail.submit) ask(detail.query);
      else put(detail.query);
    }
    if (detail?.focus !== false) query().focus();
  });
  document.addEventListener("hyperrun:title", ({ detail }) => {
    if (detail.title) document.querySelector(".chat-title").textContent = detail.title;
  });
  document.addEventListener("hyperrun:theme", ({ detail }) => {
    document.documentElement.dataset.theme = detail.theme;
  });
  // The page's own questions stand in the place of ours, in every new conversation.
  const offer = () => {
    const starters = field("starters");
    if (!starters || !offered.length || starters.dataset.seen) return;
    starters.dataset.seen = "1";
    const rows = field("question-row").content.firstElementChild.cloneNode(true);
    const row = rows.firstElementChild;
    rows.replaceChildren(...offered.map((question) => {
      const copy = row.cloneNode(true);
      copy.querySelector("span").textContent = question;
      return copy;
    }));
    starters.replaceChildren(rows);
  };
  document.addEventListener("htmx:afterSettle", offer);
  document.addEventListener("hyperrun:questions", ({ detail }) => {
    offered = (detail.questions || []).slice(0, 6);
    offer();
  });
  if (window.parent !== window) field("close")?.removeAttribute("hidden");
  document.addEventListener("hyperrun:size", ({ detail: { large, can } }) => {
    const button = field("expand");
    if (!button) return;
    button.hidden = !can;
    button.dataset.large = large;
    button.title = large ? say.sayShrink : say.sayExpand;
    button.setAttribute("aria-label", button.title);
  });

  // Our own dialog and not the browser's: Safari shows none of a frame on another site.
  const confirm = field("confirm");
  document.addEventListener("htmx:confirm", (event) => {
    const { question, issueRequest } = event.detail;
    if (!question) return;
    event.preventDefault();
    field("confirm-question").textContent = question;
    confirm.returnValue = "";
    confirm.onclose = () => { if (confirm.returnValue === "yes") issueRequest(true); };
    confirm.showModal();
  });
  // A sheet stands before the conversation, which is out of reach for as long.
  const openSheet = (sheet) => {
    if (sheet.parentNode !== field("panel")) field("panel").replaceChildren(sheet);
    const behind = [...panel.children].filter((each) => each.id !== "panel" && each.id !== "confirm");
    for (const each of behind) each.inert = true;
    sheet.addEventListener("close", () => {
      sheet.remove();
      uncover();
      menu.querySelector("summary").focus();
    });
    const box = sheet.querySelector("#announces");
    if (box) box.checked = announces();
    sheet.show();
    (sheet.querySelector(".conversation") || sheet.querySelector("button")).focus();
  };

  // The menu closes with what it opens, and with a press beside it.
  const menu = field("menu");
  document.addEventListener("click", (event) => {
    for (const each of document.querySelectorAll(".menu[open], .about-answer[open]"))
      if (!each.contains(event.target) || event.target.closest(".menu-item:not(#copy-conversation)")) each.open = false;
  });
  document.addEventListener("focusin", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  // The reader's own language is kept; the page goes on with what the site has told it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-language]");
    if (!link) return;
    event.preventDefault();
    keep("language", link.dataset.language);
    location.replace(link.search + location.hash);
  });

  // Escape closes what is open only, and not the panel around it as well.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("dialog[open]:modal") ?? document.querySelector("dialog[open], .menu[open], .about-answer[open]");
    if (!open) return;
    event.preventDefault();
    if (open.close) return open.close();
    open.open = false;
    open.querySelector("summary").focus();
  });

  // How long ago, in the reader's language and by his own calendar.
  const ago = (time) => {
    const then = new Date(time.dateTime);
    const { lang } = document.documentElement;
    const minutes = Math.max(0, Math.round((Date.now() - then) / 6e4));
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(then).setHours(0, 0, 0, 0)) / 864e5);
    time.title = then.toLocaleString(lang);
    if (days > 30) return then.toLocaleDateString(lang, { dateStyle: "medium" });
    const told = !minutes ? [0, "second"] : minutes < 60 ? [minutes, "minute"]
      : minutes < 720 || !days ? [Math.floor(minutes / 60), "hour"] : [days, "day"];
    return new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(-told[0], told[1]);
  };
  // A sheet opens when it has arrived.
  document.addEventListener("htmx:afterSettle", (event) => {
    for (const time of event.target.querySelectorAll?.("time") ?? []) time.textContent = ago(time);
    const sheet = field("panel").querySelector("dialog");
    if (sheet && !sheet.open) openSheet(sheet);
    else if (event.target.id === "conversation-list") (sheet?.querySelector(".conversation") ?? sheet?.querySelector("button"))?.focus();
  });

  // The modal on the local page: a checkbox that opens and closes as a button would.
  const modal = field("ask-modal");
  const toggled = () => setTimeout(() => (modal.checked ? query() : modal).focus(), 100);
  modal?.addEventListener("change", toggled);
  modal?.form.addEventListener("reset", toggled);
  if (modal) document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === modal) modal.click();
    else if (event.key === "Escape" && modal.checked && !event.defaultPrevented) modal.form.reset();
  });

  const wished = kept("language");
  if (wished && wished !== document.documentElement.lang && panel.dataset.languages.split(" ").includes(wished))
    location.replace("?lang=" + wished + location.hash);
  if (kept("draft")) put(kept("draft"));
  restore(kept("token"));
  // In a frame the page around us says when: it loads us before the reader has opened anything.
  if (!modal && window.parent === window) query().focus({ preventScroll: true });
  document.documentElement.dataset.ready = "1";
  tell("ready");
})();
