"""What stands inside of the lines of a parsed reStructuredText document, as Markdown."""

import re

from docutils import nodes

from hyperrun.search.parsing import commonmark, labels
from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.objects.sphinx_settings import SphinxSettings
from hyperrun.search.parsing.restructured.tree import Role, parse
from hyperrun.search.parsing.roles import role

MAX_DEPTH = 40


class Inline:
    """Writes lines of one document: their markup, roles, references and substitutions.

    `depth` is how deep they stand, in blocks and substitutions.
    """

    def __init__(
        self, document: nodes.document, place: Place | None, settings: SphinxSettings
    ) -> None:
        self._document = document
        self._place = place
        self._default_role = settings.default_role
        self._own_roles = settings.own_roles
        self.depth = 0
        self._targets: dict[str, str] = {}
        self._anonymous: list[str] = []
        for target in document.findall(nodes.target):
            address = str(target.get("refuri", ""))
            if target.get("anonymous"):
                self._anonymous.append(address)
            for name in target.get("names", ()):
                self._targets[name] = address
        self._next_anonymous = 0
        self._notes: dict[str, int] = {}
        self._auto = 0

    def caption(self, text: str) -> str:
        """An option's text, in which marks count as in any other line."""
        first = next(iter(parse(text).children), None)
        return self.said(first) if isinstance(first, nodes.paragraph) else (
            commonmark.escaped(text))  # fmt: skip

    def said(self, node: nodes.Node) -> str:
        """What stands in a node, in one line."""
        return re.sub(r"\s*\n\s*", " ", self._run(node)).strip()

    def _run(self, node: nodes.Node) -> str:
        said = ""
        for child in node.children:
            match child:
                case nodes.Text():
                    said += commonmark.escaped(child.astext())
                case nodes.emphasis():
                    said += f"*{self._run(child).strip()}*"
                case nodes.strong():
                    said += f"**{self._run(child).strip()}**"
                case nodes.literal():
                    said += commonmark.code_span(child.astext())
                case Role():
                    said += self._role(child["role"], child["said"])
                case nodes.reference():
                    said += commonmark.link(self._run(child), self._address(child))
                case nodes.footnote_reference() | nodes.citation_reference():
                    said += self._reference(child)
                case nodes.substitution_reference():
                    said += self._substituted(child)
                case nodes.math():
                    said += f"${child.astext()}$"
                case nodes.image() | nodes.target() | nodes.system_message():
                    if isinstance(child, nodes.target) and not child.get("refuri"):
                        said += self._run(child)
                case nodes.problematic():
                    said += commonmark.escaped(child.astext())
                case _:
                    said += self._run(child)
        return said

    def _role(self, name: str, content: str) -> str:
        base = self._document.hyperrun_roles.get(name)
        if base is not None:
            if "code" in base or "literal" in base:
                return commonmark.code_span(content)
            if base == "raw":
                return ""
            return commonmark.escaped(content)
        name = name or self._default_role
        if name == "any" and self._place is not None:
            title = labels.words(self._place, "ref", content) or (
                labels.words(self._place, "doc", content)
            )
            if title:
                return commonmark.escaped(title)
        if not name:
            return commonmark.escaped(re.sub(r"\s+", " ", content))
        if self._place is not None and "<" not in content:
            title = labels.words(self._place, name, content, self.depth)
            if title:
                return commonmark.escaped(title)
        return role(f"own:{name}" if name in self._own_roles else name, content)

    def _address(self, node: nodes.reference) -> str:
        if node.get("refuri"):
            return str(node["refuri"])
        if node.get("anonymous"):
            at = self._next_anonymous
            self._next_anonymous += 1
            return self._anonymous[at] if at < len(self._anonymous) else ""
        name = str(node.get("refname", ""))
        return self._targets.get(name, "")

    def _reference(self, node: nodes.Element) -> str:
        text = node.astext()
        if not text:
            text = str(self.numbered(str(node.get("refname", ""))))
        return f"\\[{text}\\]"

    def _substituted(self, node: nodes.Element) -> str:
        name = str(node.get("refname", ""))
        known = self._document.substitution_defs
        found = known.get(name) or known.get(
            self._document.substitution_names.get(name.lower(), "")
        )
        if found is None:
            return (
                ""
                if name.lower() in ("release", "version", "today")
                else (commonmark.escaped(node.astext()))
            )
        self.depth += 1
        said = self._run(found) if self.depth < MAX_DEPTH else ""
        self.depth -= 1
        return said

    def numbered(self, name: str) -> int:
        """The number of a note by its name, the next one where it has none."""
        if not name:
            self._auto += 1
            return self._auto
        return self._notes.setdefault(name, len(self._notes) + 1)


def plain(node: nodes.Node) -> str:
    """A heading's words, whatever they are made of."""
    said = ""
    for child in node.children:
        if isinstance(child, Role):
            said += re.sub(r"\\(\W)|[`]", r"\1", role(child["role"] or "title", child["said"]))
        elif isinstance(child, nodes.Text):
            said += child.astext()
        elif not isinstance(child, nodes.footnote_reference | nodes.image):
            said += plain(child) if child.children else child.astext()
    return re.sub(r"\s+", " ", said).strip()
