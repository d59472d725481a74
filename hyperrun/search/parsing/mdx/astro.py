"""A component of Astro's as a module that exports a function, as one of React's is written."""

import re
from functools import lru_cache

_FRONT = re.compile(r"\s*---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_PROPS = re.compile(r"(?m)^[ \t]*(?:const|let)[ \t]*(\{[^{}]*\})[^=\n]*=[ \t]*Astro\.props\b.*$")
_SILENT = re.compile(
    r"<!--.{0,8000}?-->|<(style|script)\b.{0,8000}?</\1>|<slot>.{0,8000}?</slot>", re.DOTALL
)
_SLOT = re.compile(r"<slot\s*/>")


@lru_cache(maxsize=32)
def as_module(source: str) -> str:
    """The source as a module of JSX. What its first part declares stands in the function, whose
    parameters are the props that it takes out of `Astro.props`."""
    front = _FRONT.match(source)
    script = front[1] if front else ""
    template = _SILENT.sub(_children, source[front.end() :] if front else source)
    template = _SLOT.sub("{children}", template)
    props = _PROPS.search(script)
    names = props[1].strip("{} \n") if props else ""
    script = _PROPS.sub("", script)
    pattern = ", ".join(filter(None, (names.rstrip(", \n"), "children")))
    return f"{script}\nexport default function ({{ {pattern} }}) {{\nreturn <>{template}</>\n}}\n"


def _children(found: re.Match[str]) -> str:
    """What is put in the place of markup that says nothing, or of a slot with words of its own."""
    return "{children}" if found[0].startswith("<slot") else ""
