"""Where pages of MkDocs, ProperDocs and Zensical stand, by their configuration."""

from tests.search.site.configurations import Pages, Sites

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
PROPERDOCS = {"properdocs.yml": "site_url: https://x.org/p/\ndocs_dir: d\n"}
ZENSICAL = {"zensical.toml": '[project]\nsite_url = "https://x.org/z/"\ndocs_dir = "d"\n'}

PAGES: Pages = [
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
    (PROPERDOCS, "d/a.md", {}, "a/"),
    (ZENSICAL, "d/a.md", {}, "a/"),
]  # fmt: skip

SITES: Sites = [
    (MKDOCS, "https://x.org/d/"),
    (NESTED, "https://x.org/"),
    (INHERITED, "https://x.org/"),
    (FLOW, "https://x.org/"),
    (VARIANTS, "https://x.org/v/"),
    (VARIANTS | MKDOCS, "https://x.org/d/"),
    (PROPERDOCS, "https://x.org/p/"),
    (ZENSICAL, "https://x.org/z/"),
    ({"mkdocs.yml": "site_url: http://localhost:8000/\n"}, ""),
    ({"mkdocs.yml": "site_url: [\n"}, ""),
    ({"mkdocs.yml": "- a\n"}, ""),
]
