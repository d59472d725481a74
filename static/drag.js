// On a phone, where the panel covers the page, it is drawn down to be closed.
const GRIP_PX = 20;
const FAR_PX = 96;

const drag = (panel, make, close) => {
  const grip = make('div', { class: 'grip' });
  panel.append(grip);
  let from = null;
  const move = (event) => {
    panel.style.transform = `translateY(${Math.max(0, event.clientY - from)}px)`;
  };
  const end = (event) => {
    if (from === null) return;
    const down = event.type === 'pointerup' ? event.clientY - from : 0;
    from = grip.onpointermove = null;
    panel.style.transition = panel.style.transform = '';
    if (down > FAR_PX) close();
  };
  grip.onpointerdown = (event) => {
    event.preventDefault();
    from = event.clientY;
    panel.style.transition = 'none'; // it follows the finger
    grip.setPointerCapture(event.pointerId);
    grip.onpointermove = move;
  };
  grip.onpointerup = grip.onpointercancel = end;
};
