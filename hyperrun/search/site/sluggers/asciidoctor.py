"""Asciidoctor 2's ids: Antora."""

import re
from dataclasses import dataclass

from hyperrun.search.site import heading_text

_NOT_IN_ID = re.compile(r"[^ \w.-]+")


def asciidoctor_slug(words: str, prefix: str = "_", separator: str = "_") -> str:
    slug = prefix + _NOT_IN_ID.sub("", words.lower())
    if not separator:
        return slug.replace(" ", "")
    slug = re.sub(rf"[ .{re.escape(separator)}-]+", separator, slug)
    slug = slug.removesuffix(separator)
    return slug.removeprefix(separator) if not prefix else slug


@dataclass
class Asciidoctor:
    """The ids of sections; the second of a name ends in `_2` or `-2`. A page's title has none."""

    prefix: str = "_"
    separator: str = "_"

    def __post_init__(self) -> None:
        self._used: set[str] = set()

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        if level == 1:
            return ""
        if own_id:
            self._used.add(own_id)
            return own_id
        if re.search(r"\{[\w-]+\}", heading_source):
            return ""
        slug = asciidoctor_slug(heading_text.asciidoc(heading_source), self.prefix, self.separator)
        unique, number = slug, 1
        while unique in self._used:
            number += 1
            unique = f"{slug}{self.separator}{number}"
        self._used.add(unique)
        return unique
