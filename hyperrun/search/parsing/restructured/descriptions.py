"""Directives of reStructuredText that describe a value, an option or what else a project has."""

from docutils import nodes

from hyperrun.search.parsing import directives
from hyperrun.search.parsing.restructured.tree import Directive


def is_by(node: Directive) -> bool:
    """Does such a directive describe something: by its name, or as its project declares it?"""
    return node["name"] in directives.DESCRIBED or bool(node.get("described"))


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
