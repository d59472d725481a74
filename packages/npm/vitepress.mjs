// export default withHyperRun(defineConfig({ … }), { server: 'https://chat.example.org' })

import path from 'node:path';
import site from './site.cjs';

const isDev = () => !process.argv.slice(2).some((each) => ['build', 'preview', 'serve'].includes(each));

/** A VitePress configuration with Ask AI. */
export function withHyperRun(config, options = {}) {
  const beside = isDev() && options.serve !== false ? site.startBeside(process.cwd()) : '';
  const server = site.serverOf(beside, options);
  const { async: _, ...own } = server ? site.attributes(server, options) : {};
  return {
    ...config,
    head: [...(config.head ?? []), ...(server ? [['script', { async: '', ...own }]] : [])],
    async buildEnd(siteConfig) {
      await config.buildEnd?.(siteConfig);
      site.writePages(siteConfig.outDir, pagesOf(siteConfig));
    },
  };
}

function pagesOf({ pages, rewrites, srcDir, cleanUrls, site: about }) {
  const root = site.repository(srcDir);
  const locales = Object.keys(about?.locales ?? {}).filter((each) => each !== 'root');
  return pages.map((file) => {
    const stem = (rewrites?.map?.[file] ?? file).replace(/\.md$/, '');
    const folder = stem.split('/')[0];
    const locale = locales.includes(folder) ? folder : 'root';
    return {
      path: stem.replace(/(^|\/)index$/, '$1') || (cleanUrls ? '' : 'index.html'),
      source: site.source(path.join(srcDir, file), root),
      language: about?.locales?.[locale]?.lang ?? about?.lang ?? '',
    };
  }).map((page) => ({
    ...page,
    path: page.path.endsWith('/') || page.path === '' || page.path.endsWith('.html') || cleanUrls
      ? page.path
      : `${page.path}.html`,
  }));
}

export default withHyperRun;
