// integrations: [hyperrun({ server: 'https://chat.example.org' })], for Astro without Starlight

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import site from './site.cjs';

/** The server that the pages of this command load, and the tag's attributes; null where there is none. */
export function tagFor(command, root, options) {
  const beside = command === 'dev' && options.serve !== false ? site.startBeside(root) : '';
  const server = site.serverOf(beside, options);
  return server ? site.attributes(server, options) : null;
}

/** Tells the server each page's source after a build. */
export function tellSources() {
  let folders = [];
  return {
    name: 'hyperrun-pages',
    hooks: {
      'astro:config:done': ({ config }) => {
        const src = fileURLToPath(config.srcDir);
        folders = [path.join(src, 'content', 'docs'), path.join(src, 'pages')];
      },
      'astro:build:done': ({ dir, pages }) => {
        const built = new Map(pages.map((page) => [bare(page.pathname), page.pathname]));
        const told = folders.flatMap((folder) => sources(folder, built));
        site.writePages(fileURLToPath(dir), told);
      },
    },
  };
}

/** Those files of a folder whose page was built at the address that their name, or slug, gives. */
function sources(folder, built) {
  if (!fs.existsSync(folder)) return [];
  const root = site.repository(folder);
  return fs
    .readdirSync(folder, { recursive: true })
    .map((each) => String(each).split(path.sep).join('/'))
    .filter((each) => /\.(md|mdx|mdoc|markdown)$/.test(each))
    .map((each) => ({ file: path.join(folder, each), at: built.get(bare(slugOf(folder, each))) }))
    .filter(({ at }) => at !== undefined)
    .map(({ file, at }) => ({ path: at, source: site.source(file, root) }));
}

function slugOf(folder, file) {
  const head = /^---\r?\n([\s\S]*?)\r?\n---/.exec(fs.readFileSync(path.join(folder, file), 'utf8'));
  const own = head && /^slug:\s*["']?([^"'\r\n]+)/m.exec(head[1]);
  if (own) return own[1].trim();
  const slug = (part) =>
    part.toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '').replace(/ /g, '-');
  return file.replace(/\.\w+$/, '').split('/').map(slug).join('/').replace(/(^|\/)index$/, '');
}

const bare = (address) => decodeURI(address).replace(/^\/+|\/+$/g, '').replace(/(\/index)?\.html$/, '');

/** The integration. */
export default function hyperrun(options = {}) {
  const { hooks } = tellSources();
  return {
    name: 'hyperrun',
    hooks: {
      ...hooks,
      'astro:config:setup': ({ command, config, injectScript }) => {
        const own = tagFor(command, fileURLToPath(config.root), options);
        if (!own) return;
        const { async: _, ...rest } = own;
        injectScript('head-inline', `{
          const tag = Object.assign(document.createElement('script'), { async: true });
          for (const [name, value] of Object.entries(${JSON.stringify(rest).replace(/</g, '\\u003c')})) tag.setAttribute(name, value);
          document.head.append(tag);
        }`);
      },
    },
  };
}
