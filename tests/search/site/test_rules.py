"""Where pages stand on a site, by what its generator's configuration says."""

import json
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from hyperrun.search.bounded import Worker
from hyperrun.search.site import rules
from tests.search import repository

Files = Mapping[str, str]

MKDOCS = {"mkdocs.yml": "site_name: x\nsite_url: https://x.org/d/\nnav: !!python/name:a.b\n"}
FLAT = {"mkdocs.yml": "site_url: https://x.org/\nuse_directory_urls: false\ndocs_dir: doc/\n"}
NESTED = {
    "mkdocs.yml": "plugins:\n  - blog:\n      site_url: https://wrong.org/\n      docs_dir: no\n"
    "site_url: !ENV [URL, 'https://x.org/']\ndocs_dir: ./pages\n"
}
INHERITED = {
    "base.yml": "site_url: https://x.org/\nuse_directory_urls: false\n",
    "docs/mkdocs.yml": "INHERIT: ../base.yml\ndocs_dir: .\n",
}
VARIANTS = {
    "mkdocs-common.yml": "site_name: x\nuse_directory_urls: false\n",
    "mkdocs-nav.yml": "nav:\n  - index.md\n",
    "mkdocs-online.yml": "INHERIT: mkdocs-common.yml\nsite_url: https://x.org/v/\n",
}
FLOW = {"mkdocs.yml": "{site_url: &u https://x.org/, other: *u, docs_dir: docs}\n"}
EXCLUDING = {"mkdocs.yml": "exclude_docs: |\n  drafts/\n  *.inc.md\n"}
PLUGIN_EXCLUDING = {
    "mkdocs.yml": "plugins:\n  - exclude:\n      glob: ['**/_template.md', snippets/*]\n"
}
SUFFIXES = {
    "mkdocs.yml": "plugins:\n  - i18n:\n      languages:\n        - {locale: en, default: true}\n"
    "        - {locale: fr}\n        - {locale: de, build: false}\n"
}
FOLDERS = {"mkdocs.yml": SUFFIXES["mkdocs.yml"] + "      docs_structure: folder\n"}
ZENSICAL = {"zensical.toml": '[project]\nsite_url = "https://x.org/z/"\ndocs_dir = "d"\n'}
QUARTO = {"_quarto.yml": "project:\n  type: website\nwebsite:\n  site-url: https://x.org\n"}
PROFILED = {
    "_quarto.yml": "project: {type: website}\nprofile: {default: open}\n",
    "_quarto-open.yml": "website: {site-url: https://open.x.org}\n",
}
BOOK = {
    "_quarto.yml": "project: {type: book}\nbook:\n  site-url: https://x.org\n  chapters:\n"
    "    - index.qmd\n    - part: p.qmd\n      chapters: [a.qmd]\n"
}
RENDERING = {"_quarto.yml": "project: {type: website, render: ['*.qmd', '!b.qmd', posts/]}\n"}
BELOW = {"website/_quarto.yml": QUARTO["_quarto.yml"], "README.md": "# x\n"}
NBDEV = {
    "settings.ini": "[DEFAULT]\nlib_name = lib\nnbs_path = nbs\ndoc_host = https://%(user)s.org\n"
    "user = x\ndoc_baseurl = /%(lib_name)s/\n",
    "nbs/index.ipynb": "{}",
}
NBDEV_YML = {
    "pyproject.toml": "[tool.nbdev]\n",
    "nbs/nbdev.yml": "website:\n  site-url: https://x.org/\n",
}
SPHINX = {
    "docs/conf.py": "project = 'x'\nhtml_baseurl = 'https://x.org/en/latest/'\n"
    "extensions = ['myst_parser']\nexclude_patterns = ['_build', '**/part.*']\n",
    "docs/index.rst": "x\n=\n",
}
DIRHTML = {
    "manual/source/conf.py": "project = 'x'\n",
    "manual/source/index.rst": "x\n=\n",
    ".readthedocs.yaml": "sphinx:\n  builder: dirhtml\n  configuration: manual/source/conf.py\n",
}
COMMANDED = {
    **DIRHTML, ".readthedocs.yaml": "build:\n  commands:\n    - sphinx-build -W -b dirhtml a b\n"
}  # fmt: skip
MADE = {**DIRHTML, ".readthedocs.yaml": "build:\n  commands:\n    - make dirhtml\n"}
NOT_COMMANDED = {
    **DIRHTML,
    ".readthedocs.yaml": "build:\n  commands:\n    # not -b dirhtml\n"
    "    - sphinx-build -b html dirhtml b\n",
}  # fmt: skip
BUILT_SPHINX = {
    "docs/conf.py": "from lamps import conf\n\n"
    "globals().update(conf.build('lamps', __file__, project='x', **conf.more))\n",
    "docs/index.rst": "x\n=\n",
}
NOT_SPHINX = {"tools/conf.py": "import os\nproject = os.getcwd()\n"}
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
PKGDOWN = {
    "_pkgdown.yml": "url: https://x.org/p\ntemplate: {bootstrap: 5}\n",
    "DESCRIPTION": "Package: p\n",
    "README.md": "# p\n",
}
INNER_PKGDOWN = {
    "r/pkgdown/_pkgdown.yml": "url: https://x.org/p\n",
    "r/DESCRIPTION": "Package: p\n",
    "r/index.md": "# p\n",
}
GREAT_DOCS = {
    "great-docs.yml": "site_url: https://x.org/p\nsections:\n  - {title: A, dir: some_talks}\n"
    "  - {title: B, dir: blog, type: blog}\n  - 3\n",
    "user_guide/00-a.qmd": "",
    "index.qmd": "# p\n",
    "README.md": "# p\n",
}
ORDERED_GUIDE = {
    "great-docs.yml": "user_guide:\n  - {section: A, contents: [00-a.qmd]}\n",
    "user-guide/00-a.qmd": "",
}
NO_PACKAGE = {"_pkgdown.yml": "url: https://x.org/p\n"}
DOCUMENTER = {
    "docs/make.jl": 'using Documenter, P\n# makedocs(source = "old")\nmakedocs(modules = [P],\n'
    '    format = Documenter.HTML(canonical = "https://x.org/P.jl/stable/"))\n',
    "docs/src/index.md": "# P\n",
}
FLAT_DOCUMENTER = {
    "docs/make.jl": 'makedocs(source = "pages", format = Documenter.HTML(prettyurls = false))\n',
    "docs/pages/index.md": "# P\n",
}
DOCFX = {
    "docs/docfx.json": """\ufeff{
  // what it builds
  "build": {
    "content": [
      {"files": ["api/**.yml", "**.md"], "exclude": ["_site/**", "spec/**"]},
      {"files": "**/*.{md,yml}", "src": "../guides", "dest": "guide"}, /* more */
    ],
    "globalMetadata": {"_appName": "Lamps // Docs", "_appLogoPath": "logo.svg"},
    "sitemap": {"baseurl": "https://x.org/lamps"},
  }
}"""
}
EXDOC = {
    "mix.exs": "defmodule P.MixProject do\n  def project, do: [app: :my_p, package: package(),\n"
    '    docs: [main: "overview", extras: extras()]]\n'
    '  defp extras, do: ["README.md", "guides/Set_up.md": [title: "x"],\n'
    '    {"guides/b.livemd", [title: "B", filename: "bee"]}, "guides/more/*.cheatmd",\n'
    '    # "guides/old.md"\n  ]\nend\n',
}
MDBOOK = {
    "book.toml": '[book]\nsrc = "text"\n',
    "text/SUMMARY.md": "[Intro](README.md)\n"
    "- [One](./one.md)\n  - [Two](sub/two.md)\n- [Draft]()\n",
}
NEXTRA = {
    "docs/next.config.mjs": "import nextra from 'nextra'\n"
    "const withNextra = nextra({contentDirBasePath: '/docs'})\n",
    "docs/next-sitemap.config.js": "export default {siteUrl: 'https://x.org'}\n",
    "docs/src/content/index.mdx": "", "docs/app/page.mdx": "",
}  # fmt: skip
NEXT = {"next.config.mjs": "import a from '@next/mdx'\n", "content/index.mdx": ""}
MYST = {
    "docs/myst.yml": "version: 1\nproject:\n  toc:\n    - file: intro.md\n    - title: Part\n"
    "      children:\n        - file: part/01_Set up & go.md\n        - file: other/set-up-and-go\n"
    "        - pattern: more/*.ipynb\nsite:\n  template: book-theme\n",
    "docs/intro.md": "", "docs/part/01_Set up & go.md": "", "docs/other/set-up-and-go.md": "",
    "docs/more/2024-news.ipynb": "{}", "docs/left-out.md": "",
}  # fmt: skip
MYST_FOLDERS = {
    "myst.yml": "project: {exclude: [drafts/**]}\nsite: {options: {folders: true}}\n",
    "README.md": "", "guide/index.md": "", "guide/2_lamps.md": "", "drafts/a.md": "",
}  # fmt: skip
JUPYTER_BOOK = {
    "book/_toc.yml": "format: jb-book\nroot: intro\nchapters:\n  - file: a/b\n",
    "book/_config.yml": "title: x\nexclude_patterns: [old/*]\nhtml: {baseurl: https://x.org/b/}\n",
    "book/intro.md": "",
}
SUMMARY = (
    "# Table of contents\n\n* [Home](README.md)\n\n"
    '## Get Started <a href="#start" id="start"></a>\n\n* [Set up](start/set-up/README.md "Set")\n'
    "  * [My \\[one\\]](<start/set-up/My one.md>)\n  * [Moved](elsewhere/moved.md)\n"
    "  * [Twice](start/set-up/README.md#a)\n  * [Site](https://x.org/a.md)\n\n"
    "## Edit & publish\n\n* [Flat](flat.md)\n\n***\n\n* [Last](last/README.md)\n"
)
GITBOOK = {"SUMMARY.md": SUMMARY, ".gitbook/assets/a.txt": "a"}
GITBOOK_BELOW = {
    ".gitbook.yaml": "root: ./docs/\nstructure:\n  readme: start.md\n  summary: toc/SUMMARY.md\n",
    "docs/toc/SUMMARY.md": "* [Start](start.md)\n* [A](a/b.md)\n",
}
GITBOOK_SPACES = {
    ".gitbook.yaml": "",
    "docs.yaml": "site:\n  structure:\n    - type: section\n      path: docs\n      default: true\n"
    "      children:\n        - type: space\n          path: en\n          default: true\n"
    "          content:\n            directory: ./en\n        - type: space\n          path: fr\n"
    "          content:\n            directory: null\n    - type: section-group\n      children:\n"
    "        - type: section\n          path: changes\n          children:\n"
    "            - type: space\n              path: all\n              default: true\n"
    "              content:\n                directory: /log\n",
    "en/SUMMARY.md": "* [Home](README.md)\n* [A](a.md)\n",
    "log/old.md": "",
}
HONKIT = {"SUMMARY.md": SUMMARY, "book.json": "{}"}
HUGO = {
    "hugo.toml": "baseURL = 'https://x.org/'\ndefaultContentLanguage = 'en'\n"
    "[languages.en]\nweight = 1\n[languages.fr]\nweight = 2\n",
    "content/_index.md": "",
}
JEKYLL = {"_config.yml": "title: x\nremote_theme: just-the-docs\nurl: https://x.org\nbaseurl: /j\n"}
DATED = {"_config.yml": "title: x\npermalink: /blog/:year/:i_month/:title\n"}
PERMALINKS = {
    "hugo.toml": "baseURL = 'https://x.org/'\n[permalinks.page]\nposts = '/:year/:month/:slug/'\n"
    "books = '/:sections/:filename/'\nodd = '/:colour/'\n[permalinks.section]\nposts = '/news/'\n",
    "content/_index.md": "",
}
VUEPRESS = {"docs/.vuepress/config.ts": "export default defineUserConfig({ base: '/v/' })\n"}
PATTERNED = {"docs/.vuepress/config.js": "module.exports = { permalink: '/:year/:slug' }\n"}
ANTORA = {"docs/antora.yml": "name: lamp\nversion: '2.1'\n"}
ROOT_ANTORA = {"antora.yml": "name: ROOT\nversion: ~\n"}
PLAYED = {
    "antora-playbook.yml": "site: {url: https://x.org}\nurls: {html_extension_style: indexify}\n"
    "asciidoc: {attributes: {idprefix: '', idseparator: '-'}}\n",
    "docs/antora.yml": "name: lamp\nversion: ~\n",
}
BRANCHED = {"docs/antora.yml": "name: lamp\nversion: true\n"}
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
ZOLA = {"config.toml": "base_url = 'https://x.org'\ntheme = 'x'\n", "content/_index.md": ""}
PRETTY = {"_config.yml": "title: x\npermalink: pretty\nexclude: [private]\n"}
TITLED = {"\0heading": "Core"}


@pytest.mark.parametrize(
    ("configuration", "file", "front", "page"),
    [
        (MKDOCS, "docs/index.md", {}, "./"),
        (MKDOCS, "docs/a/README.md", {}, "a/"),
        (MKDOCS, "docs/a/b.md", {}, "a/b/"),
        (MKDOCS, "docs/a b.md", {}, "a%20b/"),
        (MKDOCS, "README.md", {}, None),
        (MKDOCS, "docs/a.py", {}, None),
        (MKDOCS, "docs/.hidden/a.md", {}, None),
        (FLAT, "doc/a/b.md", {}, "a/b.html"),
        (FLAT, "doc/index.md", {}, "./"),
        (NESTED, "pages/a.md", {}, "a/"),
        (NESTED, "docs/a.md", {}, None),
        (INHERITED, "docs/a.md", {}, "a.html"),
        (FLOW, "docs/a.md", {}, "a/"),
        (PLUGIN_EXCLUDING, "docs/a/_template.md", {}, None),
        (PLUGIN_EXCLUDING, "docs/snippets/b.md", {}, None),
        (PLUGIN_EXCLUDING, "docs/a/b.md", {}, "a/b/"),
        (EXCLUDING, "docs/drafts/a.md", {}, None),
        (EXCLUDING, "docs/a.inc.md", {}, None),
        (EXCLUDING, "docs/a.md", {}, "a/"),
        (SUFFIXES, "docs/a.md", {}, "a/"),
        (SUFFIXES, "docs/a.en.md", {}, "a/"),
        (SUFFIXES, "docs/a.de.md", {}, None),
        (SUFFIXES, "docs/b/index.fr.md", {}, "fr/b/"),
        (FOLDERS, "docs/en/a.md", {}, "a/"),
        (FOLDERS, "docs/fr/a.md", {}, "fr/a/"),
        (FOLDERS, "docs/de/a.md", {}, None),
        (VARIANTS, "docs/a.md", {}, "a.html"),
        (ZENSICAL, "d/a.md", {}, "a/"),
        (QUARTO, "a/b.qmd", {}, "a/b.html"),
        (QUARTO, "01_b.qmd", {}, "01_b.html"),
        (QUARTO, "index.qmd", {}, "./"),
        (QUARTO, "a.md", {"draft": True}, None),
        (QUARTO, "a.qmd", {"format": {"pdf": None}}, None),
        (QUARTO, "a.qmd", {"output-file": "z.html"}, "z.html"),
        (QUARTO, "a/_b.qmd", {}, None),
        (QUARTO, "_a/b.qmd", {}, None),
        (QUARTO, "README.md", {}, None),
        (PROFILED, "a.qmd", {}, "a.html"),
        (BOOK, "p.qmd", {}, "p.html"),
        (BOOK, "a.qmd", {}, "a.html"),
        (BOOK, "b.qmd", {}, None),
        (RENDERING, "a.qmd", {}, "a.html"),
        (RENDERING, "b.qmd", {}, None),
        (RENDERING, "c.md", {}, None),
        (RENDERING, "posts/c.md", {}, "posts/c.html"),
        (BELOW, "website/a.qmd", {}, "a.html"),
        (BELOW, "README.md", {}, None),
        (NBDEV, "nbs/api/01_core.ipynb", TITLED, "api/core.html"),
        (NBDEV, "nbs/api/00a_Core.ipynb", TITLED, "api/core.html"),
        (NBDEV, "nbs/api/01_core.ipynb", {}, "api/01_core.html"),
        (NBDEV, "nbs/index.ipynb", TITLED, "./"),
        (NBDEV_YML, "nbs/a.ipynb", TITLED, "a.html"),
        (SPHINX, "docs/a/b.rst", {}, "a/b.html"),
        (SPHINX, "docs/a/b.md", {}, "a/b.html"),
        (SPHINX, "docs/a/part.rst", {}, None),
        (SPHINX, "docs/_build/b.rst", {}, None),
        (SPHINX, "docs/a/b.ipynb", {}, None),
        (SPHINX, "docs/index.rst", {}, "./"),
        (BUILT_SPHINX, "docs/a/b.rst", {}, "a/b.html"),
        (DIRHTML, "manual/source/a/b.rst", {}, "a/b/"),
        (DIRHTML, "manual/source/a.md", {}, None),
        (COMMANDED, "manual/source/a/b.rst", {}, "a/b/"),
        (MADE, "manual/source/a/b.rst", {}, "a/b/"),
        (NOT_COMMANDED, "manual/source/a/b.rst", {}, "a/b.html"),
        (NOT_SPHINX, "tools/a.rst", {}, None),
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
        (PKGDOWN, "man/Set_it.up.Rd", {}, "reference/Set_it.up.html"),
        (GREAT_DOCS, "user_guide/01_b/00-a.qmd", {}, "user-guide/b/a.html"),
        (GREAT_DOCS, "some_talks/1-a.md", {}, "some-talks/a.html"),
        (GREAT_DOCS, "blog/1-a/index.qmd", {}, "blog/1-a/"),
        (GREAT_DOCS, "index.qmd", {}, "./"),
        (GREAT_DOCS, "README.md", {}, None),
        (GREAT_DOCS, "other/a.md", {}, None),
        (GREAT_DOCS, "user_guide/_part.qmd", {}, None),
        (ORDERED_GUIDE, "user-guide/00-a.qmd", {}, "user-guide/00-a.html"),
        (PKGDOWN, "man/figures/a.md", {}, None),
        (PKGDOWN, "vignettes/a.Rmd", {"title": "A"}, "articles/a.html"),
        (PKGDOWN, "vignettes/articles/a.Rmd", {}, "articles/a.html"),
        (PKGDOWN, "vignettes/web/a.qmd", {}, "articles/web/a.html"),
        (PKGDOWN, "vignettes/_part.Rmd", {}, None),
        (PKGDOWN, "README.md", {}, "./"),
        (PKGDOWN, "NEWS.md", {}, "news/index.html"),
        (PKGDOWN, "cran-comments.md", {}, None),
        (INNER_PKGDOWN, "r/index.md", {}, "./"),
        (INNER_PKGDOWN, "r/README.md", {}, None),
        (INNER_PKGDOWN, "r/man/a.Rd", {}, "reference/a.html"),
        (NO_PACKAGE, "man/a.Rd", {}, None),
        (DOCUMENTER, "docs/src/index.md", {}, "./"),
        (DOCUMENTER, "docs/src/man/a_b.md", {}, "man/a_b/"),
        (DOCUMENTER, "docs/src/lib/index.md", {}, "lib/"),
        (DOCUMENTER, "README.md", {}, None),
        (FLAT_DOCUMENTER, "docs/pages/man/a.md", {}, "man/a.html"),
        ({"docs/make.jl": "run(`make`)\n", "docs/src/index.md": ""}, "docs/src/a.md", {}, None),
        (DOCFX, "docs/index.md", {}, "./"),
        (DOCFX, "docs/a/b.md", {}, "a/b.html"),
        (DOCFX, "docs/a/b.md", {"redirect_url": "c.html"}, None),
        (DOCFX, "docs/README.md", {}, "README.html"),
        (DOCFX, "docs/spec/b.md", {}, None),
        (DOCFX, "docs/api/Lamp.yml", {}, "api/Lamp.html"),
        (DOCFX, "docs/faq.yml", {}, None),
        (DOCFX, "guides/faq.yml", {}, "guide/faq.html"),
        (DOCFX, "guides/a/index.md", {}, "guide/a/"),
        (DOCFX, "guides/toc.yml", {}, None),
        (DOCFX, "README.md", {}, None),
        (EXDOC, "README.md", {}, "readme.html"),
        (EXDOC, "guides/Set_up.md", {}, "set_up.html"),
        (EXDOC, "guides/b.livemd", {}, "bee.html"),
        (EXDOC, "guides/more/c.cheatmd", {}, "c.html"),
        (EXDOC, "guides/old.md", {}, None),
        (EXDOC, "lib/p.ex", {}, None),
        (EXDOC, "lib/p.ex", {"module": "P.Lamp"}, "P.Lamp.html"),
        (EXDOC, "test/p.ex", {"module": "P.Lamp"}, None),
        (EXDOC, "README.md", {"module": "P.Lamp"}, "readme.html"),
        (MDBOOK, "text/README.md", {}, "./"),
        (MDBOOK, "text/sub/two.md", {}, "sub/two.html"),
        (MDBOOK, "text/three.md", {}, None),
        (GITBOOK, "README.md", {}, "./"),
        (GITBOOK, "start/set-up/README.md", {}, "start/set-up"),
        (GITBOOK, "start/set-up/My one.md", {}, "start/set-up/my-one"),
        (GITBOOK, "elsewhere/moved.md", {}, "start/set-up/moved"),
        (GITBOOK, "flat.md", {}, "edit-and-publish/flat"),
        (GITBOOK, "last/README.md", {}, "last"),
        (GITBOOK, "draft.md", {}, None),
        (GITBOOK_BELOW, "docs/start.md", {}, "./"),
        (GITBOOK_BELOW, "docs/a/b.md", {}, "b"),
        (GITBOOK_BELOW, "README.md", {}, None),
        (GITBOOK_SPACES, "en/README.md", {}, "./"),
        (GITBOOK_SPACES, "en/a.md", {}, "a"),
        (GITBOOK_SPACES, "log/README.md", {}, "changes"),
        (GITBOOK_SPACES, "log/old.md", {}, "changes/old"),
        (HONKIT, "flat.md", {}, None),
        (MDBOOK | {"text/.gitbook/a.txt": "a"}, "text/sub/two.md", {}, "sub/two.html"),
        (HUGO, "content/_index.md", {}, "./"),
        (HUGO, "content/Docs/My Page.md", {}, "docs/my-page/"),
        (HUGO, "content/docs/b/index.fr.md", {}, "fr/docs/b/"),
        (HUGO, "content/docs/b.md", {"slug": "c"}, "docs/c/"),
        (HUGO, "content/docs/b.md", {"url": "/z/y.html"}, "z/y.html"),
        (HUGO, "content/docs/b.md", {"draft": True}, None),
        (JEKYLL, "docs/a.md", {"title": "A"}, "docs/a.html"),
        (JEKYLL, "index.md", {"title": "A"}, "./"),
        (JEKYLL, "docs/a.md", {"permalink": "/z/"}, "z/"),
        (JEKYLL, "_posts/2020-01-02-Set-it_up.md", {"title": "A"}, "2020/01/02/Set-it_up.html"),
        (JEKYLL, "a/b/_posts/2020-01-02-c.md", {"category": "D e"}, "a/b/d-e/2020/01/02/c.html"),
        (JEKYLL, "_posts/2020-01-02-a.md", {"categories": "x Y"}, "x/y/2020/01/02/a.html"),
        (JEKYLL, "_posts/2020-01-02-a.md", {"date": "2021-11-30 10:00"}, "2021/11/30/a.html"),
        (JEKYLL, "_posts/2020-01-02-a.md", {"permalink": "/z/"}, "z/"),
        (JEKYLL, "_posts/2020-01-02-a.md", {"published": False}, None),
        (JEKYLL, "_posts/2999-01-02-a.md", {"title": "A"}, None),
        (JEKYLL, "_posts/a.md", {"title": "A"}, None),
        (PRETTY, "_posts/2020-01-02-a.md", {"title": "A"}, "2020/01/02/a/"),
        (DATED, "_posts/2020-01-02-a.md", {"slug": "b c"}, "blog/2020/1/b-c.html"),
        (PERMALINKS, "content/posts/a.md", {"date": "2020-01-02", "title": "Set it up"},
         "2020/01/set-it-up/"),
        (PERMALINKS, "content/posts/a.md", {"date": "2020-01-02", "slug": "s"}, "2020/01/s/"),
        (PERMALINKS, "content/posts/a.md", {"title": "A"}, None),
        (PERMALINKS, "content/posts/_index.md", {"title": "A"}, "news/"),
        (PERMALINKS, "content/books/a/b/index.md", {"title": "A"}, "books/a/b/"),
        (PERMALINKS, "content/odd/a.md", {"title": "A"}, None),
        (PERMALINKS, "content/docs/a.md", {"title": "A"}, "docs/a/"),
        (PRETTY, "docs/a.md", {"title": "A"}, "docs/a/"),
        (PRETTY, "private/a.md", {"title": "A"}, None),
        (VUEPRESS, "docs/guide/README.md", {}, "guide/"),
        (VUEPRESS, "docs/guide/a.md", {}, "guide/a.html"),
        (VUEPRESS, "docs/guide/a.md", {"permalink": "/z/"}, "z/"),
        (VUEPRESS, "docs/guide/a.md", {"permalink": "/:slug/"}, None),
        (VUEPRESS, "docs/.vuepress/a.md", {}, None),
        (VUEPRESS, "a.md", {}, None),
        (PATTERNED, "docs/a.md", {}, None),
        (ANTORA, "docs/modules/ROOT/pages/a/b.adoc", {}, "lamp/2.1/a/b.html"),
        (ANTORA, "docs/modules/more/pages/index.adoc", {}, "lamp/2.1/more/index.html"),
        (ANTORA, "docs/modules/ROOT/partials/b.adoc", {}, None),
        (ANTORA, "docs/modules/ROOT/pages/_b.adoc", {}, None),
        (ANTORA, "docs/modules/ROOT/pages/b.png", {}, None),
        (ANTORA, "README.adoc", {}, None),
        (ROOT_ANTORA, "modules/ROOT/pages/a.adoc", {}, "a.html"),
        (PLAYED, "docs/modules/ROOT/pages/a.adoc", {}, "lamp/a/"),
        (PLAYED, "docs/modules/ROOT/pages/index.adoc", {}, "lamp/"),
        (BRANCHED, "docs/modules/ROOT/pages/a.adoc", {}, None),
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
        (MYST, "docs/intro.md", {}, "./"),
        (MYST, "docs/part/01_Set up & go.md", {}, "set-up-and-go"),
        (MYST, "docs/other/set-up-and-go.md", {}, "set-up-and-go-1"),
        (MYST, "docs/more/2024-news.ipynb", {}, "2024-news"),
        (MYST, "docs/left-out.md", {}, None),
        (MYST_FOLDERS, "README.md", {}, "./"),
        (MYST_FOLDERS, "guide/index.md", {}, "guide"),
        (MYST_FOLDERS, "guide/2_lamps.md", {}, "guide/lamps"),
        (MYST_FOLDERS, "drafts/a.md", {}, None),
        (JUPYTER_BOOK, "book/a/b.ipynb", {}, "a/b.html"),
        (JUPYTER_BOOK, "book/old/c.md", {}, None),
        (ZOLA, "content/a.md", {}, None),
        ({}, "docs/a.md", {}, None),
        ({"package.json": "{}"}, "docs/a.rst", {}, None),
    ],
)  # fmt: skip
def test_a_file_has_its_page_by_its_generators_rules(
    tmp_path: Path, configuration: Files, file: str, front: Mapping[str, object], page: str | None
) -> None:
    for name, text in configuration.items():
        repository.write(tmp_path, name, text)
    assert rules.read(tmp_path).page(file, front) == page


@pytest.mark.parametrize(
    ("configuration", "url"),
    [
        (MKDOCS, "https://x.org/d/"),
        (NESTED, "https://x.org/"),
        (INHERITED, "https://x.org/"),
        (FLOW, "https://x.org/"),
        (VARIANTS, "https://x.org/v/"),
        (VARIANTS | MKDOCS, "https://x.org/d/"),
        (ZENSICAL, "https://x.org/z/"),
        (QUARTO, "https://x.org"),
        (PROFILED, "https://open.x.org"),
        (NBDEV, "https://x.org/lib"),
        (NBDEV_YML, "https://x.org/"),
        (SPHINX, "https://x.org/en/latest/"),
        (JUPYTER_BOOK, "https://x.org/b/"),
        (NEXTRA, "https://x.org"),
        (DOCUSAURUS, "https://x.org/b/"),
        (STARLIGHT, "https://x.org/s"),
        (HUGO, "https://x.org/"),
        (PKGDOWN, "https://x.org/p"),
        (DOCUMENTER, "https://x.org/P.jl/stable/"),
        (FLAT_DOCUMENTER, ""),
        (DOCFX, "https://x.org/lamps/"),
        ({"docfx.json": '{"build": {"content": ['}, ""),
        (EXDOC, "https://hexdocs.pm/my_p/"),
        (PLAYED, "https://x.org"),
        (JEKYLL, "https://x.org/j"),
        ({"mkdocs.yml": "site_url: http://localhost:8000/\n"}, ""),
        ({"mkdocs.yml": "site_url: [\n"}, ""),
        ({"mkdocs.yml": "- a\n"}, ""),
        ({"docusaurus.config.js": "module.exports = {{{"}, ""),
        ({"docs/conf.py": "html_baseurl = (\n"}, ""),
    ],
)
def test_the_site_is_where_its_configuration_says(
    tmp_path: Path, configuration: Files, url: str
) -> None:
    for name, text in configuration.items():
        repository.write(tmp_path, name, text)
    assert rules.read(tmp_path).site_url == url


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("import p from './package.json';", "https://x.org/"),
        ("const p = require('./package.json');", "https://x.org/"),
        ("const f = new URL('package.json', import.meta.url);\n"
         "const p = JSON.parse(fs.readFileSync(f));", "https://x.org/"),
        ("const p = require('../package.json');", ""),
        ("const p = JSON.parse(fetched());", ""),
    ],
)  # fmt: skip
def test_a_file_of_data_says_what_a_configuration_reads_in_it(
    tmp_path: Path, given: str, url: str
) -> None:
    exported = "module.exports = {url: p.homepage, baseUrl: '/', presets: ['classic']}"
    repository.write(tmp_path, "docusaurus.config.js", f"{given}\n{exported}")
    repository.write(tmp_path, "package.json", '{"homepage": "https://x.org"}')
    repository.write(tmp_path, "docs/a.md", "")
    assert rules.read(tmp_path).site_url == url


def test_the_operators_site_wins_over_the_configuration(tmp_path: Path) -> None:
    repository.write(tmp_path, "mkdocs.yml", MKDOCS["mkdocs.yml"])
    known = rules.read(tmp_path, "https://mine.example.org/docs")
    assert known.url(known.page("docs/a.md") or "") == "https://mine.example.org/docs/a/"
    assert known.url("./#b") == "https://mine.example.org/docs/#b"
    assert known.url("") is None


@pytest.mark.parametrize(
    ("site_url", "page"),
    [
        ("https://x.org/b/", "learn/intro"),
        ("https://x.org", "b/learn/intro"),
        ("https://preview.org/b", "learn/intro"),
        ("https://x.org/other/", "learn/intro"),
    ],
)
def test_a_base_that_the_operator_left_out_is_added(
    tmp_path: Path, site_url: str, page: str
) -> None:
    for name, text in DOCUSAURUS.items():
        repository.write(tmp_path, name, text)
    assert rules.read(tmp_path, site_url).page("website/docs/intro.md") == page


@pytest.mark.parametrize(
    ("site_url", "page"), [("https://x.org", "docs/a"), ("https://x.org/docs", "a")]
)
def test_the_loader_of_Fumadocs_says_where_its_pages_begin(
    tmp_path: Path, site_url: str, page: str
) -> None:
    for name, text in FUMADOCS.items():
        repository.write(tmp_path, name, text)
    assert rules.read(tmp_path, site_url).page("site/content/docs/a.mdx") == page


def test_of_collections_of_Fumadocs_the_one_called_docs_has_its_own_loader(tmp_path: Path) -> None:
    for name, text in COLLECTIONS.items():
        repository.write(tmp_path, name, text)
    assert rules.read(tmp_path, "https://x.org").page("content/docs/a.mdx") == "docs/a"


@pytest.mark.parametrize(
    ("configuration", "text", "anchors"),
    [
        (PLAYED, "", ["set-it-up", "set-it-up-2", "own"]),
        (ANTORA, "See xref:b.adoc#_set_it_up[this].", ["_set_it_up", "_set_it_up_2", "own"]),
        (ANTORA, "See <<set-it-up>> and <<own>>.", ["set-it-up", "set-it-up-2", "own"]),
        (ANTORA, "See <<own>> alone.", ["", "", "own"]),
    ],
    ids=["a playbook", "references of one kind", "of the other", "of none"],
)
def test_ids_in_Antora_are_made_as_its_playbook_says_or_its_references_show(
    tmp_path: Path, configuration: Files, text: str, anchors: list[str]
) -> None:
    for name, told in configuration.items():
        repository.write(tmp_path, name, told)
    page = "docs/modules/ROOT/pages/a.adoc"
    repository.write(tmp_path, page, f"= A\n\n{text}\n\n[#own]\n== Own one\n")
    known = rules.read(tmp_path).anchors(page)
    made = [known.add("Set it up", level=2), known.add("Set it up", level=3)]
    assert [*made, known.add("Own one", "own", 2)] == anchors


def test_each_folder_has_the_rules_of_its_own_configuration(tmp_path: Path) -> None:
    for language in ("de", "en"):
        text = f"site_url: https://x.org/{'' if language == 'en' else 'de/'}\n"
        repository.write(tmp_path, f"docs/{language}/mkdocs.yml", text)
    repository.write(tmp_path, "lab/_quarto.yml", "website: {site-url: https://lab.org}\n")
    repository.write(tmp_path, "old/mkdocs.yml", "site_name: nowhere\n")
    known = rules.read(tmp_path)
    assert known.site_url == "https://x.org/"
    assert known.page("docs/en/docs/a.md") == "a/"
    assert known.page("docs/de/docs/a.md") == "de/a/"
    assert known.page("lab/a.qmd") == "https://lab.org/a.html"
    assert known.page("old/docs/a.md") is None


def test_two_sites_at_one_address_are_not_both_there(tmp_path: Path) -> None:
    repository.write(tmp_path, "docs/en/mkdocs.yml", "site_url: https://x.org/\n")
    repository.write(tmp_path, "docs/de/mkdocs.yml", "INHERIT: ../en/mkdocs.yml\n")
    known = rules.read(tmp_path)
    assert known.page("docs/en/docs/a.md") == "a/"
    assert known.page("docs/de/docs/a.md") is None


@pytest.mark.parametrize(
    ("url", "keys"),
    [
        ("https://x.org/d/a/b/", ("a/b",)),
        ("https://x.org/d/a/b", ("a/b",)),
        ("https://X.org/d/a/b.html?q=1#c", ("a/b",)),
        ("https://x.org/d/a/index.html", ("a",)),
        ("https://x.org/d/", ("",)),
        ("https://x.org/d", ("",)),
        ("https://x.org/d/%C3%BCber/", ("über",)),
        ("https://x.org/d/2.1/a/b/", ("2.1/a/b", "a/b")),
        ("https://x.org/d/latest/", ("latest", "")),
        ("https://x.org/other/", ()),
        ("https://elsewhere.org/d/a/", ()),
    ],
)
def test_a_page_has_one_key_however_its_server_names_it(
    tmp_path: Path, url: str, keys: tuple[str, ...]
) -> None:
    repository.write(tmp_path, "mkdocs.yml", MKDOCS["mkdocs.yml"])
    assert rules.read(tmp_path).page_keys(url) == keys


@pytest.mark.parametrize(
    ("site_url", "page", "key", "version", "there"),
    [
        ("https://x.org/en/latest/", "https://x.org/en/stable/a/b.html", "a/b", "v2.1",
         "https://x.org/en/v2.1/"),
        ("https://x.org/en/latest/", "https://x.org/en/v2.1/a/", "a", "2", "https://x.org/en/2/"),
        ("https://x.org/2.0/", "https://x.org/2/a/", "a", "2", "https://x.org/2/"),
        ("https://x.org/docs/", "https://x.org/docs/v1/a/", "v1/a", "v1", ""),
        ("https://x.org/en/latest/", "https://x.org/fr/latest/a/", None, "3.0",
         "https://x.org/en/3.0/"),
    ],
)  # fmt: skip
def test_versions_stand_beside_each_other(
    site_url: str, page: str, key: str | None, version: str, there: str
) -> None:
    known = rules.Rules(site_url)
    assert next(iter(known.page_keys(page)), None) == key
    assert known.at_version(version) == there


def test_other_rules_have_another_fingerprint(tmp_path: Path) -> None:
    seen = set()
    for text in ("a: 1", "use_directory_urls: false", "docs_dir: d", "site_url: https://x.org/"):
        repository.write(tmp_path, "mkdocs.yml", text + "\n")
        seen.add(rules.read(tmp_path).fingerprint)
    assert len(seen) == 4
    assert rules.read(tmp_path).fingerprint in seen


def test_configuration_is_never_run(tmp_path: Path) -> None:
    trap = tmp_path / "ran"
    repository.write(tmp_path, "docs/index.rst", "x\n=\n")
    repository.write(
        tmp_path, "docs/conf.py", f"project = 'x'\nopen({str(trap)!r}, 'w')\nhtml_baseurl = 1 / 0\n"
    )
    repository.write(
        tmp_path,
        "mkdocs.yml",
        f"site_url: !!python/object/apply:os.system ['touch {trap}']\n",
    )
    repository.write(
        tmp_path,
        "w/docusaurus.config.js",
        f"require('fs').writeFileSync({json.dumps(str(trap))}, '');",
    )
    rules.read(tmp_path)
    assert not trap.exists()


def test_a_hostile_tree_costs_its_bounds(tmp_path: Path) -> None:
    repository.write(tmp_path, "mkdocs.yml", "a: " + "[" * 50_000)
    repository.write(tmp_path, "book.toml", "a = " + "[" * 50_000)
    repository.write(tmp_path, "docs/conf.py", "project = " + "(" * 50_000)
    repository.write(tmp_path, "docs/index.rst", "x\n=\n")
    repository.write(tmp_path, "docusaurus.config.js", "module.exports = " + "[" * 50_000)
    repository.write(tmp_path, "a/docusaurus.config.js", "const a = b, b = a;\nmodule.exports = a")
    assert rules.read(tmp_path).page("docs/a.md") is None


@pytest.mark.parametrize(
    "config",
    [
        {"mix.exs": "app: :lamps, package: [], extras: [" + "a.md, " * 20_000},
        {"mix.exs": "extras: [" + "a" * 200_000},
        {"mix.exs": "extras: []" + "\n" * 200_000},
        {"docs/make.jl": "makedocs()" + "\n" * 200_000, "docs/src/index.md": "# Lamps"},
    ],
    ids=["pages", "a name", "lines of a mix.exs", "lines of a make.jl"],
)
def test_what_a_configuration_repeats_is_read_in_time(tmp_path: Path, config: Files) -> None:
    for name, text in config.items():
        repository.write(tmp_path, name, text)
    with closing(Worker(partial(rules.read, tmp_path), cpu_s=5)) as worker:
        worker.ask("https://lamps.org/")
        assert worker.answer().site_url == "https://lamps.org/"
