export default {
  title: 'Lantern',
  themeConfig: { sidebar: [{ text: 'Dimming', link: '/guide' }] },
  head: [['script', { async: '', src: 'http://localhost:5001/embed' }]],
};
