export default {
  title: 'Lantern',
  url: 'https://lantern.example',
  baseUrl: '/',
  presets: [['classic', { docs: { routeBasePath: '/' }, blog: false }]],
  themeConfig: { navbar: { title: 'Lantern' } },
  // 88 pixels from the bottom, above Docusaurus's back-to-top button.
  scripts: [{ src: 'http://localhost:5001/embed', async: true, 'data-offset-y': '88' }],
};
