"""Field lists as Sphinx shows them: what a function takes, raises and returns, by its kind."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from docutils import nodes

from hyperrun.search.parsing import commonmark

_LABELS = {
    **dict.fromkeys(("param", "parameter", "arg", "argument", "key"), "Parameters"),
    **dict.fromkeys(("keyword", "kwarg", "kwparam"), "Keyword Arguments"),
    **dict.fromkeys(("var", "ivar", "cvar"), "Variables"),
    **dict.fromkeys(("raises", "raise", "except", "exception"), "Raises"),
    **dict.fromkeys(("returns", "return"), "Returns"),
    **dict.fromkeys(("yields", "yield"), "Yields"),
    "rtype": "Return type",
}  # fmt: skip
_TYPES = {"type": "Parameters", "paramtype": "Parameters", "kwtype": "Keyword Arguments",
          "vartype": "Variables"}  # fmt: skip
_TYPED = ("Parameters", "Keyword Arguments", "Variables")
_SHORT = re.compile(r"~(?:\w+\.)+(?=\w)")  # what Sphinx leaves out of a reference's words
# What a document says of itself to its generator.
_OF_ITSELF = frozenset((
    "orphan", "tocdepth", "nocomments", "nosearch", "no-search", "author", "authors", "date",
    "version", "revision", "status", "copyright", "contact", "organization", "address",
))  # fmt: skip
_NAMED = re.compile(r"(?P<kind>[a-z]+)(?:\s+(?P<named>\S.*))?$", re.DOTALL)


def are_of_document(node: nodes.field_list) -> bool:
    """Do they tell the generator of the document?"""
    names = {each.children[0].astext().lower() for each in node.children if each.children}
    return names <= _OF_ITSELF


@dataclass(slots=True)
class _Group:
    """All fields of one kind: names ("" for none) with what is said of each."""

    label: str
    said: list[tuple[str, str]] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)


def markdown(fields: Iterable[tuple[str, str, str]]) -> str:
    """Fields, each by its name as it is written, its name as Markdown and what it says."""
    groups: dict[str, _Group] = {}
    others: list[str] = []
    for name, shown, said in fields:
        match = _NAMED.match(name)
        kind, named = (match["kind"], match["named"] or "") if match else ("", "")
        named = _SHORT.sub("", named)
        if kind in _TYPES or kind == "rtype":
            said = _SHORT.sub("", said)
        if kind in _TYPES and named:
            label = _TYPES[kind]
            groups.setdefault(label, _Group(label)).types[_bare(named)] = said
        elif kind in _LABELS:
            group = groups.setdefault(_LABELS[kind], _Group(_LABELS[kind]))
            if group.label in _TYPED and " " in named:
                told, _, named = named.rpartition(" ")  # "param TYPE NAME"
                group.types.setdefault(_bare(named), commonmark.escaped(told))
            group.said.append((named, said))
        else:
            label = commonmark.strong(shown)
            others.append(commonmark.item(f"{label}: {said}" if said else label, "-"))
    written = [_written(group) for group in groups.values() if group.said]
    return "\n\n".join(filter(None, [*written, "\n".join(others)]))


def _bare(name: str) -> str:
    return name.lstrip("*\\")


def _written(group: _Group) -> str:
    items = []
    for named, said in group.said:
        kind = group.types.get(_bare(named), "")
        words = commonmark.code_span(named.replace("\\", "")) if named else ""
        words += f" ({kind})" if kind else ""
        items.append(" – ".join(filter(None, (words, said))))
    label = f"**{group.label}:**"
    if len(items) == 1:
        return f"{label} {items[0]}" if items[0] else ""
    return "\n\n".join((label, "\n".join(commonmark.item(each, "-") for each in items)))
