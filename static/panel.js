// The half of the embed that only readers who want it load: the panel, its frame, and what the page
// and the frame tell each other. Imported by embed.js, which passes what it has made already.
//
// Every message is checked for its window and its origin. Nothing here fetches, writes HTML strings
// or needs more of the page's Content-Security-Policy than `frame-src` with the server's origin.

// What a frame that stays silent is told with, and its three buttons; selected text; the edge.
const WORDS = {
  en: ['The chat does not answer. Its server may be away.', 'Try again', 'Open in a new tab', 'Close', 'Ask about this', 'Panel width'],
  ar: ['لا تستجيب المحادثة. ربما يكون خادمها غير متاح.', 'إعادة المحاولة', 'فتح في علامة تبويب جديدة', 'إغلاق', 'اسأل عن هذا', 'عرض اللوحة'],
  de: ['Der Chat antwortet nicht. Vielleicht ist sein Server nicht erreichbar.', 'Noch einmal versuchen', 'In neuem Tab öffnen', 'Schließen', 'Dazu fragen', 'Breite des Bereichs'],
  es: ['El chat no responde. Puede que su servidor no esté disponible.', 'Reintentar', 'Abrir en otra pestaña', 'Cerrar', 'Preguntar sobre esto', 'Ancho del panel'],
  fr: ['La discussion ne répond pas. Son serveur est peut-être indisponible.', 'Réessayer', 'Ouvrir dans un nouvel onglet', 'Fermer', 'Demander à ce sujet', 'Largeur du panneau'],
  he: ['הצ׳אט אינו עונה. ייתכן שהשרת שלו אינו זמין.', 'ניסיון נוסף', 'פתיחה בלשונית חדשה', 'סגירה', 'שאלו על זה', 'רוחב הלוח'],
  ja: ['チャットから応答がありません。サーバーが停止している可能性があります。', 'もう一度試す', '新しいタブで開く', '閉じる', 'この部分について質問', 'パネルの幅'],
  ko: ['채팅이 응답하지 않습니다. 서버가 중단되었을 수 있습니다.', '다시 시도', '새 탭에서 열기', '닫기', '이 부분에 대해 질문', '패널 너비'],
  pt: ['O chat não responde. O servidor pode estar fora do ar.', 'Tentar de novo', 'Abrir em outra aba', 'Fechar', 'Perguntar sobre isto', 'Largura do painel'],
  zh: ['对话没有响应，服务器可能已停止。', '重试', '在新标签页中打开', '关闭', '询问这段内容', '面板宽度'],
};
const READY_WITHIN_MS = 5000;
const TOKEN_KEY = 'hyperrun-token';
const OPEN_KEY = 'hyperrun';
const COVERS = '(max-width:640px),(max-height:480px)';

export default (loader) => {
  const { root, make, option, side, address, emit, listen, api } = loader;
  const { host } = root;
  const button = root.querySelector('.ask');
  const title = button.textContent;
  const language = host.lang;
  const words = WORDS[language.slice(0, 2).toLowerCase()] || WORDS.en;
  const server = new URL('.', address).href;
  const page = document.documentElement;
  const covers = matchMedia(COVERS);
  const systemDark = matchMedia('(prefers-color-scheme:dark)');
  const wanted = option('layout');
  // Where nothing is said: beside the text where there is room for both, else over a corner.
  const usual = ['dialog', 'panel'].includes(wanted) ? wanted : 'docked';
  let layout = usual; // a reader may make a dialog of it
  const wide = matchMedia(`(min-width:${wanted === 'docked' ? 1000 : 1280}px)`);
  const docks = () => layout === 'docked' && wide.matches;
  const length = (name, otherwise) => {
    const given = option(name).replace(/^\d+$/, '$&px');
    return given && CSS.supports('width', given) ? given : otherwise;
  };

  const sheet = new CSSStyleSheet();
  const card = `
inset:auto;bottom:calc(var(--y) + 56px + env(safe-area-inset-bottom));
${side}:calc(var(--x) + env(safe-area-inset-${side}));
width:min(${length('width', '440px')},calc(100vw - 2*var(--x)));
height:min(${length('height', '760px')},calc(100dvh - var(--y) - 72px - var(--top,0px)))`;
  const centre = `
inset:0;margin:auto;width:min(${length('width', '760px')},calc(100vw - 48px));
height:min(${length('height', '800px')},calc(100dvh - 64px))`;
  sheet.replaceSync(`
:host(.open){z-index:2147483000!important}
.panel{position:fixed;box-sizing:border-box;${card};overflow:hidden;
background:#fff;color:#1b1a22;border:1px solid #8886;border-radius:14px;box-shadow:0 8px 40px #0006;
visibility:hidden;opacity:0;transform:translateY(8px);transition:opacity .15s,transform .15s}
.panel.dark{background:#17161c;color:#edecf2}
:host(.dialog) .panel{${centre}}
:host(.open) .panel{visibility:visible;opacity:1;transform:none}
.shade{position:fixed;inset:0;background:#0006;display:none}
:host(.open.modal) .shade{display:block}
:host(.open:is(.modal,.docked)) .ask{visibility:hidden}
:host(.open) .ask{padding:0 11px;gap:0;font-size:0}
:host(.open) .ask:before{clip-path:path("M4 2 10 8 16 2 18 4 12 10 18 16 16 18 10 12 4 18 2 16 8 10 2 4")}
:host(.docked) .panel{inset:0 auto;${side}:-1px;width:var(--w);height:100dvh;border-width:0 1px;border-radius:0;box-shadow:none;transform:none}
.handle{display:none;position:absolute;z-index:1;inset:0 auto;${side === 'right' ? 'left' : 'right'}:0;width:8px;cursor:col-resize;touch-action:none}
.handle:hover,.handle:focus-visible{background:var(--a);outline:none}
:host(.docked) .handle{display:block}
iframe{display:block;width:100%;height:100%;border:0}
.grip{display:none;height:${GRIP_PX}px;touch-action:none;cursor:grab}
.grip:before{content:"";display:block;width:40px;height:4px;margin:0 auto;border-radius:4px;background:currentColor;opacity:.4;transform:translateY(8px)}
.notice{position:absolute;inset:0;display:flex;flex-direction:column;align-items:center;
justify-content:center;gap:12px;padding:24px;background:inherit;text-align:center;
font:15px/1.5 system-ui,sans-serif}
.notice button,.notice a{position:static;box-sizing:border-box;display:flex;align-items:center;
min-height:44px;padding:0 16px;border-radius:22px;border:1px solid currentColor;background:none;
color:inherit;font:600 15px system-ui,sans-serif;text-decoration:none;box-shadow:none;cursor:pointer}
.notice :focus-visible{outline:3px solid #3b82f6;outline-offset:2px}
@media ${COVERS}{.panel{inset:0;margin:0;width:100%;height:100dvh;border:0;border-radius:0}
.grip{display:block}iframe{height:calc(100% - ${GRIP_PX}px)}}
@media (prefers-reduced-motion:reduce){.panel{transition:none;transform:none}}
@media (forced-colors:active){.panel{border:2px solid CanvasText}}`);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];

  const shade = make('div', { class: 'shade' });
  const panel = make('div', { class: 'panel', role: 'dialog', 'aria-label': title });
  root.append(shade, panel);

  const label = button.firstChild;
  drag(panel, make, () => api.close());
  const beside = dock({
    host, panel, make, side, page, label: words[5], width: parseInt(length('width', '')),
  });

  let frame;
  let opened = false;
  let ready = false;
  let pending = null; // what to open with, while the frame is still loading
  let silence; // the timer for a frame that says nothing
  let notice;
  let cameFrom;

  // Storage of the page itself: for the open state, and for the conversation where the frame has none.
  const stored = (key, value) => {
    try {
      if (value === undefined) return sessionStorage.getItem(key);
      if (value === null) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, value);
    } catch {
      return null; // blocked: everything works, for as long as this page stays
    }
  };

  // --- What the page looks like -------------------------------------------------------------

  // [luminance 0..1, alpha] of a computed colour, in whichever notation the browser serialises it.
  const lightness = (color) => {
    const [a = 0, b = 0, c = 0, alpha = 1] = (color.match(/-?[\d.]+(e-?\d+)?/g) || []).map(Number);
    if (/^rgb/.test(color)) return [(0.299 * a + 0.587 * b + 0.114 * c) / 255, alpha];
    if (/^ok/.test(color)) return [a, alpha];
    if (/^l(ab|ch)/.test(color)) return [a / 100, alpha];
    // color(srgb 0.1 0.2 0.3 / 1): the name of the space may hold digits.
    const parts = color.replace(/^\S+/, '').match(/[\d.]+/g) || [0, 0, 0, 0];
    const [red, green, blue, opaque = 1] = parts.map(Number);
    return [0.299 * red + 0.587 * green + 0.114 * blue, opaque];
  };
  // The background the reader sees decides. Class names differ between themes, and Quarto's dark
  // themes even carry the light one.
  const isDark = () => {
    const wish = option('theme');
    if (wish === 'dark' || wish === 'light') return wish === 'dark';
    if (wish && wish !== 'auto') {
      try {
        return !!document.querySelector(wish); // a selector that matches while the site is dark
      } catch {} // not a selector: look for ourselves
    }
    for (const element of [document.body, page]) {
      const [light, alpha] = lightness(getComputedStyle(element).backgroundColor);
      if (alpha > 0.5) return light < 0.5;
    }
    const scheme = getComputedStyle(page).colorScheme;
    return /dark/.test(scheme) && (!/light/.test(scheme) || systemDark.matches);
  };
  let theme = '';
  const follow = () => {
    const now = isDark() ? 'dark' : 'light';
    if (now === theme) return;
    theme = now;
    panel.classList.toggle('dark', theme === 'dark');
    send('theme', { theme });
  };

  // --- What the reader reads ----------------------------------------------------------------

  // Generators put a link with a pilcrow or a hash behind each heading.
  const spoken = (each) => each?.textContent.replace(/[\u00b6\u200b#]+\s*$/, '').trim();
  const reading = () => {
    const version = option('version');
    if (option('page') === 'off') return version ? { version } : null;
    let heading = '';
    for (const each of document.querySelectorAll('h1,h2,h3,h4')) {
      const box = each.getBoundingClientRect();
      if (box.top > innerHeight / 3) break;
      if (box.width) heading = spoken(each);
    }
    // Generators put the site's name behind a page's own.
    let { title } = document;
    const named = spoken(document.querySelector('h1'));
    if (named && title.startsWith(named)) title = named;
    // Never the query string: it may hold what is nobody's business.
    const url = location.protocol === 'file:' ? '' : location.origin + location.pathname;
    return { url, title: title.slice(0, 300), heading: heading.slice(0, 300), version };
  };
  let told = '';
  const tell = () => {
    const now = ready && reading();
    const text = JSON.stringify(now);
    if (!now || text === told) return;
    told = text;
    send('page', now);
  };
  let later;
  const tellSoon = () => {
    clearTimeout(later);
    later = setTimeout(tell, 300);
  };

  // --- The frame ----------------------------------------------------------------------------

  const origin = new URL(server).origin;
  const send = (type, detail) => {
    if (ready) frame.contentWindow.postMessage({ ...detail, type: 'hyperrun:' + type }, origin);
  };
  const load = () => {
    ready = false;
    frame?.remove();
    follow();
    const known = { ...reading(), theme, lang: language, layout: usual };
    for (const name of ['color', 'questions']) known[name] = option(name);
    known.label = option('label');
    for (const name in known) if (!known[name]) delete known[name];
    const chat = new URL('chat-standalone', server);
    if (language) chat.searchParams.set('lang', language);
    chat.hash = new URLSearchParams({ ...known, embedded: 1 }); // a fragment: never in a log
    frame = make('iframe', { title, allow: 'clipboard-write', src: chat.href });
    panel.append(frame);
  };
  const hush = () => {
    clearTimeout(silence);
    notice?.remove();
  };
  const listenForReady = () => {
    clearTimeout(silence);
    // A frame that the page's policy or a dead server keeps out fires no event that would say so.
    silence = setTimeout(() => {
      hush();
      const retry = make('button', { type: 'button' }, words[1]);
      const close = make('button', { type: 'button' }, words[3]);
      const link = { href: new URL('chat-standalone', server).href, target: '_blank', rel: 'noopener' };
      const tab = make('a', link, words[2]);
      notice = make('div', { class: 'notice', role: 'alert' }, words[0], retry, tab, close);
      retry.addEventListener('click', () => {
        hush();
        load();
        listenForReady();
      });
      close.addEventListener('click', api.close);
      panel.append(notice);
      retry.focus();
      emit('error');
    }, READY_WITHIN_MS);
  };

  const heard = {
    ready() {
      hush();
      ready = true;
      told = '';
      const token = stored(TOKEN_KEY);
      send('theme', { theme });
      tellSize();
      if (token) send('token', { token });
      tell();
      if (pending) send('open', pending);
      pending = null;
      emit('ready');
    },
    close: () => api.close(),
    expand: () => turn(),
    keep({ token }) {
      // Only where the frame may store nothing itself. `file:` pages share one storage: not there.
      if (typeof token !== 'string' || token.length > 500 || location.origin === 'null') return;
      stored(TOKEN_KEY, token || null);
    },
    answer: (detail) => emit('answer', detail),
    feedback: (detail) => emit('feedback', detail),
    link({ url, found }) {
      // A page of this very site: the panel comes along to a source, not to what was searched for.
      if (typeof url !== 'string' || !url.startsWith(location.origin + '/')) return;
      if (covers.matches || found) api.close();
      // A click on a link, so that a site with a router goes there by it.
      const link = make('a', { href: url, hidden: '' });
      document.body.append(link);
      link.click();
      link.remove();
    },
  };
  listen(window, 'message', (event) => {
    if (event.source !== frame?.contentWindow || event.origin !== origin) return;
    const { type, ...detail } = Object(event.data);
    const name = /^hyperrun:(\w+)$/.exec(type)?.[1];
    if (name && Object.hasOwn(heard, name)) heard[name](detail);
  });

  // --- Open and closed ----------------------------------------------------------------------

  // Where the panel covers the page, the page behind it is out of reach for Tab and screen readers.
  let behind = false;
  const shape = () => {
    const modal = opened && (layout === 'dialog' || covers.matches);
    if (opened && docks()) beside.take();
    else beside.leave();
    host.classList.toggle('open', opened);
    host.classList.toggle('modal', modal);
    host.classList.toggle('dialog', layout === 'dialog');
    button.setAttribute('aria-expanded', opened);
    label.textContent = opened ? words[3] : title; // the button closes what it has opened
    if (modal) panel.setAttribute('aria-modal', 'true');
    else panel.removeAttribute('aria-modal');
    if (modal !== behind) document.body.inert = modal;
    behind = modal;
    fit();
    tellSize();
  };
  // From the site's layout to a dialog with room to read in, and back; the frame stays as it is.
  const turn = () => {
    layout = layout === usual ? 'dialog' : usual;
    shape();
  };
  const tellSize = () => send('size', { large: layout !== usual, can: usual !== 'dialog' && !covers.matches });
  // How far the page's own bar reaches down where the panel stands; the panel leaves it free.
  const header = () => {
    const { left, width } = panel.getBoundingClientRect();
    let bottom = 0;
    const under = [4, 24, 48].flatMap((y) => document.elementsFromPoint(left + width / 2, y));
    for (let each of new Set(under))
      for (; each && each !== page; each = each.parentElement) {
        const box = each.getBoundingClientRect();
        const stays = ['fixed', 'sticky'].includes(getComputedStyle(each).position);
        if (each !== host && stays && box.height < innerHeight / 4) bottom = Math.max(bottom, box.bottom);
      }
    return Math.round(bottom);
  };
  // A phone's keyboard shrinks only the visual viewport; the text box has to stay above it.
  const fit = () => {
    host.style.setProperty('--top', opened && layout !== 'dialog' && !host.classList.contains('docked') ? header() + 'px' : '0px');
    const { width, height, scale, offsetTop, offsetLeft } = window.visualViewport;
    const full = opened && covers.matches;
    panel.style.height = full ? height + 'px' : '';
    panel.style.top = full ? offsetTop + 'px' : '';
    // What is fixed is as wide as a page that is wider than the window.
    panel.style.left = full ? offsetLeft + 'px' : '';
    panel.style.width = full ? width * Math.max(1, scale) + 'px' : '';
  };

  const open = (wish) => {
    const { query, submit, selection, again, search } = Object(wish);
    if (again && covers.matches) return; // a new page is not covered unasked
    prepare();
    if (!opened) {
      cameFrom = document.activeElement;
      opened = true;
      follow();
      shape();
      if (search !== true) stored(OPEN_KEY, '1');
      if (!ready) listenForReady();
      emit('open');
    }
    const detail = {
      query: String(query ?? '').slice(0, 8000),
      submit: submit === true,
      selection: String(selection ?? '').slice(0, 4000),
      focus: !again,
      search: search === true,
    };
    tell();
    if (ready) send('open', detail);
    else pending = detail;
    if (!again) frame.focus();
  };
  const close = () => {
    if (!opened) return;
    opened = false;
    const inside = document.activeElement === host;
    hush();
    shape();
    stored(OPEN_KEY, null);
    if (inside || document.activeElement === document.body) {
      const still = cameFrom?.isConnected && ![host, document.body].includes(cameFrom);
      (still ? cameFrom : button).focus();
    }
    emit('close');
  };

  listen(document, 'keydown', (event) => {
    if (opened && event.key === 'Escape' && !event.isComposing && !event.defaultPrevented) close();
  });
  listen(shade, 'click', () => (layout === usual ? close() : turn()));
  listen(wide, 'change', shape);
  listen(covers, 'change', shape);
  listen(window.visualViewport, 'resize', fit);
  listen(window.visualViewport, 'scroll', fit);
  // Focus moving into the frame is the moment before a question.
  listen(window, 'blur', tell);
  listen(document, 'scroll', tellSoon);
  listen(window, 'popstate', tellSoon);
  if (window.navigation) listen(window.navigation, 'navigatesuccess', tellSoon);
  // A window of another size, and the next page of a router, make room anew.
  let settling;
  const settle = () => {
    clearTimeout(settling);
    settling = setTimeout(() => opened && docks() && shape(), 300);
  };
  for (const type of ['resize', 'popstate']) listen(window, type, settle);
  if (window.navigation) listen(window.navigation, 'navigatesuccess', settle);
  // Paper shows no panel, and needs no room for it.
  listen(window, 'beforeprint', beside.leave);
  listen(window, 'afterprint', shape);
  listen(systemDark, 'change', follow);

  // Toggles change an attribute of html or body; Quarto's stylesheet follows its class later.
  // Some routers replace body itself.
  const observer = new MutationObserver(() => {
    watch();
    follow();
    setTimeout(follow, 250);
    setTimeout(follow, 1200);
    tellSoon();
  });
  let watched;
  const watch = () => {
    if (watched === document.body) return;
    watched = document.body;
    observer.disconnect();
    observer.observe(page, { attributes: true, childList: true });
    observer.observe(watched, { attributes: true });
    if (behind) watched.inert = true;
  };
  watch();
  const prepare = () => frame || load();
  const releaseSearch = option('search') && option('search') !== 'off' ? takeSearch(loader, prepare) : null;
  if (option('selection') !== 'off') offerToAsk(loader, words[4]);
  if (option('shortcut')) hearShortcut(loader);

  return {
    open,
    prepare,
    close,
    opened: () => opened,
    destroy() {
      close();
      releaseSearch?.();
      observer.disconnect();
      hush();
      clearTimeout(later);
    },
  };
};
