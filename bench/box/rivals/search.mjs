// Three searches of static sites over the same pages, as their generators set them up.
//
//   node search.mjs < asked.json > found.json
//
// In:  {pages: [{page, html}], sections: [{page, anchor, titles, title, text}], queries: [text]}
// Out: {name: [[[page, title], …] of each query]}, best first, what the reader sees as rows.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import lunr from 'lunr';
import MiniSearch from 'minisearch';
import * as pagefind from 'pagefind';

const MOST = 10;
const chunks = [];
for await (const each of process.stdin) chunks.push(each);
const { pages, sections, queries } = JSON.parse(Buffer.concat(chunks).toString());
const documents = sections.map((each, id) => ({ ...each, id }));
const row = (id) => [documents[id].page, documents[id].title];

// VitePress 1.6, theme-default/components/VPLocalSearchBox.vue and node/plugins/localSearchPlugin.ts
const miniSearch = () => {
  const index = new MiniSearch({
    fields: ['title', 'titles', 'text'],
    storeFields: ['title', 'titles'],
    searchOptions: { fuzzy: 0.2, prefix: true, boost: { title: 4, text: 2, titles: 1 } },
  });
  index.addAll(documents);
  return queries.map((query) => index.search(query).slice(0, MOST).map(({ id }) => row(id)));
};

// MkDocs 1.6, contrib/search/templates/search/worker.js: each page whole, then each of its sections
const lunrOfMkDocs = () => {
  const whole = pages.map(({ page }) => {
    const own = documents.filter((each) => each.page === page);
    return { id: own[0].id + documents.length, title: own[0].title, text: own.map((each) => each.text).join(' ') };
  });
  const index = lunr(function () {
    this.field('title');
    this.field('text');
    this.ref('id');
    for (const each of [...whole, ...documents]) this.add(each);
  });
  const found = (query) => {
    try {
      return index.search(query);
    } catch {
      return []; // what is typed is a language of queries there, and may be no sentence of it
    }
  };
  return queries.map((query) =>
    found(query).slice(0, MOST).map(({ ref }) => row(ref >= documents.length ? ref - documents.length : ref)));
};

// Pagefind 1.6 with its own component: pages, each with the three of its headings that hold most
const pagefindOfSites = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rivals-'));
  try {
    const { index } = await pagefind.createIndex({ forceLanguage: 'en' });
    for (const { page, html } of pages) {
      const { errors } = await index.addHTMLFile({ url: '/' + page, content: html });
      if (errors.length) throw new Error(errors.join());
    }
    await index.writeFiles({ outputPath: folder });
    await pagefind.close();
    // What a browser has and its script asks for.
    const address = pathToFileURL(folder + '/').href;
    globalThis.window = globalThis;
    globalThis.location = new URL(address);
    globalThis.document = { querySelector: () => ({ getAttribute: () => 'en' }), currentScript: null };
    globalThis.fetch = async (url) => {
      const bytes = await readFile(fileURLToPath(String(url).split('?')[0]));
      return new Response(bytes);
    };
    const client = await import(pathToFileURL(join(folder, 'pagefind.js')).href);
    await client.options({ basePath: address, baseUrl: '/' });
    const found = [];
    for (const query of queries) {
      const { results } = await client.search(query);
      const first = await Promise.all(results.slice(0, MOST).map((each) => each.data()));
      found.push(
        first.map((each) => {
          const page = new URL(each.url, 'https://x/').pathname.slice(1);
          const inner = each.sub_results.filter((part) => part.url !== each.url);
          const most = [...inner].sort((a, b) => b.locations.length - a.locations.length).slice(0, 3);
          return [page, each.meta.title, ...most.map((part) => part.title)];
        }),
      );
    }
    return found;
  } finally {
    await rm(folder, { recursive: true });
  }
};

process.stdout.write(
  JSON.stringify({ Pagefind: await pagefindOfSites(), MiniSearch: miniSearch(), lunr: lunrOfMkDocs() }),
  () => process.exit(0),
);
