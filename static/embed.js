// What a documentation site loads: a button, and nothing else until a reader wants it.
//
// Budget: 2,550 bytes gzipped as served, one request, no forced layout. The panel, its frame and all
// that talks with it are in panel.js, imported on the first click, focus or hover. It is `import()`
// and not a script element because a site under Trusted Types may not set a script's `src`.
//
// The element stands directly under <html>: routers that replace <body> leave it (and the answer
// streaming inside it) alone, and `transform` or `filter` on <body> cannot drag it away. Its shadow
// root is closed and styled through CSSOM, so neither the page's CSS nor its Content-Security-Policy
// reaches it. embed.py fills in the two names in capitals.
(() => {
  if (window.HyperRun?.open) return; // a second tag; an element with that id on the page is not it

  const tag =
    document.currentScript || // null in a module
    [...document.scripts].find((each) => /\/embed(\.js)?([?#]|$)/.test(each.src));
  // A page rendered into one file carries this script without an address of its own.
  const address = tag?.src?.startsWith('http')
    ? tag.src
    : new URL('__HYPERRUN_PUBLIC_URL__', location).href;
  const query = address.includes('?') ? new URL(address).searchParams : null;
  const option = (name) =>
    query?.get(name) ?? tag?.getAttribute('data-' + name.replace('_', '-')) ?? '';

  const page = document.documentElement;
  const language = option('lang') || page.lang || navigator.language;
  const word = {
    ar: 'اسأل AI',
    de: 'KI fragen',
    es: 'Preguntar a la IA',
    fr: 'Demander à l’IA',
    he: 'שאלו AI',
    ja: 'AIに質問',
    ko: 'AI에게 질문',
    pt: 'Perguntar à IA',
    zh: '问 AI',
  }[language.slice(0, 2).toLowerCase()];
  const title = option('label') || word || 'Ask AI';
  const side = (option('position') || (page.dir == 'rtl' && 'left')) == 'left' ? 'left' : 'right';

  let ended;
  const undo = []; // AbortSignal does the same, and costs a page that has no other use for it
  const listen = (target, name, handler) => {
    target.addEventListener(name, handler);
    undo.push(() => target.removeEventListener(name, handler));
  };
  const make = (kind, attributes, ...children) => {
    const element = document.createElement(kind);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    element.append(...children);
    return element;
  };
  const host = make('hyper-run', { lang: language });
  const root = host.attachShadow({ mode: 'closed' });
  const label = make('span', { 'aria-live': 'polite' }, title);
  const button = make('button', { class: 'ask', 'aria-haspopup': 'dialog', 'aria-expanded': false }, label);

  const listeners = {};
  const emit = (name, detail) =>
    // Each in a task of its own: what one throws is the page's, and the others still hear.
    listeners[name]?.forEach((listener) => setTimeout(listener, 0, detail));

  // The panel, once. Browsers may remember a failed import, so the next one has another address.
  let loading;
  let panel;
  let tries = 0;
  const load = () =>
    (loading ||= Promise.race([
      import(new URL('__HYPERRUN_PANEL__?' + tries++, address)),
      new Promise((_, fail) => setTimeout(fail, 5e3)),
    ]).then(
      (module) => {
        if (ended) return;
        label.textContent = title;
        panel = module.default({ root, make, option, side, address, emit, listen, api });
      },
      (error) => {
        loading = 0;
        throw error;
      },
    ));
  const look = () => load().catch(() => {}); // only a click is told that it failed
  const prepare = () => look().then(() => panel?.prepare());
  const open = async (wish) => {
    button.ariaBusy = true;
    try {
      await load();
      panel?.open(wish);
      button.ariaBusy = null;
    } catch {
      button.ariaBusy = false;
      if (!wish?.again) {
        label.textContent = word ? word + ' ⚠ ↻' : 'Not reachable. Try again';
        button.hidden = false;
        emit('error');
      }
    }
  };
  const toggle = () => (panel?.opened() ? panel.close() : open());
  const api = {
    open,
    close: () => panel?.close(),
    toggle,
    on(name, listener) {
      (listeners[name] ||= new Set()).add(listener);
      return () => listeners[name].delete(listener);
    },
    destroy() {
      ended = true;
      panel = panel?.destroy();
      undo.forEach((each) => each());
      host.remove();
      delete window.HyperRun;
    },
  };

  const sheet = new CSSStyleSheet();
  const color = option('color');
  const own = color && CSS.supports('color', color); // only then is the text's colour computed
  const pixels = (name) => {
    const given = option(name);
    return (given && /^\d+$/.test(given) ? given : 16) + 'px';
  };
  sheet.replaceSync(
    `:host{all:initial!important;position:fixed!important;z-index:1040!important;--a:${own ? color : '#422ad5'};--x:${pixels('offset_x')};--y:${pixels('offset_y')};--b:calc(var(--y) + env(safe-area-inset-bottom));--s:calc(var(--x) + env(safe-area-inset-${side}));bottom:var(--b)!important;${side}:var(--s)!important}` +
      `button{display:flex;align-items:center;gap:6px;min-height:44px;padding:0 15px;border-radius:44px;border:1px solid #fff6;font:600 15px -apple-system,Segoe UI,sans-serif;cursor:pointer;background:var(--a);color:#fff;${own ? 'color:oklch(from var(--a) clamp(0,(.65 - l)*1e3,1) 0 0);' : ''}box-shadow:0 2px 8px #0005}` +
      '[hidden]{display:none}' +
      'button:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 6px var(--a)}' +
      '[aria-busy=true]{cursor:progress}' +
      // The icon is a shape in CSS: nothing to fetch, and no policy on images applies.
      '.ask:before{content:"";width:20px;height:20px;background:currentColor;forced-color-adjust:none;clip-path:path("M10 1q1 7 8 8-7 1-8 8-1-7-8-8 7-1 8-8")}' +
      // On a phone the window moves over a page that is wider: fixed to that one's corner, it was out of sight.
      `@media(max-width:480px){:host{inset:calc(100dvh - var(--b)) auto auto ${side == 'left' ? 'var(--s)' : 'calc(100vw - var(--s))'}!important}button{position:absolute;bottom:0;${side}:0;white-space:nowrap}.ask:not([aria-busy]){padding:0 11px;& span{position:absolute;clip-path:inset(50%)}}}` +
      '@media print{:host{display:none!important}}',
  );
  root.adoptedStyleSheets = [sheet];
  root.append(button);
  listen(button, 'click', toggle);
  listen(button, 'mouseenter', prepare);
  listen(button, 'focus', prepare);

  const selector = option('button');
  if (selector)
    try {
      button.matches(selector);
      button.hidden = true;
      listen(document, 'click', (event) => {
        if (event.target.closest?.(selector)) toggle();
      });
    } catch {} // not a selector: our own button then

  // Whoever selects text is offered to ask about it, by the panel's script.
  let waiting;
  if (option('selection') != 'off')
    listen(document, 'selectionchange', () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => panel || (getSelection().toString().trim()[2] && look()), 300);
    });

  // What ends the page cannot be scrolled from under the button: the button makes way for it.
  listen(document, 'scrollend', () => {
    const { style } = host;
    style.removeProperty('--y');
    if (button.hidden || panel?.opened()) return;
    for (let up = 3; up-- && page.scrollHeight < scrollY + innerHeight + 9; ) {
      const { left, right, top, bottom } = button.getBoundingClientRect();
      const tops = [left, right, (left + right) / 2].flatMap((x) =>
        [top, bottom].flatMap((y) =>
          document
            .elementsFromPoint(x, y)
            .flatMap((each) => each.closest('a,button')?.getBoundingClientRect().top ?? []),
        ),
      );
      if (tops[0]) style.setProperty('--y', innerHeight + 8 - Math.min(...tops) + 'px');
    }
  });

  const start = () => {
    page.append(host);
    const asked = location.search && new URLSearchParams(location.search).get('ask');
    let again = /^(1|true|on)$/.test(option('open'));
    try {
      again ||= sessionStorage.hyperrun;
    } catch {} // the page may have no storage
    if (asked) open({ query: asked });
    else if (again) open({ again });
    else if (/^(?!off$)./.test(option('search') || option('shortcut'))) (window.requestIdleCallback || setTimeout)(look);
  };
  window.HyperRun = api;
  if (document.body) start();
  else listen(document, 'DOMContentLoaded', start);
})();
