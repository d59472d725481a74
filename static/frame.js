// The chat page's half of the conversation with the page it stands on.
//
// chat.js knows nothing of frames and messages. It hears and sends events on `document`:
//
//   hears  hyperrun:theme      {theme: 'light' | 'dark'}           also set as data-theme on <html>
//          hyperrun:page       {url, title, heading, version, selection?}   what is being read; url may be ''
//          hyperrun:questions  {questions: [text]}                 plain text of the site's, not HTML
//          hyperrun:title      {title}                             what the site calls the chat
//          hyperrun:token      {token}                             the conversation, kept by the page
//          hyperrun:size       {large, can}                        whether it is expanded, and can be
//          hyperrun:open       {query, submit, selection, focus}   the panel was opened
//          hyperrun:search     {words, first}                      it was opened to search
//   sends  hyperrun:ready      {}                                  chat.js listens: the rest may come
//          hyperrun:close      {}                                  the close button
//          hyperrun:expand     {}                                  the button beside it, either way
//          hyperrun:keep       {token}                             where the frame may store nothing
//          hyperrun:answer     {...}, hyperrun:feedback {...}      for the page's own listeners
//
// On a page of its own (no frame) only the theme is heard, and sending does nothing.
(() => {
  const page = document.documentElement;
  const told = new URLSearchParams(location.hash.slice(1));
  const embedded = window.parent !== window;
  // Firefox before 148 has no ancestorOrigins; there the referrer names the embedding site.
  const origin =
    location.ancestorOrigins?.[0] ??
    (document.referrer && embedded ? new URL(document.referrer).origin : null);

  const hear = (name, detail) => document.dispatchEvent(new CustomEvent('hyperrun:' + name, { detail }));
  const send = (name, detail) => {
    if (!embedded) return;
    // A page opened from a file has the origin "null", which cannot be named as a target.
    const target = !origin || origin === 'null' ? '*' : origin;
    if (name === 'keep' && target === '*') return;
    window.parent.postMessage({ ...detail, type: 'hyperrun:' + name }, target);
  };
  const wear = (theme) => {
    if (theme !== 'light' && theme !== 'dark') return;
    page.dataset.theme = theme;
    hear('theme', { theme });
  };
  const text = (value, longest) => (typeof value === 'string' ? value.slice(0, longest) : '');
  const reading = (from) => ({
    url: /^https?:/.test(from.url) ? text(from.url, 2000) : '',
    title: text(from.title, 300),
    heading: text(from.heading, 300),
    version: text(from.version, 64),
  });

  let read = reading(Object.fromEntries(told));

  const heard = {
    theme: ({ theme }) => wear(theme),
    page(detail) {
      read = reading(detail);
      hear('page', read);
    },
    size: ({ large, can }) => hear('size', { large: large === true, can: can === true }),
    token: ({ token }) => hear('token', { token: text(token, 500) }),
    open({ query, submit, selection, focus, search }) {
      if (search === true) return hear('search', { words: text(query, 300), first: true });
      const chosen = text(selection, 4000);
      if (chosen) hear('page', { ...read, selection: chosen });
      hear('open', {
        query: text(query, 8000),
        submit: submit === true,
        selection: chosen,
        focus: focus !== false,
      });
    },
  };
  window.addEventListener('message', (event) => {
    if (!embedded || event.source !== window.parent) return;
    if (origin !== null && event.origin !== origin) return;
    const { type, ...detail } = Object(event.data);
    const name = /^hyperrun:(\w+)$/.exec(type)?.[1];
    if (name && Object.hasOwn(heard, name)) heard[name](detail);
  });
  for (const name of ['close', 'expand', 'keep', 'answer', 'feedback'])
    document.addEventListener('hyperrun:' + name, (event) => send(name, event.detail));

  // Escape closes the panel from in here too, unless it ended a composition or closed something of
  // the chat's own (which prevents the default).
  window.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing && !event.defaultPrevented) send('close');
  });

  // A source that is a page of the embedding site opens there, in place, and the panel comes along.
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!embedded || link?.origin !== origin || elsewhere || event.defaultPrevented) return;
    event.preventDefault();
    send('link', { url: link.href, found: link.matches('.search-row') });
  });

  const color = told.get('color');
  if (color && CSS.supports('color', color)) {
    page.style.setProperty('--site', color); // tokens.css makes everything of it that is coloured
  }
  if (embedded) page.dataset.embedded = told.get('layout') || 'panel';
  wear(told.get('theme') || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));

  document.addEventListener('hyperrun:ready', () => {
    hear('theme', { theme: page.dataset.theme });
    const questions = told.get('questions')?.match(/(?:\\\||[^|])+/g) ?? [];
    const asked = questions.map((each) => text(each.replaceAll('\\|', '|').trim(), 200)).filter(Boolean).slice(0, 4);
    if (asked[0]) hear('questions', { questions: asked });
    if (told.get('label')) hear('title', { title: text(told.get('label'), 80) });
    if (read.title || read.url || read.version) hear('page', read);
    send('ready');
  });
})();
