"""First pages of VitePress' and VuePress', of which their front matter is all or the most."""

import re
from collections.abc import Mapping
from typing import Any

from hyperrun.search.site.literals import mapping

_TAG = re.compile(r"<[^<>]*>")


def said(front: Mapping[str, Any]) -> str:
    """The project's name and what is said of it, then each of its features as a paragraph; "" for
    other pages."""
    if front.get("layout") != "home" and front.get("home") is not True:
        return ""
    hero = mapping(front.get("hero"))
    name, text = _plain(hero.get("name", front.get("heroText"))), _plain(hero.get("text"))
    found = [_titled(name, text), _plain(hero.get("tagline", front.get("tagline")))]
    features = front.get("features")
    for each in map(mapping, features if isinstance(features, list) else ()):
        found.append(_titled(_plain(each.get("title")), _plain(each.get("details"))))
    return "\n\n".join(filter(None, found))


def _titled(title: str, words: str) -> str:
    return f"{title}: {words}" if title and words else words


def _plain(value: object) -> str:
    """A value's words, without HTML; "" where it is no text."""
    return " ".join(_TAG.sub(" ", value).split()) if isinstance(value, str) else ""
