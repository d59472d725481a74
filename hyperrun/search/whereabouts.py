"""A passage beside the files as they are now: where it stands, and what it shows of others."""

import sqlite3
from dataclasses import replace
from pathlib import Path, PurePosixPath

from hyperrun.files import read_bytes
from hyperrun.passage import Passage
from hyperrun.search.index import Index
from hyperrun.search.tree import Tree


def locate(passage: Passage, tree: Tree, index: Index) -> Passage | None:
    """The same text where it stands now, a tag's where it stood; None when it is gone."""
    from hyperrun.search.parsing import files

    if passage.version:
        return passage
    if passage.kind == "page":
        return _locate_page(passage, index)
    name = passage.file.removeprefix(tree.prefix)
    path = (tree.root / name).resolve()
    if not path.is_relative_to(tree.root):
        return None
    try:
        if path.suffix.lower() == ".ipynb":
            return _locate_cells(tree.root, name, passage)
        lines = files.readable(read_bytes(path)).splitlines()
    except OSError:
        return None
    wanted = passage.text.splitlines()
    if not wanted:
        return None
    start = passage.start_line - 1
    if lines[start : start + len(wanted)] == wanted:
        return passage
    for at in range(len(lines) - len(wanted) + 1):
        if lines[at] == wanted[0] and lines[at : at + len(wanted)] == wanted:
            return replace(passage, start_line=at + 1, end_line=at + len(wanted))
    return None


def _locate_page(passage: Passage, index: Index) -> Passage | None:
    """What was cited of a page stays while the page does; its text is the evidence."""
    try:
        return passage if index.has_page(passage.file) else None
    except sqlite3.Error:
        return passage


def _locate_cells(root: Path, name: str, passage: Passage) -> Passage | None:
    """A passage of a notebook, whose text is not what its lines say. Raises OSError."""
    from hyperrun.search.parsing import files

    # Of long cells an answer has had the beginning.
    same = [chunk for chunk in files.read(root, PurePosixPath(name))
            if f"{chunk.text}\n".startswith(f"{passage.text}\n")]  # fmt: skip
    if not same:
        return None
    now = min(same, key=lambda chunk: abs(chunk.start_line - passage.start_line))
    lines = passage.end_line - passage.start_line
    end_line = now.end_line if now.text == passage.text else now.start_line + lines
    return replace(passage, start_line=now.start_line, end_line=min(end_line, now.end_line))


def included(passage: Passage, tree: Tree, index: Index) -> list[Passage]:
    """What `passage` shows of other files, as passages where that stands. Raises
    `sqlite3.Error`."""
    from hyperrun.search.parsing import files

    found = []
    for each in index.includes(passage):
        path = (tree.root / each.file).resolve()
        try:
            if not path.is_relative_to(tree.root):
                continue
            lines = files.readable(path.read_bytes()).splitlines()
        except OSError:
            continue
        text = "\n".join(lines[each.start_line - 1 : each.end_line])
        if text.strip():
            shown = Passage(
                tree.prefix + each.file, each.start_line, each.end_line, path.name, "module",
                text, path.suffix.lstrip("."), source=passage.source,
            )  # fmt: skip
            found.append(tree.addressed(shown, ""))
    return found
