"""Directives of reStructuredText that describe a value, an option or what else a project has."""

import re
from collections.abc import Sequence

from docutils import nodes

from hyperrun.search.parsing import directives
from hyperrun.search.parsing.restructured.tree import Directive


def is_by(node: Directive) -> bool:
    """Does such a directive describe something: by its name, or as its project declares it?"""
    is_declared = bool(node.get("described")) or is_named_by_option(node)
    return node["name"] in directives.DESCRIBED or is_declared


def is_named_by_option(node: Directive) -> bool:
    """Does one that only its project knows name what it describes in an option? Which anchor that
    has, only the project knows."""
    return bool(node.get("is_named"))


def names_heading(node: Directive) -> bool:
    """Does nothing but a heading follow, whose anchor a directive without text then is?"""
    at: nodes.Node = node
    while at.parent is not None:
        for beside in at.parent.children[at.parent.index(at) + 1 :]:
            is_mark = isinstance(beside, nodes.target | nodes.comment) or (
                isinstance(beside, Directive) and not beside["code"].strip()
                and not directives.AUTODOC.match(beside["name"])
                and beside["name"] not in ("include", "literalinclude", "rubric")
            )  # fmt: skip
            if not is_mark:
                return isinstance(beside, nodes.section)
        at = at.parent
    return False


def is_one_of_many(node: Directive) -> bool:
    """Is it one of several values or options that are described under one heading? A single one
    is what its heading is about."""
    if node.parent is None or not describes(node):
        return False
    return any(each is not node and describes(each) for each in node.parent.children)


def describes(node: nodes.Node) -> bool:
    return (
        isinstance(node, Directive)
        and is_by(node)
        and bool(node["argument"] and node["code"].strip())
    )  # fmt: skip


def is_object(node: nodes.Node) -> bool:
    """Does it describe an object of Python? Of a signature alone the section around it tells."""
    return (
        isinstance(node, Directive)
        and node["name"] not in directives.NOTHING
        and bool(directives.PYTHON_OBJECT.match(node["name"]))
        and not all(isinstance(each, nodes.title) for each in node.children)
    )


def has_anchor(node: Directive) -> bool:
    """Has the page an anchor for what it describes?"""
    return not {"noindex", "no-index"} & set(node["options"])


def path_of(node: Directive, inside: str) -> str:
    """The name of the object with those of the classes that it stands in; "" where it has none."""
    named = re.match(r"[\w.]+", node["argument"].split("\n")[0].strip())
    if named is None:
        return ""
    is_whole = not inside or named[0].startswith(f"{inside}.")
    return named[0] if is_whole else f"{inside}.{named[0]}"


def parted(node: Directive) -> tuple[Directive, Sequence[Directive]]:
    """A described class without the objects that are described in it, and these; another object as
    it is."""
    is_class = node["name"].rpartition(":")[2] in ("class", "exception")
    in_it = [each for each in node.children if is_class and is_object(each)]
    if not in_it:
        return node, []
    own = node.copy()
    own.children = [each for each in node.children if not is_object(each)]
    return own, [each for each in in_it if isinstance(each, Directive)]
