"""Where pages of mdBook, GitBook and Antora stand, by their configuration."""

from tests.search.site.configurations import Pages, Sites

MDBOOK = {
    "book.toml": '[book]\nsrc = "text"\n',
    "text/SUMMARY.md": "[Intro](README.md)\n"
    "- [One](./one.md)\n  - [Two](sub/two.md)\n- [Draft]()\n",
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
ANTORA = {"docs/antora.yml": "name: lamp\nversion: '2.1'\n"}
ROOT_ANTORA = {"antora.yml": "name: ROOT\nversion: ~\n"}
PLAYED = {
    "antora-playbook.yml": "site: {url: https://x.org}\nurls: {html_extension_style: indexify}\n"
    "asciidoc: {attributes: {idprefix: '', idseparator: '-'}}\n",
    "docs/antora.yml": "name: lamp\nversion: ~\n",
}
BRANCHED = {"docs/antora.yml": "name: lamp\nversion: true\n"}

PAGES: Pages = [
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
]  # fmt: skip

SITES: Sites = [
    (PLAYED, "https://x.org"),
]
