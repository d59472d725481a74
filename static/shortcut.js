// The keys that open and close the chat, where the site has set some.
const hearShortcut = ({ option, listen, api }) => {
  const command = /Mac|iP/.test(navigator.platform) ? 'meta' : 'ctrl';
  const keys = option('shortcut').toLowerCase().replace('mod', command).split('+');
  const key = keys.pop();
  // What is typed with Shift, as "?" is, does not say so.
  const held = ['ctrl', 'meta', 'alt', ...(/\w/.test(key) ? ['shift'] : [])];
  listen(document, 'keydown', (event) => {
    const isWord = event.composedPath()[0].closest?.('input,textarea,select,[contenteditable]');
    if (event.key.toLowerCase() !== key || (!keys[0] && isWord)) return;
    if (held.some((each) => event[each + 'Key'] !== keys.includes(each))) return;
    event.preventDefault();
    api.toggle();
  });
};
