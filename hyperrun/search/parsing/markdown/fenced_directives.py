"""The directives of MyST, whose text is Markdown."""

import re
from textwrap import dedent

from hyperrun.search.parsing import commonmark, csv_tables, directives, includes
from hyperrun.search.parsing.blocks import Block
from hyperrun.search.parsing.markdown import code_blocks, snippets
from hyperrun.search.parsing.markdown.reading import Reading
from hyperrun.search.parsing.markdown.rules import parser
from hyperrun.search.parsing.markdown.text import end_of
from hyperrun.search.parsing.objects import members as api

_CUTS = {"lines", "start-after", "end-before", "start-at", "end-at", "pyobject", "start-line",
         "end-line"}  # fmt: skip


def blocks(
    document: Reading, name: str, argument: str, body: str, start: int, end: int
) -> list[Block]:
    """What one says."""
    options, text, skipped = directives.options(body)
    argument = argument.strip()
    if name in ("currentmodule", "module", "py:currentmodule", "py:module"):
        document.module = argument
    if name == "eval-rst":
        from hyperrun.search.parsing.restructured import document as restructured

        return restructured.described(body, document.place, document.module, start, end)
    if name in directives.NOTES:
        title = directives.note_title(name, argument)
        if argument and title != argument:
            is_parted = skipped or not body.partition("\n")[0].strip()
            text = f"{argument}\n\n{text}" if is_parted else f"{argument}\n{text}"
        content = commonmark.note(document.words(title), document.said(text))
        return [document.block(start, end, content)]
    if name in directives.VERSIONS:
        note = directives.version_note(name, document.words(argument), document.said(text))
        return [document.block(start, end, note)]
    if name in ("literalinclude", "include"):
        shown = snippets.found(document.place, argument)
        is_code = name == "literalinclude" or bool({"literal", "code"} & set(options))
        if shown and set(options) & _CUTS:
            shown = includes.between(shown.file, list(shown.lines), options)
        language = options.get("language") or options.get("code", "")
        return document.include(shown, start, end, is_code, language, options.get("caption", ""))
    if name in directives.CELLS and directives.hides_code(options):
        return []
    if name in directives.CODE or name in directives.DRAWN:
        language = argument or {"mermaid": "mermaid"}.get(name, "")
        content = commonmark.titled(
            document.words(options.get("caption", "")),
            code_blocks.as_shown(document, directives.code(name, text), language),
        )
        return [document.block(start, end, content)]
    if name == "code-tab":
        language, label = directives.code_tab(argument)
        code = commonmark.titled(
            document.words(label), code_blocks.as_shown(document, text, language)
        )
        return [document.block(start, end, code)]
    if name in directives.NOTHING:
        return []
    if name == "math":
        content = f"$$\n{(argument + chr(10) + text).strip()}\n$$"
        return [document.block(start, end, content)]
    if directives.AUTODOC.match(name):
        members = "members" in options
        wanted = options.get("members", "")
        return described(document, argument, f"members: [{wanted}]" if wanted else
                         f"members: {str(members).lower()}", start, end)  # fmt: skip
    if directives.is_object(name):
        signature = commonmark.fence(argument, "python" if "py" in name else "")
        content = "\n\n".join(filter(None, (signature, document.said(text))))
        return [document.block(start, end, content)]
    if name == "list-table":
        return [document.block(start, end, _list_table(document, argument, options, text))]
    if name == "csv-table":
        rows = csv_tables.rows(text, options, document.place, document.words)
        table = commonmark.titled(document.words(argument), commonmark.table(rows))
        return [document.block(start, end, table)]
    if name == "glossary":
        return [document.block(start, end, _glossary(document, text))]
    offset = start + skipped - 1 + 1
    if name in ("figure", "subfigure"):
        return document.read(text, offset)
    if told := directives.facts(name, options):
        facts = [f"**{each}:** {document.words(value)}" for each, value in told]
        content = "\n\n".join(filter(None, [*facts, document.said(text)]))
        content = commonmark.titled(document.words(argument), content)
        return [document.block(start, end, content)]
    if request := directives.request(name, argument):
        content = "\n\n".join(
            filter(None, (commonmark.fence(request, "http"), document.said(text)))
        )
        return [document.block(start, end, content)]
    text = directives.without_parts(name, text)
    if name in directives.TITLED or name in ("table", "example", "myst-example"):
        if name == "myst-example":
            example = commonmark.fence(text, "markdown")
            return [document.block(start, end, example), *document.read(text, offset)]
        return document.labelled(document.words(argument), text, start, end, skipped + 1)
    return document.read(text, offset)


def described(document: Reading, name: str, body: str, start: int, end: int) -> list[Block]:
    """What `:::` and Sphinx's autodoc say of an object and its members."""
    from hyperrun.search.parsing.objects import signatures

    if document.place is None:
        return []
    chosen = re.search(r"members:\s*(\[[^\]]*\]|false|true|(?:\n\s+- \S+)+)", body)
    members: bool | list[str] = True
    if chosen:
        members = re.findall(r"[\w]+", chosen[1]) if "false" not in chosen[1] else False
        if members == ["true"]:
            members = True
    is_mkautodoc = bool(re.search(r"(?m)^[ \t]*:(?:docstring|members):", body))
    told = signatures.describe(
        document.place, name, members, document.said, with_types=not is_mkautodoc,
        is_headed=not re.search(r"show_root_heading:\s*false", body),
    )  # fmt: skip
    has_anchors = not is_mkautodoc and not re.search(r"show_root_toc_entry:\s*false", body)
    return api.blocks(told, start, end, has_anchors)


def _glossary(document: Reading, text: str) -> str:
    """Terms at the margin, and below them, further in, what they mean."""
    if re.search(r"(?m)^:[ \t]", text):  # written as a list of definitions
        return document.said(text)
    items: list[str] = []
    for entry in re.split(r"\n(?=\S)", re.sub(r"(?m)^(\S.*)\n(?=\S)", r"\1, ", text.strip("\n"))):
        term, _, body = entry.partition("\n")
        meant = document.said(dedent(body))
        parts = [commonmark.strong(document.words(term.strip())), meant]
        items.append(commonmark.item("\n\n".join(filter(None, parts)), "-"))
    return "\n\n".join(items)


def _list_table(document: Reading, title: str, options: dict[str, str], text: str) -> str:
    tokens = parser(document.components).parse(text, document.environment)
    rows: list[list[str]] = []
    for at, token in enumerate(tokens):
        if token.type == "list_item_open" and token.level == 1:
            rows.append([])
        elif token.type == "list_item_open" and token.level == 3 and rows:
            rows[-1].append(document.written(tokens[at + 1 : end_of(tokens, at) - 1]))
    if rows and options.get("header-rows", "0") in ("0", ""):
        rows.insert(0, [""] * len(rows[0]))
    return commonmark.titled(document.words(title), commonmark.table(rows))
