"""The objects that autosummary lists: for each it makes a page of its source."""

import posixpath
from collections.abc import Callable, Iterator
from itertools import islice

from hyperrun.search.parsing.blocks import Block
from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.objects import members
from hyperrun.search.parsing.objects.sphinx_settings import SphinxSettings
from hyperrun.search.parsing.restructured.tree import Directive

MAX_OBJECTS = 300  # of one list


def makes_pages(node: Directive) -> bool:
    """Does a directive list objects that have a page each? Others are described beside it."""
    return node["name"] == "autosummary" and "toctree" in node["options"]


def blocks(
    node: Directive,
    place: Place,
    module: str,
    settings: SphinxSettings,
    docstring: Callable[[str], str],
    start: int,
) -> Iterator[Block]:
    """What the pages say of the objects of a list in `module`, which begins on line `start`;
    without those that the repository has itself."""
    from hyperrun.search.parsing.objects import autodoc

    folder = posixpath.join(place.file.parent.as_posix(), node["options"]["toctree"])
    for line in islice(node["code"].splitlines(), MAX_OBJECTS):
        name = line.strip().lstrip("~").partition(" ")[0]
        names = [f"{module}.{name}", name] if module else [name]
        told = autodoc.describe(place, "object", names, {}, settings, docstring) if name else []
        for block in members.blocks([each for each in told if each.name], start, start):
            block.page = posixpath.normpath(posixpath.join(folder, f"{block.member}.rst"))
            if block.page.startswith("..") or (place.root / block.page).is_file():
                continue
            place.left[1] -= len(block.content)
            if place.left[1] < 0:
                return
            yield block
