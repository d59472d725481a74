"""How each generator names a heading's anchor, as its version of today does it.

A slugger is for one page: it is told of every heading in order, because the second of a name is
called otherwise than the first. Each program that makes anchors has a module, whose first line says
which generators use it; what they were checked against is in `tests/search/site`.
"""

from hyperrun.search.site.sluggers.anchors import Anchors, Nothing, TermAnchors
from hyperrun.search.site.sluggers.asciidoctor import Asciidoctor
from hyperrun.search.site.sluggers.documenter import Documenter
from hyperrun.search.site.sluggers.docutils import Docutils
from hyperrun.search.site.sluggers.exdoc import ExDoc, exdoc_slug
from hyperrun.search.site.sluggers.gitbook import GitBook, gitbook_slug
from hyperrun.search.site.sluggers.github import Github, github_slug
from hyperrun.search.site.sluggers.hugo import Hugo
from hyperrun.search.site.sluggers.jupyter import Jupyter
from hyperrun.search.site.sluggers.kramdown import Kramdown
from hyperrun.search.site.sluggers.markdig import Markdig
from hyperrun.search.site.sluggers.mdbook import MdBook
from hyperrun.search.site.sluggers.mintlify import Mintlify
from hyperrun.search.site.sluggers.mystmd import Myst
from hyperrun.search.site.sluggers.nuxt_content import NuxtContent
from hyperrun.search.site.sluggers.pandoc import Pandoc
from hyperrun.search.site.sluggers.python_markdown import (
    PythonMarkdown,
    pymdownx_slug,
    python_markdown_slug,
)
from hyperrun.search.site.sluggers.vitepress import VitePress

__all__ = [
    "Anchors",
    "Asciidoctor",
    "Documenter",
    "Docutils",
    "ExDoc",
    "GitBook",
    "Github",
    "Hugo",
    "Jupyter",
    "Kramdown",
    "Markdig",
    "MdBook",
    "Mintlify",
    "Myst",
    "Nothing",
    "NuxtContent",
    "Pandoc",
    "PythonMarkdown",
    "TermAnchors",
    "VitePress",
    "exdoc_slug",
    "gitbook_slug",
    "github_slug",
    "pymdownx_slug",
    "python_markdown_slug",
]
