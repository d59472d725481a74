"""Edits of a documentation file that break one of its sections, each of a kind."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KINDS = ("deleted", "renamed", "moved", "default", "contradicted")
NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.]*\w)")


@dataclass(frozen=True)
class Section:
    """A section of a file: the line of its heading, and where the next of its rank begins."""

    first: int
    last: int  # exclusive
    body: int  # the first line below the heading


def headings(text: str) -> list[str]:
    """The headings of a file, in order."""
    return [name for _, _, name, _ in _headings(text.splitlines())]


def section_of(lines: list[str], heading: str) -> Section | None:
    """The section with this heading; None where it is not there once."""
    found = [place for place in _headings(lines) if place[2] == _bare(heading)]
    if len(found) != 1:
        return None
    at, body, _, rank = found[0]
    later = [other[0] for other in _headings(lines) if other[0] > at and other[3] <= rank]
    return Section(at, later[0] if later else len(lines), body)


def _headings(lines: list[str]) -> Iterator[tuple[int, int, str, int]]:
    """Line, line below, name and rank of each heading, in Markdown and reStructuredText."""
    fenced = False
    ranks: list[str] = []
    for at, line in enumerate(lines):
        below = re.fullmatch(r"~{3,}\s*", line) and at > 0 and lines[at - 1].strip()  # of a heading
        if re.match(r"\s*(```|~~~)", line) and (fenced or not below):
            fenced = not fenced
        if fenced:
            continue
        if match := re.match(r"(#{1,6})\s+(.*?)\s*#*\s*$", line):
            yield at, at + 1, _bare(match[2]), len(match[1])
        elif at + 1 < len(lines) and line.strip() and re.fullmatch(
            r"([!-/:-@\[-`{-~])\1{2,}\s*", lines[at + 1]
        ):  # fmt: skip
            mark = lines[at + 1][0]
            if mark not in ranks:
                ranks.append(mark)
            yield at, at + 2, _bare(line), ranks.index(mark) + 1


def _bare(heading: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", heading).split()).casefold()


def broken(
    root: Path, file: str, heading: str, must: tuple[str, ...], kind: str, chance: random.Random
) -> dict[Path, str] | None:
    """The new texts of the files that an edit touches; None where it cannot be made."""
    path = root / file
    lines = path.read_text(encoding="utf-8").splitlines()
    place = section_of(lines, heading)
    if place is None or place.body >= place.last:
        return None
    before, own, after = lines[: place.first], lines[place.first : place.last], lines[place.last :]
    head, body = own[: place.body - place.first], own[place.body - place.first :]
    text = "\n".join(body)
    if kind == "deleted":
        own = []
    elif kind == "renamed":
        head[0] = re.sub(r"\w.*", f"Chapter {chance.randint(100, 999)} of the book", head[0])
        if len(head) == 2:
            head[1] = head[1][0] * len(head[0])
        own = [*head, *body]
    elif kind == "moved":
        other = path.with_name(f"moved_{chance.randint(100, 999)}{path.suffix}")
        title = ["Other things", "============", ""] if path.suffix == ".rst" else ["# Other", ""]
        moved = {other: "\n".join([*title, *own]) + "\n"}
        return moved | {path: "\n".join([*before, *after]) + "\n"}
    elif kind == "default":
        told = [word for word in must if word in text]
        if not told:
            return None
        word = chance.choice(told)
        own = [*head, *text.replace(word, _another(word, chance)).split("\n")]
    elif kind == "contradicted":
        told = [word for word in must if word in text]
        if not told:
            return None
        word = chance.choice(told)
        if chance.random() < 0.5:  # another value here, the old one on another page's section
            changed = text.replace(word, _another(word, chance))
            other = path.with_name(f"elsewhere_{chance.randint(100, 999)}{path.suffix}")
            title = ["Elsewhere", "========="] if path.suffix == ".rst" else ["# Elsewhere"]
            told_there = "\n".join([*title, "", f"Elsewhere {word} is told of.", ""])
            here = "\n".join([*before, *head, *changed.split("\n"), *after]) + "\n"
            return {other: told_there, path: here}
        else:
            own = [*head, "", f"Since the last release {word} is no longer so.", "", *body]
    return {path: "\n".join([*before, *own, *after]) + "\n"}


def _another(word: str, chance: random.Random) -> str:
    if NUMBER.search(word):
        return NUMBER.sub(lambda match: str(int(match[0]) + chance.randint(1, 90)), word)
    return f"{word[: max(1, len(word) // 2)]}zq{chance.randint(1, 9)}"
