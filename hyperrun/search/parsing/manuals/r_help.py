"""R's help files, the `.Rd` of a package's `man/`, as the pages that pkgdown makes of them."""

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from hyperrun.passage import Include
from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.blocks import Block, joined
from hyperrun.search.parsing.manuals.r_help_tree import Macro, Node, Text, parse

_HEADINGS = {
    "arguments": ("Arguments", "arguments"),
    "format": ("Format", "format"), "value": ("Value", "value"), "details": ("Details", "details"),
    "note": ("Note", "note"), "source": ("Source", "source"),
    "references": ("References", "references"),
    "examples": ("Examples", "ref-examples"),
}  # fmt: skip
# As pkgdown orders them; what it leaves out is left out.
_ORDER = ("description", "usage", "seealso", "arguments", "format", "value", "details", "section",
          "note", "source", "references", "examples")  # fmt: skip
# What says nothing without the description, and stands with it.
_WITH_THE_FIRST = {"usage": "Usage", "seealso": "See also"}
_CODE = frozenset(
    ("code", "verb", "samp", "kbd", "env", "option", "command", "file", "preformatted")
)
_EMPHASIS = frozenset(("emph", "var", "dfn", "cite"))
_STRONG = frozenset(("strong", "bold", "b"))
_SILENT = frozenset((
    "alias", "name", "keyword", "concept", "docType", "encoding", "out", "figure",
    "dontshow", "testonly", "newcommand", "renewcommand", "RdOpts", "author",
))  # fmt: skip
_SIGNS = {"dots": "...", "ldots": "...", "R": "R", "cr": "\n", "tab": " "}
_MADE = "\0"  # what only R makes when it installs the package
_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9-]+")


def read(text: str, file: str = "") -> list[Block]:
    """The blocks of a help file, by its headings; none where it has no title."""
    nodes = [each for each in parse(text) if isinstance(each, Macro)]
    title = " ".join(_plain(_first(nodes, "title")).split())
    if not title:
        return []
    name = _plain(_first(nodes, "name")).strip()
    whole = f"{title} — {name}" if name else title
    total = len(text.splitlines())
    head = max(each.line for each in nodes if each.name in ("title", "description"))
    found = [Block(head, head, f"# {commonmark.escaped(whole)}", 1, whole, whole)]
    lines = [*(each.line for each in nodes), total + 1]
    for kind in _ORDER:
        for node in nodes:
            if node.name == kind:
                end = lines[bisect_right(lines, node.line)] - 1
                section = _section(node, end, name)
                if kind in _WITH_THE_FIRST and section:
                    content = commonmark.titled(_WITH_THE_FIRST[kind], joined(section))
                    include = Include(file, section[0].start, section[-1].end)
                    section = [Block(head, head, content, includes=[include] if file else [])]
                found += section
    return found


def _section(node: Macro, end: int, name: str) -> list[Block]:
    """A section; "Arguments" and its like, which every file has, are titled with its `name`."""
    heading, own_id = _HEADINGS.get(node.name, ("", ""))
    body = node.groups[-1] if node.groups else []
    if node.name == "section":
        heading = " ".join(_plain(node.groups[0]).split()) if node.groups else ""
        own_id = _NOT_IN_A_SLUG.sub("-", heading.lower()).strip("-")
    if node.name in ("usage", "examples"):
        code = commonmark.fence(_code(body), "r")
        said = [(node.line, code)] if code else []
    elif node.name == "arguments":
        said = list(_arguments(body))
    else:
        said = _without_gaps(list(_said(body)))
    if not said:
        return []
    title = f"{heading} — {name}" if name and node.name != "section" else heading
    found = [Block(node.line, node.line, f"## {commonmark.escaped(heading)}", 2, title, heading,
                   own_id)] if heading else []  # fmt: skip
    ends = [*(max(start, line - 1) for (start, _), (line, _) in itertools.pairwise(said)), end]
    return found + [
        Block(line, max(line, last), content)
        for (line, content), last in zip(said, ends, strict=True)
    ]


def _without_gaps(said: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The blocks without lists that R would have made, nor what announces these."""
    kept: list[tuple[int, str]] = []
    for line, content in said:
        if content:
            kept.append((line, content))
        elif kept and kept[-1][1].endswith(":"):
            kept.pop()
    return kept


def _arguments(body: Sequence[Node]) -> Iterator[tuple[int, str]]:
    """The arguments of functions, each with what is said of it; what stands between them, too."""
    between: list[Node] = []
    for node in body:
        if not (isinstance(node, Macro) and node.name == "item" and len(node.groups) == 2):
            between.append(node)
            continue
        yield from _said(between)
        between = []
        names = commonmark.code_span(" ".join(_plain(node.groups[0]).split()))
        content = "\n\n".join(each for _, each in _said(node.groups[1]) if each)
        yield node.line, commonmark.item(commonmark.under(names, content), "-")
    yield from _said(between)


def _said(nodes: Sequence[Node]) -> Iterator[tuple[int, str]]:
    """The blocks of text, each with the line that it begins in."""
    run: list[tuple[int, str]] = []

    def paragraphs() -> Iterator[tuple[int, str]]:
        line, words = 0, ""
        for at, said in [*run, (0, "\n\n")]:
            for number, part in enumerate(re.split(r"\n[ \t]*(?:\n\s*)+", said)):
                if number:
                    told = " ".join(words.split()).removeprefix(_MADE).strip()
                    if told and _MADE not in told:
                        yield line, commonmark.paragraph(told)
                    words = ""
                line = line if words.strip() else at
                at += part.count("\n")
                words += part
        run.clear()

    for node in _flat(nodes):
        block = _block(node) if isinstance(node, Macro) else None
        if block is None:
            run.append((node.line, _line([node])))
            continue
        yield from paragraphs()
        yield node.line, block
    yield from paragraphs()


def _flat(nodes: Sequence[Node]) -> Iterator[Node]:
    """The nodes, with what a condition shows on a page of HTML in its place."""
    for node in nodes:
        if isinstance(node, Macro) and node.name in ("if", "ifelse"):
            yield from _flat(_shown(node))
        else:
            yield node


def _shown(node: Macro) -> Sequence[Node]:
    """What a condition shows in HTML; beside a picture, the words that stand for it."""
    groups = node.groups
    is_html = bool(groups) and "html" in _plain(groups[0])
    if node.name == "if":
        return groups[1] if is_html and len(groups) > 1 and not _has_picture(groups[1]) else []
    if len(groups) < 3:
        return []
    return groups[1] if is_html and not _has_picture(groups[1]) else groups[2]


def _has_picture(nodes: Sequence[Node]) -> bool:
    return any(
        isinstance(each, Macro)
        and (each.name in ("figure", "out") or any(map(_has_picture, each.groups)))
        for each in nodes
    )


def _block(node: Macro) -> str | None:
    """What a macro says that is a block by itself; None for one that is part of a line."""
    body = node.groups[-1] if node.groups else []
    if node.name in ("itemize", "enumerate"):
        marker = "-" if node.name == "itemize" else "1."
        return _listed([commonmark.item(each, marker) for each in _items(body)])
    if node.name == "describe":
        return _listed([each for each in _terms(body)])
    if node.name == "preformatted":
        return commonmark.fence(_code(body), "")
    if node.name == "subsection" and len(node.groups) == 2:
        said = "\n\n".join(each for _, each in _said(body) if each)
        return commonmark.titled(_line(node.groups[0]), said)
    if node.name == "tabular":
        return _table(body)
    if node.name == "deqn":
        return f"$$\n{_code(node.groups[0]).strip()}\n$$" if node.groups else ""
    return None


def _listed(items: Sequence[str]) -> str:
    apart = any("\n\n" in each for each in items)
    return ("\n\n" if apart else "\n").join(items)


def _items(body: Sequence[Node]) -> Iterator[str]:
    item: list[Node] = []
    begun = False
    for node in [*body, Macro("item", 0)]:
        if isinstance(node, Macro) and node.name == "item":
            said = "\n\n".join(each for _, each in _said(item) if each)
            if begun and said:
                yield said
            item, begun = [each for group in node.groups for each in group], True
        else:
            item.append(node)


def _terms(body: Sequence[Node]) -> Iterator[str]:
    for node in body:
        if isinstance(node, Macro) and node.name == "item" and len(node.groups) == 2:
            said = "\n\n".join(each for _, each in _said(node.groups[1]) if each)
            term = commonmark.strong(" ".join(_line(node.groups[0]).split()))
            yield commonmark.item(commonmark.under(term, said), "-")


def _table(body: Sequence[Node]) -> str:
    rows: list[list[list[Node]]] = [[[]]]
    for node in body:
        if isinstance(node, Macro) and node.name == "cr":
            rows.append([[]])
        elif isinstance(node, Macro) and node.name == "tab":
            rows[-1].append([])
        else:
            rows[-1][-1].append(node)
    written = [[" ".join(_line(cell).split()) for cell in row] for row in rows]
    written = [row for row in written if any(row)]
    return commonmark.table(written)


def _line(nodes: Sequence[Node]) -> str:
    """What stands in a line, as Markdown."""
    return "".join(map(_inline, nodes))


def _inline(node: Node) -> str:
    if isinstance(node, Text):
        return commonmark.escaped(node.text)
    body = node.groups[-1] if node.groups else []
    name = node.name
    if name in _SILENT:
        return ""
    if name == "Sexpr":
        return _MADE
    if name in ("if", "ifelse"):
        return _line(_shown(node))
    if name in _SIGNS:
        return _SIGNS[name]
    if name in _CODE:
        return commonmark.code_span(" ".join(_plain(body).split()))
    if name in _EMPHASIS or name in _STRONG:
        said = _line(body).strip()
        mark = "**" if name in _STRONG else "*"
        return f"{mark}{said}{mark}" if said and "*" not in said else said
    if name == "url":
        return f"<{_plain(body).strip()}>"
    if name == "href" and len(node.groups) == 2:
        return commonmark.link(_line(body), _plain(node.groups[0]).strip())
    if name in ("sQuote", "dQuote"):
        return ("‘{}’" if name == "sQuote" else "“{}”").format(_line(body))
    if name in ("eqn", "deqn"):
        return commonmark.code_span(_plain(body))
    return _line(body)


def _plain(nodes: Sequence[Node]) -> str:
    """The words alone."""
    parts = []
    for node in nodes:
        if isinstance(node, Text):
            parts.append(node.text)
        elif node.name in _SIGNS:
            parts.append(_SIGNS[node.name])
        elif node.name in ("if", "ifelse"):
            parts.append(_plain(_shown(node)))
        elif node.name not in _SILENT | {"Sexpr"} and node.groups:
            parts.append(_plain(node.groups[-1]))
        elif not node.groups and node.name not in _SILENT:
            parts.append(f"\\{node.name}")
    return "".join(parts)


def _code(nodes: Sequence[Node]) -> str:
    """Code as it is run: without what only steers its check."""
    parts = []
    for node in nodes:
        if isinstance(node, Text):
            parts.append(node.text)
        elif node.name in ("method", "S3method") and len(node.groups) == 2:
            generic, of = (_plain(each) for each in node.groups)
            parts.append(f"# S3 method for class '{of}'\n{generic}")
        elif node.name == "S4method" and len(node.groups) == 2:
            generic, of = (_plain(each) for each in node.groups)
            parts.append(f"# S4 method for signature '{of}'\n{generic}")
        elif node.name in ("dontrun", "donttest"):
            parts.append(_code(node.groups[-1]) if node.groups else "")
        else:
            parts.append(_plain([node]))
    return "".join(parts)


def _first(nodes: Sequence[Macro], name: str) -> Sequence[Node]:
    """What stands in the first macro of a name."""
    return next((each.groups[-1] for each in nodes if each.name == name and each.groups), [])
