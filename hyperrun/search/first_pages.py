"""The first pages of a documentation lead to those that its authors think of first."""

import re
from collections.abc import Callable, Container, Sequence
from posixpath import dirname, join, normpath

from hyperrun.search.index import Index

MAX_PAGES = 3
MAX_PASSAGES = 10  # of each that are read for their links
_TARGET = re.compile(r"\]\(<?([^)\s#>?]+)|^[ \t]*\[[^\]\n]+\]:\s*<?([^\s#>?]+)", re.MULTILINE)


def linked_from(
    index: Index, first: Sequence[str], among: Container[str], page_of: Callable[[str], str]
) -> set[str]:
    """Those files of `among` that the `first` ones link to; `page_of` knows a page's source by its
    address. Raises `sqlite3.Error`."""
    linked: set[str] = set()
    for file in first[:MAX_PAGES]:
        for passage, _ in index.of_file(file, MAX_PASSAGES):
            for inline, defined in _TARGET.findall(passage.text):
                target = inline or defined
                if re.match(r"https?:", target):
                    linked.add(page_of(target))
                else:
                    path = normpath(join(dirname(file), target))
                    linked |= {path, f"{path}.md", f"{path}/index.md", f"{path}/README.md"}
    return {file for file in linked if file in among}
