// starlight({ plugins: [hyperrun({ server: 'https://chat.example.org', color: '#e92063' })] })

import { fileURLToPath } from 'node:url';
import { tagFor, tellSources } from './astro.mjs';

/** The plugin. */
export default function hyperrun(options = {}) {
  const setup = ({ command, config, astroConfig, updateConfig, addIntegration }) => {
    const own = tagFor(command, fileURLToPath(astroConfig.root), options);
    if (own) updateConfig({ head: [...(config.head ?? []), { tag: 'script', attrs: own }] });
    addIntegration(tellSources());
  };
  return { name: 'hyperrun', hooks: { 'config:setup': setup } };
}
