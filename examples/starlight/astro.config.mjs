import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';

export default defineConfig({
  site: 'https://lantern.example',
  integrations: [
    starlight({
      title: 'Lantern',
      head: [{ tag: 'script', attrs: { src: 'http://localhost:5001/embed', async: true } }],
    }),
  ],
});
