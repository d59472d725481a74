"""Finding the generators' configuration files of a repository, within bounds."""

import os
from collections import deque
from pathlib import Path

from hyperrun.search.ignore import is_passed_over
from hyperrun.search.site import (
    antora,
    astro,
    docfx,
    documenter,
    docusaurus,
    eleventy,
    exdoc,
    fumadocs,
    gitbook,
    great_docs,
    hugo,
    jekyll,
    jupyter_book,
    mdbook,
    mintlify,
    mkdocs,
    mystmd,
    nextra,
    nuxt_content,
    pkgdown,
    quarto,
    sphinx,
)
from hyperrun.search.site import vitepress as vitepress_rules
from hyperrun.search.site import vuepress as vuepress_rules

MAX_DEPTH = 4
MAX_FOLDERS = 4_000
NAMES = frozenset(
    (*mkdocs.NAMES, *sphinx.NAMES, *quarto.NAMES, *quarto.NBDEV_NAMES, *docusaurus.NAMES,
     *astro.NAMES, *mdbook.NAMES, *hugo.NAMES, *jekyll.NAMES, *antora.NAMES,
     *fumadocs.NAMES, *great_docs.NAMES, *pkgdown.NAMES, *documenter.NAMES, *exdoc.NAMES,
     *mystmd.NAMES, *jupyter_book.NAMES, *nextra.NAMES, *docfx.NAMES, *gitbook.NAMES,
     *mintlify.NAMES, *eleventy.NAMES, *nuxt_content.NAMES)
)  # fmt: skip
# Hidden folders that hold one, of the site in the folder that they stand in.
_IN_FOLDERS = {
    vitepress_rules.FOLDER: vitepress_rules.configuration,
    vuepress_rules.FOLDER: vuepress_rules.configuration,
    nuxt_content.UNDOCS_FOLDER: nuxt_content.configuration,
}
# Folders whose sites are not the repository's own.
_OTHERS = frozenset(
    ("test", "tests", "testing", "__tests__", "fixtures", "__fixtures__", "e2e", "spec", "example",
     "examples", "demo", "demos", "template", "templates", "starter", "starters", "playground",
     "playgrounds", "sandbox", "benchmark", "benchmarks", "versioned_docs", "i18n", "dist",
     "target", "cookiecutter")
)  # fmt: skip


def find(root: Path) -> list[Path]:
    """The configuration files below `root`, those nearest to it first, then by name."""
    found: list[Path] = []
    waiting = deque([(root, 0)])
    seen = 0
    while waiting and seen < MAX_FOLDERS:
        folder, depth = waiting.popleft()
        seen += 1
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.is_symlink():
                continue
            if entry.name in NAMES or mkdocs.VARIANT.fullmatch(entry.name):
                found.append(Path(entry.path))
            elif entry.is_dir(follow_symlinks=False):
                if of_folder := _IN_FOLDERS.get(entry.name):
                    config = of_folder(folder)
                    found += [config] if config else []
                elif depth < MAX_DEPTH and not is_passed_over(entry.name) and (
                    entry.name.lower() not in _OTHERS
                ):  # fmt: skip
                    waiting.append((Path(entry.path), depth + 1))
    return found
