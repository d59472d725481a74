"""Tables of reStructuredText: drawn ones, and those of a list or of separated values."""

from collections.abc import Callable

from docutils import nodes

from hyperrun.search.parsing import commonmark, csv_tables
from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.restructured.tree import Directive

Said = Callable[[nodes.Element], str]


def drawn(node: nodes.table, said: Said, children: Said) -> str:
    """`said` is what stands in a line, `children` what the blocks of a cell say."""
    rows: list[list[str]] = []
    has_head = False
    title = ""
    spans: dict[tuple[int, int], str] = {}
    for child in node.children:
        if isinstance(child, nodes.title):
            title = said(child)
    for part in node.findall(lambda each: isinstance(each, nodes.thead | nodes.tbody)):
        has_head = has_head or isinstance(part, nodes.thead)
        for row in part.children:
            cells: list[str] = []
            for entry in row.children:
                while (len(rows), len(cells)) in spans:
                    cells.append(spans[(len(rows), len(cells))])
                content = _cell(entry, said, children)
                for below in range(1, int(entry.get("morerows", 0)) + 1):
                    spans[(len(rows) + below, len(cells))] = ""
                cells.append(content)
                cells += [""] * int(entry.get("morecols", 0))
            rows.append(cells)
    if rows and not has_head:
        rows.insert(0, [""] * len(rows[0]))
    return commonmark.titled(title, commonmark.table(rows))


def _cell(entry: nodes.Element, said: Said, children: Said) -> str:
    """A cell of a table; one whose second line is only moved in defines nothing by that."""
    if len(entry.children) != 1 or not isinstance(entry.children[0], nodes.definition_list):
        return children(entry)
    parts = entry.findall(lambda each: isinstance(each, nodes.term | nodes.paragraph))
    return " ".join(said(part) for part in parts)


def of_list(node: Directive, title: str, children: Said) -> str:
    rows = [
        [children(cell) for cell in cells.children]
        for outer in node.children if isinstance(outer, nodes.bullet_list)
        for row in outer.children
        for cells in row.children if isinstance(cells, nodes.bullet_list)
    ]  # fmt: skip
    if rows and node["options"].get("header-rows", "0") in ("0", ""):
        rows.insert(0, [""] * len(rows[0]))
    return commonmark.titled(title, commonmark.table(rows))


def of_values(node: Directive, place: Place | None, document: Callable[[str], str]) -> str:
    """`document` is what the text of a cell says."""
    written = csv_tables.rows(node["code"], node["options"], place, document)
    return commonmark.titled(commonmark.escaped(node["argument"]), commonmark.table(written))
