// Offers to ask about text that is selected on the page. Its words stand with the panel's.
const offerToAsk = ({ root, make, listen, api }, words) => {
  let waiting;
  let selection;
  const about = make('button', { class: 'about' }, words);
  const hide = () => about.remove();
  about.onpointerdown = (event) => event.preventDefault(); // keep the selection
  about.onclick = () => {
    hide();
    api.open({ selection });
  };
  const offer = () => {
    const chosen = getSelection();
    selection = chosen.toString().trim();
    const box = selection[2] && chosen.getRangeAt(0).getBoundingClientRect();
    if (!box?.width) return; // nothing, or text in a form field
    about.style = `position:fixed;top:clamp(8px,${box.bottom + 8}px,100vh - 56px);left:clamp(8px,${box.left}px,100vw - 200px)`;
    root.append(about);
  };
  listen(document, 'selectionchange', () => {
    hide();
    clearTimeout(waiting);
    waiting = setTimeout(offer, 300);
  });
  listen(document, 'scroll', hide);
  offer(); // what brought this script here
};
