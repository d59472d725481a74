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
    for (const button of root.querySelectorAll(".code > .copy:empty")) {
      button.setAttribute("aria-label", say.sayCopy);
      button.textContent = say.sayCopy;
    }
  };
  label(document);
  for (const name of ["htmx:sseMessage", "htmx:afterSettle"])
    document.addEventListener(name, (event) => label(event.target));

  const sourceOf = (citation) => {
    const exchange = citation.closest(".exchange");
    return exchange && document.getElementById(`source-${exchange.id.slice(5)}-${citation.dataset.source}`);
  };
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest(".code > .copy, a.citation[href^='#']");
    if (!pressed) return;
    if (pressed.matches(".copy")) return copy(pressed.parentNode.querySelector("code").textContent, pressed);
    // A source without an address of its own is read right here.
    event.preventDefault();
    const source = sourceOf(pressed);
    if (!source) return;
    source.closest("details").open = true;
    source.scrollIntoView({ block: "nearest" });
  });

  // A citation shows its passage on hover and focus; a click opens the page it came from.
  let card = null;
  let told = null; // the citation whose card it is
  let leaving;
  const hideCard = () => {
    clearTimeout(leaving);
    card?.remove();
    told?.removeAttribute("aria-describedby");
    card = told = null;
  };
  const showCard = (citation) => {
    hideCard();
    const source = sourceOf(citation);
    if (!source) return;
    card = source.cloneNode(true);
    card.id = "source-card";
    told = citation;
    told.setAttribute("aria-describedby", card.id);
    card.className = "source-card-float";
    card.setAttribute("role", "tooltip");
    page.append(card);
    const at = citation.getBoundingClientRect();
    const box = card.getBoundingClientRect();
    const below = at.bottom + 6 + box.height < innerHeight;
    card.style.top = (below ? at.bottom + 6 : Math.max(6, at.top - box.height - 6)) + "px";
    card.style.left = Math.max(6, Math.min(at.left, innerWidth - box.width - 12)) + "px";
  };
  document.addEventListener("mouseover", (event) => {
    const citation = event.target.closest?.("a.citation");
    clearTimeout(leaving);
    if (citation) showCard(citation);
    else if (card && !card.contains(event.target)) leaving = setTimeout(hideCard, 250); // on the way to it
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("a.citation")) showCard(event.target);
    else if (card && !card.contains(event.target)) hideCard();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && card) { event.preventDefault(); hideCard(); }
  }, true);
  document.addEventListener("scroll", (event) => {
    if (!card?.contains(event.target)) hideCard();
  }, { passive: true, capture: true });
})();
