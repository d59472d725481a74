// The site's own search box opens ours, where the site wants it (`search`: `on`, or a selector).
// Known by what themes call such a thing; nothing of the site is changed, its own box is only not
// reached. When the chat does not answer, it is.
const SEARCH_BOXES = [
  'input:is([type=search],[name=q],[name=query],[class*=search i],[id*=search i])',
  ':is(button,a,label):is([class*=search i],[id*=search i],[for*=search i],[aria-label*=search i])',
  ':is(button,a):is([data-target*=search i],[data-bs-target*=search i])',
  'site-search button,[role=search] button',
].join();

const takeSearch = ({ option, listen, api }, prepare) => {
  const wish = option('search');
  const selector = wish === 'on' ? SEARCH_BOXES : wish;
  try {
    document.querySelector(selector);
  } catch {
    return; // no selector: the site's own stays
  }
  let away = false;
  const undo = [api.on('error', () => (away = true)), api.on('ready', () => (away = false))];
  let lastKey = '';
  // A demonstration of a search box in the text is none of the site's own.
  const at = (event) => {
    const target = event.composedPath()[0].closest?.(selector);
    return !away && (wish !== 'on' || !target?.closest('article')) ? target : null;
  };
  const take = (event, query) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    api.open({ search: true, query });
  };
  const within = (element) => element?.closest?.('input,textarea,select,[contenteditable]');
  const hear = (name, handler) => {
    window.addEventListener(name, handler, true);
    undo.push(() => window.removeEventListener(name, handler, true));
  };
  hear('pointerover', (event) => at(event) && prepare());
  for (const name of ['pointerdown', 'mousedown'])
    hear(name, (event) => {
      if (!at(event)) return;
      lastKey = '';
      event.preventDefault(); // it takes no focus
      event.stopImmediatePropagation();
    });
  hear('click', (event) => at(event) && take(event));
  // By the site's own key, that is; whoever goes there by Tab goes on by Tab, or types.
  hear('focusin', (event) => {
    if (lastKey === 'Tab' || !at(event) || !within(event.target)) return;
    event.target.blur();
    take(event);
  });
  hear('keydown', (event) => {
    lastKey = event.key;
    if (away || event.isComposing || event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    const target = event.composedPath()[0];
    if (!command && event.key.length === 1 && within(target) && at(event)) take(event, event.key);
    else if (command ? event.key.toLowerCase() === 'k' : event.key === '/' && !within(target)) take(event);
  });
  return () => undo.forEach((each) => each());
};
