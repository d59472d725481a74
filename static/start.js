// The start page: what one picks is shown at once, and the line to paste changes along. In its frame
// the same script gives the project's page the picked theme.
(() => {
  "use strict";
  const page = document.querySelector(".preview-page");
  if (page) {
    const { themeWish } = page.dataset;
    if (themeWish === "light" || themeWish === "dark") document.documentElement.dataset.theme = themeWish;
    return;
  }
  const look = document.getElementById("look");
  const frame = document.getElementById("preview");
  if (!look || !frame) return;

  const picked = () => {
    const wishes = new URLSearchParams();
    for (const name of ["theme", "layout", "position"])
      if (look.elements[name].value) wishes.set(name, look.elements[name].value);
    const color = look.elements.color;
    if (color.value !== color.defaultValue) wishes.set("color", color.value);
    const questions = [...look.querySelectorAll("[name=questions]:checked")].map((each) => each.value.replaceAll("|", "\\|"));
    if (questions.length) wishes.set("questions", questions.join("|"));
    return wishes;
  };
  const most = Number(look.querySelector("[data-most]")?.dataset.most ?? 0);
  const show = () => {
    const wishes = picked();
    const chosen = look.querySelectorAll("[name=questions]:checked").length;
    for (const each of look.querySelectorAll("[name=questions]")) each.disabled = !each.checked && chosen >= most;
    for (const code of document.querySelectorAll("[data-lines]"))
      code.textContent = code.dataset.lines.replace(/\/embed(?:\?([\w=&]*))?(?=["'\s])/, (_, given) => {
        const all = new URLSearchParams(given);
        for (const [name, value] of wishes) all.set(name, value);
        const query = all.toString().replaceAll("+", "%20");
        return "/embed" + (query && "?" + query);
      });
    fit();
    wishes.set("open", "true");
    frame.src = "preview?" + wishes;
  };
  // Beside the text the panel stands on wide windows only, so the preview is one, drawn smaller.
  const WIDE_PX = 1280;
  const fit = () => {
    const room = frame.parentElement.clientWidth;
    const scale = !look.elements.layout.value ? Math.min(1, room / WIDE_PX) : 1;
    frame.style.setProperty("--scale", scale);
  };
  new ResizeObserver(fit).observe(frame.parentElement);
  let waiting;
  look.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 200); // a colour is dragged
  });
  look.addEventListener("submit", (event) => event.preventDefault());
})();
