// plugins: [['hyperrun/docusaurus', { server: 'https://chat.example.org', color: '#e92063' }]]

const path = require('node:path');
const { attributes, repository, serverOf, source, startBeside, writePages } = require('./site.cjs');

module.exports = function hyperrun(context, options) {
  const isDev = process.env.NODE_ENV === 'development';
  const beside = isDev && options.serve !== false ? startBeside(context.siteDir) : '';
  const server = serverOf(beside, options);
  const { baseUrl, i18n, siteDir } = context;

  return {
    name: 'hyperrun',

    injectHtmlTags() {
      if (!server) return {};
      // 88 pixels from the bottom, above Docusaurus's back-to-top button.
      const own = attributes(server, { offset_y: 88, ...options });
      return { headTags: [{ tagName: 'script', attributes: own }] };
    },

    async postBuild({ outDir, plugins }) {
      const root = repository(siteDir);
      const pages = new Map();
      const walk = (value, version) => {
        if (Array.isArray(value)) return value.forEach((each) => walk(each, version));
        if (!value || typeof value !== 'object') return;
        const own = value.versionName && value.versionName !== 'current' ? value.versionName : version;
        if (typeof value.permalink === 'string' && String(value.source).startsWith('@site/')) {
          const file = path.join(siteDir, value.source.slice('@site/'.length));
          const at = value.permalink.startsWith(baseUrl)
            ? value.permalink.slice(baseUrl.length)
            : value.permalink.replace(/^\//, '');
          pages.set(at, { path: at, source: source(file, root), version: own, language: i18n?.currentLocale ?? '' });
        }
        Object.values(value).forEach((each) => walk(each, own));
      };
      for (const plugin of plugins ?? []) walk(plugin.content, '');
      writePages(outDir, [...pages.values()]);
    },
  };
};
