// The panel beside the text: the page makes room, and gives it back.
const DOCK_KEY = 'hyperrun-width';
const TEXT = ':is(main,article,[role=main]) :is(p,pre,li,table,h1,h2,h3)';

const dock = ({ host, panel, make, side, page, label, width }) => {
  const least = 320;
  // A page of three columns needs what is left: less than a third, where the site says nothing.
  const usual = () => width || Math.max(360, Math.min(440, Math.round(innerWidth * 0.3)));
  const most = () => Math.max(least, Math.min(760, innerWidth - 480));
  const kept = () => {
    try {
      return Number(localStorage.getItem(DOCK_KEY)) || usual();
    } catch {
      return usual(); // no storage: as wide as the site wants it
    }
  };
  const handle = make('div', { class: 'handle', role: 'separator', tabindex: 0, 'aria-label': label, 'aria-orientation': 'vertical' });
  panel.append(handle);

  // What the page's own styles were, by element: they come back as they were.
  const before = new Map();
  const set = (element, styles) => {
    if (!before.has(element)) before.set(element, element.getAttribute('style'));
    for (const name in styles) element.style.setProperty(name, styles[name], 'important');
  };
  const leave = () => {
    for (const [element, style] of before)
      if (!style) element.removeAttribute('style');
      else element.setAttribute('style', style);
    before.clear();
    host.classList.remove('docked');
  };
  // Fixed bars do not shrink with the page: those that reach under the panel are narrowed or moved.
  const fixed = () => {
    const found = new Set();
    for (const inset of [6, 30, 80]) {
      const x = side === 'right' ? innerWidth - inset : inset;
      for (let y = 4; y < innerHeight; y += 24)
        for (let each of document.elementsFromPoint(x, y))
          for (; each && each !== page && each !== host; each = each.parentElement)
            if (getComputedStyle(each).position === 'fixed') found.add(each);
    }
    // A bar that lets clicks through to what is under it is at no point.
    for (const each of document.querySelectorAll('header,nav,[class*=nav i],[class*=header i]'))
      if (getComputedStyle(each).position === 'fixed' && each.getBoundingClientRect().width > innerWidth / 2) found.add(each);
    return found;
  };
  // Does a column lie over what is read?
  const covers = (column) => {
    const box = column.getBoundingClientRect();
    return [...document.querySelectorAll(TEXT)].some((each) => {
      if (column.contains(each)) return false;
      const { left, right, top, bottom, width } = each.getBoundingClientRect();
      return width && left < box.right - 8 && right > box.left + 8 && top < box.bottom && bottom > box.top;
    });
  };
  // Tall fixed columns beside the text, such as a list of pages or of headings.
  const columns = () => {
    const seen = new Set();
    for (let x = 4; x < innerWidth; x += 40)
      for (let each of document.elementsFromPoint(x, innerHeight / 2))
        for (; each && each !== page && each !== host && !seen.has(each); each = each.parentElement) seen.add(each);
    return [...seen].filter((each) => {
      const { left, right, height } = each.getBoundingClientRect(); // Starlight's reaches out of the window
      const width = Math.min(right, innerWidth) - Math.max(left, 0);
      return height > innerHeight / 2 && width < innerWidth / 2 && getComputedStyle(each).position === 'fixed' && !covers(each);
    });
  };
  let size = 0;
  // Make room, and say whether there is any: a site's columns may then lie over its text.
  const take = (wanted = kept()) => {
    leave();
    const tall = columns();
    size = Math.round(Math.max(least, Math.min(most(), wanted)));
    const bars = fixed();
    // What is placed by the window's edge (`absolute`) is then placed by the page's.
    set(page, { ['margin-' + side]: size + 'px', position: 'relative' });
    for (const bar of bars) {
      const box = bar.getBoundingClientRect();
      const isWide = box.width > innerWidth / 2;
      set(bar, isWide ? { [side]: size + 'px', width: 'auto', 'max-width': `calc(100vw - ${size}px)` }
        : { [side]: size + (side === 'right' ? innerWidth - box.right : box.left) + 'px' });
    }
    // A layout that keeps its width is made smaller as a whole, so that nothing is out of reach.
    const room = innerWidth - size;
    const { scrollWidth } = document.body;
    if (scrollWidth > room + 1) set(document.body, { zoom: Math.max(0.6, room / scrollWidth) });
    const [from, to] = side === 'right' ? [0, room] : [size, innerWidth];
    for (const each of tall) {
      const { left, right } = each.getBoundingClientRect();
      const isBeside = (left + right > from + to) === (side === 'right');
      const reaches = left < from - 8 || right > to + 8;
      if (!reaches && !covers(each)) continue;
      if (!isBeside) {
        leave();
        return false;
      }
      set(each, { visibility: 'hidden' }); // next to the panel, where narrower windows have none
    }
    host.style.setProperty('--w', size + 'px');
    host.classList.add('docked');
    handle.setAttribute('aria-valuenow', size);
    handle.setAttribute('aria-valuemin', least);
    handle.setAttribute('aria-valuemax', most());
    return true;
  };
  const resize = (wanted) => {
    take(wanted);
    try {
      localStorage.setItem(DOCK_KEY, size);
    } catch {} // then not
  };
  const fromEdge = (event) => (side === 'right' ? innerWidth - event.clientX : event.clientX);
  handle.onpointerdown = (event) => {
    event.preventDefault();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = (moved) => resize(fromEdge(moved));
  };
  handle.onpointerup = handle.onpointercancel = () => (handle.onpointermove = null);
  handle.onkeydown = (event) => {
    const step = (event.shiftKey ? 64 : 16) * (side === 'right' ? 1 : -1);
    const wanted = { ArrowLeft: size + step, ArrowRight: size - step, Home: least, End: most() }[event.key];
    if (!wanted) return;
    event.preventDefault();
    resize(wanted);
  };
  return { take, leave };
};
