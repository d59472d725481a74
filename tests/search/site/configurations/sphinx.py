"""Where pages of Sphinx, Jupyter Book and MyST stand, by their configuration."""

from tests.search.site.configurations import Pages, Sites

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
JUPYTEXT = {
    "docs/conf.py": "project = 'x'\nextensions = ['nbsphinx']\nnbsphinx_custom_formats = "
    "{'.Rmd': lambda s: jupytext.reads(s, '.Rmd'), '.py': ['jupytext.reads', {}]}\n",
    "docs/index.rst": "x\n=\n",
}
NOT_SPHINX = {"tools/conf.py": "import os\nproject = os.getcwd()\n"}
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
    "book/_config.yml": "title: x\nexclude_patterns: [old/*]\nhtml: {baseurl: https://x.org/b/}\n"
    "sphinx: {config: {nb_custom_formats: {.Rmd: [jupytext.reads, {fmt: Rmd}]}}}\n",
    "book/intro.md": "",
}

PAGES: Pages = [
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
    (JUPYTEXT, "docs/a/b.Rmd", {}, "a/b.html"),
    (JUPYTEXT, "docs/a/b.py", {}, None),
    (SPHINX, "docs/a/b.Rmd", {}, None),
    (NOT_SPHINX, "tools/a.rst", {}, None),
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
    (JUPYTER_BOOK, "book/a/b.Rmd", {}, "a/b.html"),
    (JUPYTER_BOOK, "book/old/c.md", {}, None),
]  # fmt: skip

SITES: Sites = [
    (SPHINX, "https://x.org/en/latest/"),
    (JUPYTER_BOOK, "https://x.org/b/"),
    ({"docs/conf.py": "html_baseurl = (\n"}, ""),
]
