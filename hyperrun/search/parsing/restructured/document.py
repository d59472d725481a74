"""reStructuredText by docutils: what each block says on its page.

Directives and roles are ours, whatever their names: nothing of a document runs, opens a file or
asks the network, and none is an error.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from textwrap import dedent

from docutils import nodes

from hyperrun.passage import Include
from hyperrun.search.parsing import commonmark, directives, highlighting, includes
from hyperrun.search.parsing.blocks import Block, bounded, brought_in, defined, joined
from hyperrun.search.parsing.includes import Place, Shown, language_of
from hyperrun.search.parsing.objects import members, sphinx_settings
from hyperrun.search.parsing.objects.members import Member
from hyperrun.search.parsing.restructured import descriptions, fields, summaries, tables
from hyperrun.search.parsing.restructured.inline import MAX_DEPTH, Inline, plain
from hyperrun.search.parsing.restructured.lines import SourceLines
from hyperrun.search.parsing.restructured.tree import Directive, parse

_CUTS = frozenset(("lines", "start-after", "end-before", "start-at", "end-at", "pyobject"))


def read(text: str, place: Place | None = None) -> list[Block]:
    """The blocks of a document, in order."""
    document = parse(text)
    return _Writer(document, place, text.splitlines()).blocks()


def said(text: str, place: Place | None = None) -> str:
    """What `text` says, as part of another document."""
    return _joined(read(text, place))


def _joined(blocks: Sequence[Block]) -> str:
    return joined(
        Block(each.start, each.end, commonmark.strong(each.content.lstrip("# ")))
        if each.level else each
        for each in blocks
    )  # fmt: skip


def described(text: str, place: Place | None, module: str, start: int, end: int) -> list[Block]:
    """What `text` says as part of another document, from whose lines `start` to `end` it is; the
    objects that it describes apart. `module` is the one that is described there."""
    blocks = _Writer(parse(text), place, text.splitlines(), module).blocks()
    own = [each for each in blocks if not each.member]
    content = _joined(own)
    includes = [include for each in own for include in each.includes]
    told = [replace(each, start=start, end=max(start, end)) for each in blocks if each.member]
    return ([Block(start, max(start, end), content, includes=includes)] if content else []) + told


class _Writer:
    """A parsed document as Markdown."""

    def __init__(
        self, document: nodes.document, place: Place | None, lines: list[str], module: str = ""
    ) -> None:
        self._document = document
        self._place = place
        self._lines = SourceLines(lines)
        self._includes: list[Include] = []
        self._module = module  # of which objects are described
        self._program = ""  # whose options are described
        self._class = False  # are they in one?
        self._settings = sphinx_settings.of(place)
        self._language = self._settings.language  # of code that names none
        self._inline = Inline(document, place, self._settings)
        if own := self._settings.own_directives:
            for node in document.findall(Directive):
                node["described"] = node["name"] in own

    # Blocks and their lines

    def blocks(self) -> list[Block]:
        found: list[Block] = []
        self._section(self._document, 0, found)
        starts = [block.start for block in found]
        for at, block in enumerate(found):
            if block.level:
                continue
            after = starts[at + 1] - 1 if at + 1 < len(found) else self._lines.count
            block.end = max(block.start, self._lines.trimmed(block.start, after))
        return found

    def _section(self, parent: nodes.Element, level: int, found: list[Block]) -> None:
        for node in parent.children:
            if isinstance(node, nodes.section):
                title = node.children[0] if node.children else None
                if isinstance(title, nodes.title):
                    found.append(self._heading(title, level + 1, found))
                    self._section_body(node, level + 1, found)
                else:
                    self._section(node, level + 1, found)
            elif isinstance(node, Directive) and node["name"] in ("only", "ifconfig", "container"):
                if not re.match(r"\s*(latex|man|text|epub|not html)", node["argument"]):
                    self._section(node, level, found)
            else:
                self._append(node, found, level)

    def _section_body(self, node: nodes.section, level: int, found: list[Block]) -> None:
        rest = nodes.Element()
        rest.children = node.children[1:]
        self._section(rest, level, found)

    def _heading(self, title: nodes.title, level: int, found: Sequence[Block]) -> Block:
        wanted = title.rawsource.strip()
        after = found[-1].start if found else 0
        first, last, label = self._lines.of_heading(wanted, after, title.line or 1)
        return Block(
            first, last, f"{'#' * min(level, 6)} {self._inline.said(title)}", level,
            plain(title), wanted, label,
        )  # fmt: skip

    def _append(self, node: nodes.Node, found: list[Block], level: int) -> None:
        if not found and isinstance(node, nodes.field_list) and fields.are_of_document(node):
            return
        if isinstance(node, Directive) and (brought := self._included(node, found, level)):
            found += brought
            return
        if isinstance(node, Directive) and node["name"] == "program":
            self._program = node["argument"].strip().replace(" ", "-")
        if isinstance(node, Directive) and descriptions.is_one_of_many(node):
            start = max(found[-1].start if found else 1, self._lines.start_of(node, 1))
            name, argument = node["name"], " ".join(node["argument"].split())
            own_id = "" if descriptions.is_named_by_option(node) else (
                directives.own_id(name, node["argument"], self._program)
            )  # fmt: skip
            label = commonmark.strong(self._inline.said(node.children[0]))
            content = self._block(node).removeprefix(label).lstrip("\n")  # its section's heading
            block = Block(start, start, content, member=argument, own_id=own_id)
            block.includes, self._includes = self._includes, []
            found.append(block)
            return
        if isinstance(node, Directive) and node["name"] == "glossary":
            self._glossary(node, found, level)
            return
        if isinstance(node, Directive) and summaries.makes_pages(node) and self._place is not None:
            start = max(found[-1].start if found else 1, self._lines.start_of(node, 1))
            found += summaries.blocks(
                node, self._place, self._module, self._settings, self._docstring, start
            )
            return
        if isinstance(node, Directive) and (told := self._members(node)):
            start = max(found[-1].start if found else 1, self._lines.start_of(node, 1))
            found += members.blocks(told, start, start, descriptions.has_anchor(node))
            return
        if isinstance(node, Directive) and (objects := list(self._objects(node))):
            start = max(found[-1].start if found else 1, self._lines.start_of(node, 1))
            for each, member in objects:
                start = max(start, each.line or start)
                found += members.blocks([member], start, start, descriptions.has_anchor(each))
            found[-1].includes, self._includes = self._includes, []
            return
        items: Sequence[nodes.Node] = [node]
        if isinstance(node, nodes.bullet_list | nodes.enumerated_list | nodes.definition_list):
            items = node.children
        start = found[-1].start if found else 1
        for number, item in enumerate(items):
            content = self._item(node, item, number) if item is not node else self._block(node)
            if not content:
                self._includes = []
                continue
            start = max(start, self._lines.start_of(item, start))
            block = Block(start, start, content, includes=self._includes)
            block.tight = number > 0 and item is not node and _is_tight(node)
            if isinstance(item, nodes.definition_list_item):
                block.term, block.source = plain(item.children[0]), item.children[0].rawsource
            self._includes = []
            found.append(block)

    def _glossary(self, node: Directive, found: list[Block], level: int) -> None:
        """Each thing that a glossary defines, as a section of its own."""
        for each in node.children:
            if not isinstance(each, nodes.definition_list):
                self._append(each, found, level)
                continue
            for item in each.children:
                assert isinstance(item, nodes.definition_list_item)
                content = self._definition(item)
                others = [name for name in item.children[1:] if isinstance(name, nodes.term)]
                start = max(found[-1].start if found else 1, self._lines.start_of(item, 1))
                term = plain(item.children[0])
                found.append(
                    Block(start, start, content if others else defined(content), member=term,
                          own_id=directives.term_id(term), includes=self._includes)
                )  # fmt: skip
                self._includes = []

    def _members(self, node: Directive) -> list[Member]:
        """The objects that a directive takes out of the source; none where it takes none."""
        name, argument = node["name"], node["argument"]
        if not directives.AUTODOC.match(name):
            return []
        if name == "automodule":
            self._module = argument.strip()
        return self._autodoc(node, argument, node["options"])

    def _objects(self, node: Directive, inside: str = "") -> Iterator[tuple[Directive, Member]]:
        """The object of Python that a directive describes, then those that it describes in that;
        none where it describes none. `inside` is the class that it stands in."""
        name, options = node["name"], node["options"]
        if not descriptions.is_object(node):
            return
        path = descriptions.path_of(node, inside)
        own, in_it = descriptions.parted(node)
        outer, self._class = self._class, bool(inside)
        content = self._object(own, name, node["argument"], options)
        self._class = outer
        if not path or not content:
            return
        module = options.get("module", self._module)
        yield node, Member(f"{module}.{path}" if module else path, content)
        for each in in_it:
            yield from self._objects(each, path)

    # One block

    def _children(self, node: nodes.Element) -> str:
        self._inline.depth += 1
        if self._inline.depth > MAX_DEPTH:
            self._inline.depth -= 1
            return ""
        parts = [
            self._block(child) for child in node.children if not isinstance(child, nodes.title)
        ]
        self._inline.depth -= 1
        return "\n\n".join(filter(None, parts))

    def _block(self, node: nodes.Node) -> str:
        match node:
            case nodes.paragraph():
                return commonmark.paragraph(self._inline.said(node))
            case Directive():
                return self._directive(node)
            case nodes.literal_block() | nodes.doctest_block():
                language, code = highlighting.shown(self._language, node.astext())
                if isinstance(node, nodes.doctest_block):
                    return commonmark.fence(directives.without_flags(code), "pycon")
                return commonmark.fence(code, highlighting.language(language, code))
            case nodes.bullet_list() | nodes.enumerated_list() | nodes.definition_list():
                items = (self._item(node, item, at) for at, item in enumerate(node.children))
                return ("\n" if _is_tight(node) else "\n\n").join(filter(None, items))
            case nodes.field_list():
                return self._fields(node)
            case nodes.option_list():
                return "\n".join(self._option(each) for each in node.children)
            case nodes.block_quote():
                said = self._children(node)
                return said if _is_code(node) else commonmark.quoted(said)
            case nodes.attribution():
                return f"— {self._inline.said(node)}"
            case nodes.line_block():
                return "\\\n".join(filter(None, self._verses(node)))
            case nodes.table():
                return tables.drawn(node, self._inline.said, self._children)
            case nodes.footnote() | nodes.citation():
                return self._note(node)
            case nodes.section():
                title = node.children[0]
                head = commonmark.strong(self._inline.said(title))
                return "\n\n".join(filter(None, (head, self._children(node))))
            case nodes.math_block():
                return f"$$\n{node.astext().strip()}\n$$"
        return ""

    def _item(self, parent: nodes.Node, node: nodes.Node, number: int) -> str:
        if isinstance(node, nodes.definition_list_item):
            return self._definition(node)
        if not isinstance(node, nodes.list_item):
            return ""
        marker = "-"
        if isinstance(parent, nodes.enumerated_list):
            marker = f"{int(parent.get('start', 1)) + number}."
        content = self._children(node)
        return commonmark.item(content, marker) if content else ""

    def _definition(self, node: nodes.definition_list_item) -> str:
        terms = [each for each in node.children if isinstance(each, nodes.term)]
        words = ", ".join(commonmark.strong(self._inline.said(each)) for each in terms)
        kinds = [each for each in node.children if isinstance(each, nodes.classifier)]
        words += "".join(f" : *{self._inline.said(each)}*" for each in kinds)
        body = "\n\n".join(
            self._children(each) for each in node.children if isinstance(each, nodes.definition)
        )
        return commonmark.item(commonmark.under(words, body), "-")

    def _fields(self, node: nodes.field_list) -> str:
        """A field list: parameters and what is returned in a docstring, or names and values."""
        return fields.markdown(
            (
                each.children[0].astext(),
                self._inline.said(each.children[0]),
                self._children(each.children[1]),
            )
            for each in node.children
            if len(each.children) > 1
        )

    def _option(self, node: nodes.Node) -> str:
        if not isinstance(node, nodes.Element) or len(node.children) < 2:
            return ""
        names = ", ".join(each.astext() for each in node.children[0].children)
        return commonmark.item(
            commonmark.under(commonmark.code_span(names), self._children(node.children[1])), "-"
        )

    def _verses(self, node: nodes.Element) -> Iterable[str]:
        for line in node.children:
            if isinstance(line, nodes.line_block):
                yield from self._verses(line)
            else:
                yield self._inline.said(line)

    def _note(self, node: nodes.Element) -> str:
        label = node.children[0].astext() if node.children and isinstance(
            node.children[0], nodes.label) else ""  # fmt: skip
        if not label:
            names = node.get("names") or [""]
            label = str(self._inline.numbered(names[0]))
        body = "\n\n".join(
            filter(None, (self._block(each) for each in node.children
                          if not isinstance(each, nodes.label)))
        )  # fmt: skip
        return f"\\[{label}\\] {body}" if body else ""

    # Directives

    def _directive(self, node: Directive) -> str:
        name, argument, options = node["name"], node["argument"], node["options"]
        if name.removeprefix("py:") in ("module", "currentmodule", "automodule"):
            self._module = argument.strip()
        if name == "highlight":
            self._language = argument.split()[0] if argument else ""
        if name in directives.NOTHING or (name.startswith("test") and "hide" in options):
            return ""
        title = self._inline.said(node.children[0]) if node.children and isinstance(
            node.children[0], nodes.title) else ""  # fmt: skip
        if name in directives.NOTES:
            shown = (
                title
                if name in ("admonition", "sidebar") and title
                else (directives.note_title(name, ""))
            )
            return commonmark.note(shown, self._children(node))
        if name in directives.VERSIONS:
            return directives.version_note(name, title or argument, self._children(node))
        if name in directives.CODE or name in directives.DRAWN:
            code = directives.code(name, node["code"])
            if not code.strip():
                return ""
            if name == "parsed-literal":
                code = _LITERAL_MARKS.sub(
                    lambda match: next(filter(None, match.groups()), ""), code
                )
            code = dedent(code)
            language = directives.code_language(name, argument.split("\n")[0])
            if not language and name in ("code", "code-block", "sourcecode"):
                language = highlighting.language(self._language, code)
            language, code = highlighting.shown(language, code)
            return commonmark.titled(
                self._inline.caption(options.get("caption", "")), commonmark.fence(code, language)
            )
        if name == "code-tab":
            language, label = directives.code_tab(argument.split("\n")[0])
            code = commonmark.fence(dedent(node["code"]), language)
            return commonmark.titled(commonmark.escaped(label), code)
        if name == "math":
            return f"$$\n{(argument + chr(10) + node['code']).strip()}\n$$"
        if name in ("literalinclude", "include"):
            return self._include(name, argument, options)
        if directives.AUTODOC.match(name):
            told = self._autodoc(node, argument, options)
            self._includes += members.includes(told)
            return members.content(told)
        if directives.is_object(name):
            return self._object(node, name, argument, options)
        if name == "list-table":
            return tables.of_list(node, title, self._children)
        if name == "csv-table":
            return tables.of_values(node, self._place, said)
        if name in ("figure", "only", "ifconfig", "container", "rst-class"):
            return self._children(node)
        if request := directives.request(name, argument):
            parts = (commonmark.fence(request, "http"), self._children(node))
            return "\n\n".join(filter(None, parts))
        is_named = descriptions.is_named_by_option(node)
        if facts := directives.facts(name, options, is_named):
            worded = commonmark.code_span if is_named else self._inline.caption
            lines = [f"**{each}:** {worded(value)}" for each, value in facts]
            return commonmark.titled(title, "\n\n".join([*lines, self._children(node)]))
        is_described = descriptions.is_by(node)
        if is_described and not node["code"].strip() and descriptions.names_heading(node):
            return ""
        if is_described or name in directives.TITLED or name in ("table", "tab-set"):
            return commonmark.titled(title, self._children(node))
        if directives.CALL.match(argument):
            return commonmark.titled(commonmark.code_span(argument), self._children(node))
        return self._children(node)

    def _included(self, node: Directive, found: Sequence[Block], level: int) -> list[Block]:
        """The blocks of a document that is included, where it has headings of its own."""
        options = node["options"]
        if node["name"] != "include" or {"literal", "code"} & set(options):
            return []
        shown = self._shown(node["argument"].strip(), options)
        if shown is None or self._place is None or not shown.spans:
            return []
        blocks = bounded(self._place.document(shown, _suffix(shown.file)) or [])
        if not any(block.level for block in blocks):
            return []
        start = max(found[-1].start if found else 1, self._lines.start_of(node, 1))
        return brought_in(blocks, str(shown.file), shown.numbers, start, start, level)

    def _shown(self, argument: str, options: dict[str, str]) -> Shown | None:
        """What a directive names of another file."""
        file = self._place.find(argument) if self._place is not None else None
        if file is None or self._place is None:
            return None
        shown = includes.whole(file, self._place.read(file))
        if "start-line" in options or "end-line" in options:
            total = len(shown.lines)
            first, last = (_number(options.get(each)) for each in ("start-line", "end-line"))
            last = total if last is None else last + total if last < 0 else last
            shown = includes.some(file, list(shown.lines), range((first or 0) + 1, last + 1))
        if set(options) & _CUTS:
            shown = includes.between(file, list(shown.lines), options)
        return shown

    def _include(self, name: str, argument: str, options: dict[str, str]) -> str:
        shown = self._shown(argument, options)
        if shown is None or self._place is None or not shown.spans:
            return ""
        file = shown.file
        self._includes += shown.includes
        if name == "literalinclude" or "literal" in options or "code" in options:
            language = options.get("language") or options.get("code") or language_of(file)
            return commonmark.titled(
                commonmark.escaped(options.get("caption", "")),
                commonmark.fence(shown.code, language),
            )
        return joined(bounded(self._place.document(shown, _suffix(file)) or []))

    def _autodoc(self, node: Directive, argument: str, options: dict[str, str]) -> list[Member]:
        from hyperrun.search.parsing.objects import autodoc

        if self._place is None:
            return []
        name = re.split(r"[(\n]", argument)[0].strip()
        names = [name]
        if self._module and not name.startswith(f"{self._module}."):
            names.insert(0, f"{self._module}.{name}")
        return autodoc.describe(
            self._place, node["name"].removeprefix("auto"), names, options, self._settings,
            self._docstring, self._children(node), argument[len(name) :].strip(),
        )  # fmt: skip

    def _object(self, node: Directive, name: str, argument: str, options: dict[str, str]) -> str:
        """What is described by its signature, as the domain of its language shows that."""
        kind = name.rpartition(":")[2]
        is_python = name.startswith("py:") or ":" not in name
        outer, self._class = self._class, self._class or kind in ("class", "exception")
        inner = self._children(node)
        self._class = outer
        signatures = []
        for line in argument.split("\n"):
            signature = re.sub(r"\\(.)", r"\1", line).strip()
            if is_python and kind not in ("describe", "object"):
                is_inside = self._class or not self._settings.with_module
                module = "" if is_inside else self._module
                signature = directives.python_signature(kind, signature, options, module)
            signatures.append(commonmark.fence(signature, "python" if is_python else ""))
        return "\n\n".join(filter(None, (*signatures, inner)))

    def _docstring(self, text: str) -> str:
        return said(text, self._place)


def _suffix(file: PurePosixPath) -> str:
    return ".md" if file.suffix.lower() in (".md", ".markdown") else ".rst"


_LITERAL_MARKS = re.compile(r":[\w:-]+:`([^`<]*)(?:<[^`]*>)?`|`([^`]*)`_+|\*\*(.+?)\*\*")


def _is_code(quoted: nodes.block_quote) -> bool:
    """Is it code that its writer has moved in, and no quotation?"""
    return all(
        isinstance(each, nodes.literal_block | nodes.doctest_block)
        or (isinstance(each, Directive) and each["name"] in directives.CODE)
        for each in quoted.children
    )


def _is_tight(node: nodes.Element) -> bool:
    return all(
        len(item.children) <= 1 or isinstance(node, nodes.definition_list) for item in node.children
    )


def _number(value: str | None) -> int | None:
    try:
        return int(value) if value is not None else None
    except ValueError:
        return None
