"""mdBook 0.4 and 0.5."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.search.site import literals, sluggers
from hyperrun.search.site.generator import Generator, as_file, home_of, joined
from hyperrun.search.site.literals import mapping

NAMES = ("book.toml",)
_LINK = re.compile(r"\]\(\s*<?([^)>\s]+?)>?\s*\)")


@dataclass(frozen=True, slots=True)
class MdBook(Generator):
    """The rules of one `book.toml`; `chapters` are what SUMMARY.md links to, which is all there
    is."""

    chapters: tuple[str, ...] = ()
    smart: bool = True

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None or found[1] not in self.chapters:
            return None
        stem = found[1].removesuffix(".md")
        return as_file(stem, ".html", "README", "index")

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return sluggers.MdBook(self.smart)


def read(root: Path, config: Path) -> MdBook | None:
    """The rules of one book; None where it has no summary."""
    settings = literals.read_toml(literals.text(config))
    source = mapping(settings.get("book")).get("src", "src")
    folder = joined(home_of(root, config), source) if isinstance(source, str) else None
    if folder is None:
        return None
    summary = literals.text(root / folder / "SUMMARY.md")
    summary = re.sub(r"<!--.*?-->", "", summary, flags=re.DOTALL)
    chapters = []
    for link in _LINK.findall(summary):
        path = joined("", link.removeprefix("./").replace("%20", " "))
        if path and path.endswith(".md") and "://" not in link:
            chapters.append(path)
    if not chapters:
        return None
    html = mapping(mapping(settings.get("output")).get("html"))
    base = html.get("site-url", "")
    name = html.get("cname")
    base = base if isinstance(base, str) else ""
    url = f"https://{name}/{base.strip('/')}" if isinstance(name, str) else ""
    smart = html.get("smart-punctuation", html.get("curly-quotes")) is not False
    return MdBook((folder,), url=url, base=base, chapters=tuple(chapters), smart=smart)
