// What a reader does with an answer's text, in the chat and on a shared answer's page: copies its
// code and looks at its sources.
(() => {
  "use strict";
  const page = document.querySelector("[data-say-copied]");
  if (!page) return;
  const say = page.dataset;

  // Copying works in a cross-site frame too, where the clipboard may be refused.
  const copy = async (text, button) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const box = document.createElement("textarea");
      box.value = text;
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
      button?.focus();
    }
    if (!button) return;
    document.getElementById("status").textContent = say.sayCopied;
    const icon = button.querySelector("use");
    if (icon?.getAttribute("href") === "#check") return; // a second click, still told
    const was = icon?.getAttribute("href");
    if (icon) icon.setAttribute("href", "#check");
    else button.textContent = say.sayCopied;
    setTimeout(() => {
      if (icon) icon.setAttribute("href", was);
      else button.textContent = say.sayCopy;
    }, 1500);
  };
  document.addEventListener("hyperrun:copy", ({ detail }) => copy(detail.text, detail.button));

  // Words for buttons that the renderer left unnamed.
  const label = (root) => {
    for (const button of root.querySelectorAll(".code .copy:empty")) {
      button.setAttribute("aria-label", say.sayCopy);
      button.textContent = say.sayCopy;
    }
  };
  // Pictures that the operator allows, in a room that is theirs before they have come.
  const origins = (say.images ?? "").split(" ").filter(Boolean);
  const picture = (root) => {
    for (const link of root.querySelectorAll(".blocks a.picture, .source-text a.picture")) {
      if (!origins.includes(link.origin) || link.firstElementChild) continue;
      const image = new Image();
      image.alt = link.textContent;
      image.loading = "lazy";
      image.onerror = () => link.replaceChildren(image.alt);
      image.src = link.href;
      link.replaceChildren(image);
    }
  };
  const dress = (root) => {
    label(root);
    if (origins.length) picture(root);
  };
  dress(document);
  for (const name of ["htmx:sseMessage", "htmx:afterSettle"])
    document.addEventListener(name, (event) => dress(event.target));

  // The card of a source: on hover and focus as a hint; on a press it stays, and can be gone into.
  const OPENS = "a.citation, .source-chip";
  let card = null;
  let told = null; // the citation or chip whose card it is
  let stays = false;
  let leaving;
  const sourceOf = (opener) => {
    const exchange = opener.closest(".exchange");
    return exchange && document.getElementById(`source-${exchange.id.slice(5)}-${opener.dataset.source}`);
  };
  const hideCard = () => {
    clearTimeout(leaving);
    card?.remove();
    told?.removeAttribute("aria-describedby");
    if (stays) told?.setAttribute("aria-expanded", "false");
    globalThis.CSS?.highlights?.delete("cited");
    card = told = null;
    stays = false;
  };
  const showCard = (opener, wish = false) => {
    const source = sourceOf(opener);
    hideCard();
    if (!source) return;
    card = source.cloneNode(true);
    card.id = "source-card";
    card.className = "source-card-float";
    told = opener;
    stays = wish;
    if (stays) {
      card.setAttribute("role", "dialog");
      card.setAttribute("aria-label", card.querySelector(".source-title").textContent);
      card.tabIndex = -1;
      told.setAttribute("aria-expanded", "true");
    } else {
      card.setAttribute("role", "tooltip");
      told.setAttribute("aria-describedby", card.id);
    }
    page.append(card);
    dress(card);
    const at = opener.getBoundingClientRect();
    const box = card.getBoundingClientRect();
    const below = at.bottom + 8 + box.height < innerHeight || at.top < innerHeight / 2;
    card.style.top = Math.max(8, Math.min(below ? at.bottom + 8 : at.top - box.height - 8, innerHeight - box.height - 8)) + "px";
    card.style.left = Math.max(12, Math.min(at.left - 12, innerWidth - box.width - 12)) + "px";
    mark(opener);
    if (stays) card.focus({ preventScroll: true });
  };
  // The words of the citing sentence that the passage has, too, without touching its elements.
  const mark = (opener) => {
    if (!globalThis.Highlight || !opener.matches(".citation")) return;
    let said = "";
    for (let node = opener.previousSibling; node && said.length < 400; node = node.previousSibling) {
      if (node.matches?.(".citation")) break;
      said = node.textContent + said;
    }
    const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
    const wanted = words(said.split(/[.!?。！？]\s/).at(-1));
    if (wanted.length < 3) return;
    const runs = new Set();
    for (let at = 0; at + 3 <= wanted.length; at++) runs.add(wanted.slice(at, at + 3).join(" "));
    const ranges = [];
    const walker = document.createTreeWalker(card.querySelector(".source-text"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const found = [...walker.currentNode.data.matchAll(/[\p{L}\p{N}_]+/gu)];
      for (let at = 0; at + 3 <= found.length; at++) {
        if (!runs.has(found.slice(at, at + 3).map(([word]) => word.toLowerCase()).join(" "))) continue;
        const range = new Range();
        range.setStart(walker.currentNode, found[at].index);
        range.setEnd(walker.currentNode, found[at + 2].index + found[at + 2][0].length);
        ranges.push(range);
      }
    }
    if (ranges.length) CSS.highlights.set("cited", new Highlight(...ranges));
  };
  // Before others hear it: a link that opens its card leads nowhere, unless a new tab is asked for.
  document.addEventListener("click", (event) => {
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    const opener = event.target.closest?.(OPENS);
    if (opener && !elsewhere && sourceOf(opener)) {
      event.preventDefault();
      event.stopPropagation();
      if (stays && told === opener) hideCard();
      else showCard(opener, true);
    } else if (stays && !card.contains(event.target)) hideCard();
  }, true);
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest(".code .copy");
    if (pressed) copy(pressed.closest(".code").querySelector("code").textContent, pressed);
  });
  document.addEventListener("mouseover", (event) => {
    if (stays) return;
    const opener = event.target.closest?.(OPENS);
    clearTimeout(leaving);
    if (opener && opener !== told) showCard(opener);
    else if (!opener && card && !card.contains(event.target)) leaving = setTimeout(hideCard, 250); // on the way to it
  });
  document.addEventListener("focusin", (event) => {
    const opener = event.target.closest(OPENS);
    if (opener && opener !== told) { if (opener.matches(":focus-visible")) showCard(opener); }
    else if (!opener && card && !card.contains(event.target)) hideCard();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !card) return;
    event.preventDefault();
    const back = stays && told;
    hideCard();
    if (back) { back.focus({ preventScroll: true }); hideCard(); }
  }, true);
  document.addEventListener("scroll", (event) => {
    if (card && !card.contains(event.target)) hideCard();
  }, { passive: true, capture: true });
})();
