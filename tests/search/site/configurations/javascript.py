"""Where pages of JavaScript's generators stand, by their configuration.

Docusaurus, VitePress, VuePress, Starlight, Fumadocs, Nextra and Nuxt Content; Mintlify and Eleventy
have files of their own.
"""

from tests.search.site.configurations import Pages, Sites

DOCUSAURUS = {
    "website/docusaurus.config.js": "module.exports = {url: 'https://x.org', baseUrl: '/b/',"
    "presets: [['classic', {docs: {routeBasePath: 'learn'}}]]};",
    "website/docs/x.md": "",
    "website/blog/x.md": "",
    "website/src/pages/x.md": "",
}
VERSIONED = {
    "docusaurus.config.ts": "const config: Config = {url: 'https://x.org', baseUrl: '/',"
    "trailingSlash: true, i18n: {defaultLocale: 'en', locales: ['en', 'fr']},"
    "presets: [['classic', {docs: {routeBasePath: '/'}} satisfies Options]]};\n"
    "export default config;",
    "versions.json": '["2.0", "1.0"]',
    "docs/x.md": "",
    "versioned_docs/version-2.0/x.md": "",
    "versioned_docs/version-1.0/x.md": "",
    "i18n/fr/docusaurus-plugin-content-docs/current/x.md": "",
}
RELEASED = {
    "docusaurus.config.ts": "const last = '3.0'\nexport default {url: 'https://x.org',"
    "baseUrl: '/', presets: [['classic', {docs: {routeBasePath: '/', includeCurrentVersion: false,"
    "lastVersion: last, versions: {[last]: {label: '3 & 4'}}}}]]};",
    "versions.json": '["3.0", "2.0"]',
    "docs/x.md": "",
    "versioned_docs/version-2.0/x.md": "",
}
UNRELEASED = {**RELEASED, "versioned_docs/version-3.0/x.md": ""}
VITEPRESS = {
    "docs/.vitepress/config.mts": "import {shared} from './shared'\n"
    "export default defineConfig({...shared, cleanUrls: true, base: '/v/',"
    "rewrites: {'en/:rest*': ':rest*', 'packages/:pkg/src/:slug*': ':pkg/:slug*'}})",
    "docs/.vitepress/shared.ts": "export const shared = {srcDir: 'src', "
    "srcExclude: ['**/draft/*']}",
}
PLAIN_VITEPRESS = {".vitepress/config.js": "export default { title: 'x' }"}
COMPUTED_VITEPRESS = {".vitepress/config.js": "export default { rewrites: (id) => id + 'x' }"}
STARLIGHT = {
    "docs/astro.config.mjs": "import starlight from '@astrojs/starlight';\n"
    "export default defineConfig({site: 'https://x.org', base: '/s', integrations: "
    "[starlight({title: 'x'})]});",
    "docs/src/content/docs/index.mdx": "",
}
NEXTRA = {
    "docs/next.config.mjs": "import nextra from 'nextra'\n"
    "const withNextra = nextra({contentDirBasePath: '/docs'})\n",
    "docs/next-sitemap.config.js": "export default {siteUrl: 'https://x.org'}\n",
    "docs/src/content/index.mdx": "", "docs/app/page.mdx": "",
}  # fmt: skip
NEXT = {"next.config.mjs": "import a from '@next/mdx'\n", "content/index.mdx": ""}
DOCUS = {
    "docs/nuxt.config.ts": "export default defineNuxtConfig({extends: ['docus'],\n"
    "site: {name: 'X', url: 'https://x.org'}})\n",
    "docs/content/index.md": "",
}
COLLECTED = {
    "nuxt.config.ts": "export default defineNuxtConfig({modules: ['@nuxt/content'],\n"
    "llms: {domain: 'https://x.org/'}})\n",
    "content.config.ts": "export default defineContentConfig({collections: {\n"
    "docs: defineCollection({type: 'page', source: {include: '1.docs/**', prefix: '/learn'}}),\n"
    "posts: defineCollection({type: 'page', source: [{include: 'blog/*.md'}, 'a.md']}),\n"
    "data: defineCollection({type: 'data', source: 'data/*.md'})}})\n",
    "content/a.md": "",
}
UNDOCS = {"docs/.config/docs.yaml": "name: X\nurl: https://x.org\n"}
NUXT = {"nuxt.config.ts": "export default defineNuxtConfig({})\n", "content/a.md": ""}
VUEPRESS = {"docs/.vuepress/config.ts": "export default defineUserConfig({ base: '/v/' })\n"}
PATTERNED = {"docs/.vuepress/config.js": "module.exports = { permalink: '/:year/:slug' }\n"}
FUMADOCS = {
    "site/source.config.ts": "export const docs = defineDocs({\n  dir: 'content/docs',\n});\n",
    "site/lib/source.ts": "export const source = loader({\n  baseUrl: '/docs',\n"
    "  source: docs.toFumadocsSource(),\n});\n",
    "site/content/docs/index.mdx": "",
}
COLLECTIONS = {
    "source.config.ts": "export const blog = defineDocs({ dir: 'content/blog' });\n"
    "export const docs = defineDocs({\n  dir: 'content/docs',\n  docs: { schema },\n});\n",
    "lib/own/source.ts": "export const posts = loader({\n  i18n,\n  baseUrl: '/blog',\n"
    "  source: blog.toFumadocsSource(),\n});\nexport const source = loader({\n  i18n,\n"
    "  baseUrl: '/docs',\n  source: docs.toFumadocsSource(),\n});\n",
    "content/docs/a.mdx": "",
    "content/docs/a.fr.mdx": "",
    "content/docs/next.js.mdx": "",
    "content/blog/a.mdx": "",
}
UNPLACED = {each: text for each, text in FUMADOCS.items() if "lib" not in each}

PAGES: Pages = [
    (DOCUSAURUS, "website/docs/intro.md", {}, "learn/intro"),
    (DOCUSAURUS, "website/docs/01-guides/02-install.mdx", {}, "learn/guides/install"),
    (DOCUSAURUS, "website/docs/guides/index.md", {}, "learn/guides/"),
    (DOCUSAURUS, "website/docs/guides/guides.md", {}, "learn/guides/"),
    (DOCUSAURUS, "website/docs/2021-01-02-news.md", {}, "learn/2021-01-02-news"),
    (DOCUSAURUS, "website/docs/a/b.md", {"slug": "/"}, "learn/"),
    (DOCUSAURUS, "website/docs/a/b.md", {"slug": "c/d"}, "learn/a/c/d"),
    (DOCUSAURUS, "website/docs/a/b.md", {"id": "e"}, "learn/a/e"),
    (DOCUSAURUS, "website/docs/a/_b.md", {}, None),
    (DOCUSAURUS, "website/docs/a/b.md", {"draft": True}, None),
    (DOCUSAURUS, "website/blog/2021-08-01-mdx.md", {}, "blog/2021/08/01/mdx"),
    (DOCUSAURUS, "website/blog/2021-08-01-mdx/index.md", {"slug": "m"}, "blog/m"),
    (DOCUSAURUS, "website/src/pages/about.md", {}, "about"),
    (DOCUSAURUS, "README.md", {}, None),
    (VERSIONED, "docs/x.md", {}, "next/x/"),
    (VERSIONED, "versioned_docs/version-2.0/x.md", {}, "x/"),
    (VERSIONED, "versioned_docs/version-1.0/x.md", {}, "1.0/x/"),
    (VERSIONED, "i18n/fr/docusaurus-plugin-content-docs/current/x.md", {}, "fr/next/x/"),
    (RELEASED, "docs/x.md", {}, "x"),
    (RELEASED, "versioned_docs/version-2.0/x.md", {}, "2.0/x"),
    (UNRELEASED, "docs/x.md", {}, None),
    (UNRELEASED, "versioned_docs/version-3.0/x.md", {}, "x"),
    (VITEPRESS, "docs/src/en/guide/a.md", {}, "guide/a"),
    (VITEPRESS, "docs/src/en/guide/index.md", {}, "guide/"),
    (VITEPRESS, "docs/src/packages/p/src/q.md", {}, "p/q"),
    (VITEPRESS, "docs/src/draft/a.md", {}, None),
    (VITEPRESS, "docs/a.md", {}, None),
    (PLAIN_VITEPRESS, "a/b.md", {}, "a/b.html"),
    (PLAIN_VITEPRESS, "a/[b].md", {}, None),
    (COMPUTED_VITEPRESS, "a/b.md", {}, None),
    (STARLIGHT, "docs/src/content/docs/guides/My Page.mdx", {}, "guides/my-page/"),
    (STARLIGHT, "docs/src/content/docs/index.mdx", {}, "./"),
    (STARLIGHT, "docs/src/content/docs/fr/a.md", {}, "fr/a/"),
    (STARLIGHT, "docs/src/content/docs/a.md", {"slug": "b/c"}, "b/c/"),
    (STARLIGHT, "docs/src/content/docs/_a.md", {}, None),
    (STARLIGHT, "docs/src/content/docs/a.md", {"draft": True}, None),
    (STARLIGHT, "docs/README.md", {}, None),
    (VUEPRESS, "docs/guide/README.md", {}, "guide/"),
    (VUEPRESS, "docs/guide/a.md", {}, "guide/a.html"),
    (VUEPRESS, "docs/guide/a.md", {"permalink": "/z/"}, "z/"),
    (VUEPRESS, "docs/guide/a.md", {"permalink": "/:slug/"}, None),
    (VUEPRESS, "docs/.vuepress/a.md", {}, None),
    (VUEPRESS, "a.md", {}, None),
    (PATTERNED, "docs/a.md", {}, None),
    (FUMADOCS, "site/content/docs/a/b.mdx", {}, "a/b"),
    (FUMADOCS, "site/content/docs/(group)/a/index.mdx", {}, "a"),
    (FUMADOCS, "site/content/docs/index.mdx", {}, "./"),
    (FUMADOCS, "site/content/docs/a.json", {}, None),
    (FUMADOCS, "site/README.md", {}, None),
    (UNPLACED, "site/content/docs/a.mdx", {}, None),
    (COLLECTIONS, "content/docs/a.mdx", {}, "a"),
    (COLLECTIONS, "content/docs/next.js.mdx", {}, "next.js"),
    (COLLECTIONS, "content/docs/a.fr.mdx", {}, None),
    (COLLECTIONS, "content/blog/a.mdx", {}, None),
    (NEXTRA, "docs/src/content/index.mdx", {}, "docs"),
    (NEXTRA, "docs/src/content/a/b.mdx", {}, "docs/a/b"),
    (NEXTRA, "docs/app/page.mdx", {}, "./"),
    (NEXTRA, "docs/app/(group)/a/page.md", {}, "a"),
    (NEXTRA, "docs/app/a/old.mdx", {}, None),
    (NEXTRA, "docs/app/[...slug]/page.mdx", {}, None),
    (NEXT, "content/a.mdx", {}, None),
    (DOCUS, "docs/content/1.get-started/2.set-up.md", {}, "get-started/set-up"),
    (DOCUS, "docs/content/01.guide/00.index.md", {}, "guide"),
    (DOCUS, "docs/content/index.md", {}, "./"),
    (DOCUS, "docs/content/3.utils/$fetch.md", {}, "utils/dollarfetch"),
    (DOCUS, "docs/content/1.x/A B.draft.md", {}, "1.x/a-b"),
    (DOCUS, "docs/content/a.md", {"path": "/b/c"}, "b/c"),
    (DOCUS, "docs/content/日本.md", {}, None),
    (DOCUS, "docs/content/.a/b.md", {}, None),
    (DOCUS, "docs/content/a.yml", {}, None),
    (DOCUS, "docs/a.md", {}, None),
    (COLLECTED, "content/1.docs/2.b.md", {}, "learn/b"),
    (COLLECTED, "content/blog/b.md", {}, "blog/b"),
    (COLLECTED, "content/a.md", {}, "a"),
    (COLLECTED, "content/data/b.md", {}, None),
    (UNDOCS, "docs/1.guide/900.api/1.h.md", {}, "guide/api/h"),
    (UNDOCS, "docs/.partials/a.md", {}, None),
    (NUXT, "content/a.md", {}, None),
]  # fmt: skip

SITES: Sites = [
    (DOCUS, "https://x.org/"),
    (COLLECTED, "https://x.org/"),
    (UNDOCS, "https://x.org/"),
    (NEXTRA, "https://x.org"),
    (DOCUSAURUS, "https://x.org/b/"),
    (STARLIGHT, "https://x.org/s"),
    ({"docusaurus.config.js": "module.exports = {{{"}, ""),
]
