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
  const readHistory = () =>
    htmx.ajax("POST", say.history, { target: messages, swap: "innerHTML", source: messages, values: { token } });
  const restore = (value) => {
    if (!value || token) return;
    token = field("token").value = value;
    readHistory();
  };
  document.addEventListener("hyperrun:token", (event) => restore(event.detail.token));

  // Every tab of a conversation shows what is asked, tried again or deleted in one of them.
  const CHANGES = /^(ask|retry\/.*|continue\/.*|delete-conversation|clear-messages)$/;
  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig, successful } = event.detail;
    if (!successful) return;
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
  const nearEnd = () => messages.scrollHeight - messages.scrollTop - messages.clientHeight < 48;
  // Only a reader ever scrolls up: new words move the end away, but never the place one is at.
  messages.addEventListener("scroll", () => {
    if (nearEnd()) atEnd = true;
    else if (messages.scrollTop < lastTop) atEnd = false;
    lastTop = messages.scrollTop;
    toEnd.hidden = atEnd;
  }, { passive: true });
  let scrolling = 0;
  const follow = () => {
    if (scrolling) return;
    scrolling = requestAnimationFrame(() => {
      scrolling = 0;
      if (atEnd) messages.scrollTop = messages.scrollHeight;
      else toEnd.hidden = nearEnd();
    });
  };
  toEnd.addEventListener("click", () => { atEnd = true; toEnd.hidden = true; follow(); });
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
  document.addEventListener("htmx:sseMessage", follow);
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
    bubble.removeAttribute("aria-busy");
    bubble.removeAttribute("sse-connect");
    delete bubble.dataset.lost;
    const words = bubble.querySelector(".blocks")?.textContent.trim() || "";
    const sentence = words.match(/^[\s\S]{1,200}?[.!?。！？](?=\s|$)/)?.[0] || words.slice(0, 200);
    status.textContent = say.sayReady + " " + sentence;
    tell("answer", { id: bubble.closest(".exchange")?.id.slice(5) || "" });
    follow();
  });

  // Long questions are folded.
  const fold = (root) => {
    for (const question of root.querySelectorAll(".question:not([data-seen])")) {
      question.dataset.seen = "1";
      if (question.scrollHeight < 260) continue;
      question.classList.add("folded");
      const more = document.createElement("button");
      more.type = "button";
      more.className = "btn btn-xs btn-ghost unfold";
      more.textContent = say.sayMore;
      question.after(more);
    }
  };
  fold(document);

  // Asking
  const size = () => {
    const box = query();
    box.style.height = "auto";
    box.style.height = Math.min(box.scrollHeight + 2, 160) + "px";
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
  composer.addEventListener("htmx:confirm", (event) => {
    if (event.target !== composer) return;
    if (!query().value.trim() || panel.querySelector("[data-running]")) event.preventDefault();
  });
  composer.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target !== composer) return;
    atEnd = true;
    past.push(query().value);
    place = past.length;
  });
  composer.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== composer) return;
    if (!event.detail.successful) return;
    keep("draft", "");
    edit("");
    forgetSelection();
    size();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const link = event.target.querySelector?.("a[data-copy]");
    if (link) {
      link.removeAttribute("data-copy");
      tell("copy", { text: link.href });
    }
    if (!field(`turn-${field("edits").value}`)) edit(""); // cleared, or gone in another tab
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
    if (xhr.status < 400) return;
    event.detail.shouldSwap = false;
    if (xhr.getResponseHeader("X-HyperRun") === "problem") {
      const told = new DOMParser().parseFromString(xhr.responseText, "text/html").body.textContent;
      problem(told.trim(), near(elt));
    } else if (event.detail.requestConfig.path === say.history) setTimeout(readHistory, later());
    else problem(say.sayUnreachable, near(elt));
  });
  const near = (element) => element.closest(".key-form, .modal-box") ?? messages;
  const later = () => 1000 + Math.random() * 2000;
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.requestConfig.path === say.history) setTimeout(readHistory, later());
    else problem(say.sayUnreachable, near(event.detail.elt));
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.id === "stop") {
      const running = panel.querySelector("[data-running]");
      if (running) htmx.trigger(running, "stop");
      query().focus();
    } else if (button.id === "close") tell("close");
    else if (button.matches(".starter")) ask(button.textContent);
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
        return `${FENCE}${language}\n${code.textContent.replace(/\n$/, "")}\n${FENCE}`;
      }
      case "button": return "";
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
  const chip = (id, text) => {
    const element = field(id);
    element.hidden = !text;
    if (text) element.querySelector(".chip-text").textContent = text;
  };
  const forgetSelection = () => { field("selection").value = ""; field("selection-chip").hidden = true; };
  document.addEventListener("hyperrun:page", ({ detail }) => {
    if (!noPage) {
      field("page-url").value = detail.url || "";
      field("page-title").value = detail.title || "";
      field("page-heading").value = detail.heading || "";
      const name = detail.title || detail.url || "";
      chip("page-chip", name && document.querySelector(".chips").dataset.sayPage.replace("…", name));
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
  document.addEventListener("hyperrun:theme", ({ detail }) => {
    document.documentElement.dataset.theme = detail.theme;
  });
  // The page's own questions stand in the place of ours, in every new conversation.
  let offered = [];
  const offer = () => {
    const starters = field("starters");
    if (!starters || !offered.length || starters.dataset.seen) return;
    starters.dataset.seen = "1";
    starters.className = "starters";
    starters.replaceChildren(...offered.map((question) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm btn-outline starter";
      button.textContent = question;
      return button;
    }));
  };
  document.addEventListener("htmx:afterSettle", offer);
  document.addEventListener("hyperrun:questions", ({ detail }) => {
    offered = (detail.questions || []).slice(0, 6);
    offer();
  });
  if (window.parent !== window) field("close")?.removeAttribute("hidden");

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
  // Escape closes an open dialog only, and not the panel around it as well.
  document.addEventListener("keydown", (event) => {
    const dialog = event.key === "Escape" && document.querySelector("dialog[open]");
    if (!dialog) return;
    event.preventDefault();
    dialog.close();
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
  // A dialog opens when it has arrived.
  document.addEventListener("htmx:afterSettle", (event) => {
    for (const time of event.target.querySelectorAll?.("time") ?? []) time.textContent = ago(time);
    const dialog = field("panel").querySelector("dialog");
    if (dialog && !dialog.open && !dialog.dataset.seen) {
      dialog.dataset.seen = "1";
      dialog.showModal();
    } else if (event.target.id === "conversation-list") dialog?.querySelector("button").focus();
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

  if (kept("draft")) put(kept("draft"));
  restore(kept("token"));
  // In a frame the page around us says when: it loads us before the reader has opened anything.
  if (!modal && window.parent === window) query().focus({ preventScroll: true });
  document.documentElement.dataset.ready = "1";
  tell("ready");
})();
