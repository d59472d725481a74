"""A passage as blocks to quote: paragraphs, lists, tables, fenced code, each with its parts.

A long block is quoted by its sentences, items, rows or stretches of code, any other whole.
"""

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from textwrap import dedent
from typing import TYPE_CHECKING

from hyperrun.markdown.safe_html import Rendering, parser
from hyperrun.passage import PROSE, Passage
from hyperrun.search.parsing.code import comments
from hyperrun.search.terms import heading_of

if TYPE_CHECKING:
    from markdown_it.token import Token

LONG_LINES = 6  # a block with more is quoted by its parts where its section is not quoted whole
LINE_CHARS = 80
SHORT_LINES = 3  # a paragraph of no more goes with the code that comes right after it
FOLDED_LINES = 20  # a quotation, or a list whose items show code, with more is read as its blocks
# More items than these, each of no more words, stand in a row of no more lines.
ROW_ITEMS, ROW_WORDS, ROW_LINES = 10, 3, 10
LEAST_SHARE = 0.5  # of what the best part holds; a part with less is left out

_STRING_MARK = re.compile(r'"""|\'\'\'')
_SENTENCE = re.compile(
    r"(?<=[。！？])|(?<=[\w)`\"'*][.!?])(?<!e\.g\.)(?<!i\.e\.)\s+(?=[A-Z`*\[“\"(])"
)
_FIELD = re.compile(r"^:param (?:[^:\n]* )?(\w+):\s*", re.MULTILINE)
_ROLE = re.compile(r":[\w:]+:`~?([^`<]+?)(?:\s*<[^`>]*>)?`")
_LITERAL = re.compile(r"``(.+?)``")
_REFERENCE = re.compile(r"(?<![\w\])])\[([^\[\]\n]+)\]\[[\w.]*\]")  # mkdocstrings' to an object
_NOTE = re.compile(r"^\.\. (version\w+|deprecated)::\s*(\S*)", re.MULTILINE)
_WORD = re.compile(r"\w")
_BETWEEN = "\n\n…\n\n"  # what stands between parts of code and of steps for those left out
_LEFT_OUT = frozenset(("…", "- …", "* …", "+ …", "| … |"))
_QUOTED = re.compile(r"^[> \t]+", re.MULTILINE)
_ONE_MARK = re.compile(r"^> ?", re.MULTILINE)
_BULLET = re.compile(r"\s*[-*+]\s+")
_ITEM_FENCE = re.compile(r"^[ \t]+(?:`{3}|~{3})", re.MULTILINE)
_PLAIN = re.compile(r"[`\w][^\n]*(?<![.!?:;,])")  # no sentence, and begins nothing in Markdown
_OBJECT = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*\.(\w+)")  # of an API, by its whole name
_BARE = re.compile(r"(?:\w+ )*[\w.]+")  # a signature that says no more than that name
_ANNOUNCES = re.compile(r":[*_]*$")
ELSEWHERE = re.compile(
    r"\W*(?:see also|related(?: (?:pages|topics|links|guides|reading))?|further reading)\W*", re.I
)
_UNENDED = re.compile(r"\w$")  # a sentence that code below goes on with, without a colon
_LABEL = re.compile(r"\*\*(?!\s)(?:[^*]|\\\*)*[^*\s.!?。！？]\*\*$")
_MARK = re.compile(r"(?:#|//|--|/\*|<!--|%|;)\s*\((\d+)\)")  # in code, told of by a list below
# Drawings: a part draws nothing, and of a long one its source tells a reader nothing either.
_DRAWN = frozenset(("mermaid", "plantuml", "dot", "graphviz", "d2"))
_BRACKETED = re.compile(r"[({][^(){}]*[)}]")
_IMPORTS = re.compile(  # and comments
    r"\s*(?:#|//|--\s|import\b|from\b.*\bimport\b|using\b|use\b|package\b|require\b"
    r"|(?:const|let|var)\b.*\brequire\b)"
)
_IMPORTED = re.compile(
    r"^[ \t]*(?:from[ \t]+\S+[ \t]+import[ \t]+(?:\(([^)]+)\)|([^(\n#]+))"
    r"|import[ \t]+(\{[^}]+\}|[^'\"{\n]+?)[ \t]+from\b.*|import[ \t]+([\w., ]+)$"
    r"|(?:const|let|var)[ \t]+([^=\n]+?)[ \t]*=[ \t]*require\b.*)",
    re.MULTILINE,
)
_EMPHASIZED = re.compile(r"\*(?![*\s])([^*`]*[^*`\s])\*")
_NOT_EMPHASIS = re.compile(r"`[^`]*`|\\\*|\*\*")
_PAIRED = ("`", "**", "[", "]")
_CODE_NAMES = frozenset(("dockerfile", "makefile", "justfile"))

# How much of what is wanted each of some texts holds.
Weigh = Callable[[Sequence[str]], list[float]]


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together, and the heading they stand under.

    A long one stands in `parts` between `opening` and `closing`; where some are left out, `gap`
    says so, and at the end `rest`; at the end alone where `gap` is blank. `explained` is the list
    below that tells of marks in code by their numbers, item by item; `text` ends with it. The code
    of the block above writes it where it `is_output`.
    """

    text: str
    heading: str = ""
    parts: tuple[str, ...] = ()
    opening: str = ""
    closing: str = ""
    joint: str = "\n"
    gap: str = "\n"
    rest: str = ""
    has_code: bool = False
    explained: tuple[str, ...] = ()
    is_output: bool = False

    @property
    def lines(self) -> int:
        """How many lines it takes on a page."""
        return size(self.text)

    @property
    def is_long(self) -> bool:
        """Is it quoted by its parts?"""
        return self.lines > LONG_LINES and len(self.parts) > 1

    def goes_on_in(self, following: "Block") -> bool:
        """Is it a list that the first block of the next passage goes on with?"""
        is_list = bool(self.parts) and self.rest.startswith("\n") and not self.has_code
        return is_list and following.rest == self.rest and not (
            following.heading or following.opening or following.has_code
        )  # fmt: skip

    @property
    def hangs_together(self) -> bool:
        """Do its parts need each other, as those of code and of steps do?"""
        return self.gap == _BETWEEN

    def quoted(self, weigh: Weigh) -> str:
        """Its text; of a long one the parts that hold most."""
        if not self.is_long:
            return self.text
        held = weigh(self.parts)
        if self.has_code:
            held = [sum(each) for each in zip(held, _used(self.parts, weigh), strict=True)]
        chosen = best([size(part) for part in self.parts], held, LONG_LINES)
        shows = [at for at, part in enumerate(self.parts) if not _only_imports(part)]
        if self.has_code and shows and not set(shows) & set(chosen):
            chosen = sorted({*chosen, max(shows, key=lambda at: held[at])})
        text, last = self.opening, -1
        for at in chosen:
            if at > last + 1:
                text += self.gap.lstrip() if last < 0 else self.gap
            elif at:
                text += self.joint
            text += self.parts[at]
            last = at
        is_marked = bool(self.gap.strip())  # each place where something is left out
        is_cut = last < len(self.parts) - 1 if is_marked else len(chosen) < len(self.parts)
        text += (self.rest if is_cut else "") + self.closing
        marks = set(_MARK.findall(text))
        told = [each for each in self.explained if each.partition(".")[0] in marks]
        # After one that is left out the numbers go on as they were.
        joint = "\n" if len(told) == len(self.explained) else _BETWEEN
        return text + ("\n\n" + joint.join(told) if told else "")


def best(sizes: Sequence[int], held: Sequence[float], room: int) -> list[int]:
    """Which parts to quote, in order: those that hold most, as there is room; at least one."""
    chosen: list[int] = []
    for at in sorted(range(len(sizes)), key=lambda at: -held[at]):
        if not chosen or (sizes[at] <= room and held[at] >= LEAST_SHARE * max(held)):
            chosen.append(at)
            room -= sizes[at]
    return sorted(chosen)


def size(text: str) -> int:
    """How many lines `text` takes on a page, without those that say that something is left out."""
    lines = (line.strip() for line in text.splitlines())
    return sum(1 + len(line) // LINE_CHARS for line in lines if line and line not in _LEFT_OUT)


def _only_imports(code: str) -> bool:
    """Does a stretch of code say where its names come from, and do nothing with them?"""
    lines = _BRACKETED.sub("", code).splitlines()
    return all(_IMPORTS.match(line) for line in lines if line.strip())


def _used(stretches: Sequence[str], weigh: Weigh) -> list[float]:
    """How much of what is wanted the names hold that each stretch of code uses: those that a line
    imports, which says the words that stretches with the names alone do not."""
    lines = [found for each in stretches for found in _IMPORTED.finditer(each)]
    used = [0.0] * len(stretches)
    for line, share in zip(lines, weigh([found[0] for found in lines]), strict=True):
        for name in set(re.findall(r"\w+", next(filter(None, line.groups())))) if share else ():
            uses = [at for at, each in enumerate(stretches)
                    if re.search(rf"\b{name}\b", _IMPORTED.sub("", each))]  # fmt: skip
            if 2 * len(uses) <= len(stretches):
                for at in uses:
                    used[at] = max(used[at], share)
    return used


def is_prose(passage: Passage) -> bool:
    """Is it read, and not run?"""
    name = passage.file.rpartition("/")[2].lower()
    return passage.kind in PROSE and name not in _CODE_NAMES


def is_described(passage: Passage) -> bool:
    """Is it an object of an API that its page describes, and no heading of its own?"""
    is_object = _OBJECT.fullmatch(heading_of(passage.title))
    return is_prose(passage) and bool(is_object) and not passage.shown.startswith("#")


def blocks(passage: Passage) -> list[Block]:
    """The blocks of a passage, in order."""
    if not is_prose(passage):
        return _definition(passage)
    page = (passage.url or "").partition("#")[0].rstrip("/")
    described = _OBJECT.fullmatch(heading_of(passage.title))
    return _prose(passage.shown + "\n", page, of=described[1] if described else "")


def _prose(markdown: str, page: str = "", is_folded: bool = True, of: str = "") -> list[Block]:
    """The top-level blocks of documentation at `page`, without a note that only leads there; a
    paragraph that ends in a colon goes with what follows, as a label does and the signatures of the
    object that it is `of`, but for one that says no more than the name; a list that explains marks
    in code goes with that. One that is very long is unfolded, if it `is_folded`."""
    lines = markdown.splitlines()
    tokens = parser().parse(markdown, {"rendering": Rendering()})
    blocks: list[Block] = []
    heading, lead_in = "", ""
    for at, token in enumerate(tokens):
        if token.level or token.map is None or token.type == "hr":
            continue
        words = "\n".join(lines[slice(*token.map)]).rstrip()
        if token.type == "heading_open":
            heading, lead_in = _words_of(tokens[at + 1]), ""
        elif token.type == "blockquote_open" and page and _leads_to(page, words):
            continue
        elif _is_drawn(token) and size(words) > LONG_LINES:
            lead_in = ""
        elif token.type == "bullet_list_open" and ELSEWHERE.fullmatch(lead_in):
            lead_in = ""  # links, which nobody can follow here
        elif of and of in words and at + 1 < len(tokens) and (
            not blocks and size(lead_in + words) <= 2 * LONG_LINES
            and all(each.type == "fence" for each in tokens[: at + 1])
        ):  # fmt: skip
            lead_in += "" if _BARE.fullmatch(token.content.strip()) else f"{words}\n\n"
        elif token.type in ("fence", "code_block") or _WORD.search(words):
            if token.type == "paragraph_open":
                words = "\n".join(line.strip() for line in words.splitlines())
            if token.type == "paragraph_open" and (
                _ANNOUNCES.search(words)
                or _LABEL.match(words)
                or (
                    _is_before_code(tokens[at:])
                    and (size(words) <= SHORT_LINES or _UNENDED.search(words))
                )
            ):
                lead_in += f"{words}\n\n"
                continue
            if token.type == "ordered_list_open" and blocks and not lead_in and (
                "1" in _MARK.findall(blocks[-1].text) and tokens[at - 1].type == "fence"
            ):  # fmt: skip
                items = _block(words, tokens[at:], lines).parts
                text = f"{blocks[-1].text}\n\n{words}"
                blocks[-1] = replace(blocks[-1], text=text, explained=items)
                continue
            block = _block(words, tokens[at:], lines)
            block = replace(
                block,
                has_code=token.type in ("fence", "code_block"),
                is_output=not lead_in and _is_output(tokens[max(at - 1, 0) : at + 1]),
            )
            first, *rest = (is_folded and _unfolded(block, token.type)) or [block]
            first = replace(first, text=lead_in + first.text, opening=lead_in + first.opening)
            blocks += [replace(each, heading=each.heading or heading) for each in (first, *rest)]
            lead_in = ""
    return blocks


def _is_output(tokens: Sequence["Token"]) -> bool:
    """Is it a fence in no language, right below code in one?"""
    above, token = tokens[0], tokens[-1]
    return token.type == above.type == "fence" and not token.info.strip() and bool(above.info)


def _is_drawn(token: "Token") -> bool:
    """Is it the source of a drawing?"""
    return token.type == "fence" and token.info.partition(" ")[0].strip("{}").lower() in _DRAWN


def _unfolded(block: Block, kind: str) -> list[Block]:
    """The blocks of a very long quotation, or of a very long list whose items show code; else none.
    An item without code stays one."""
    if block.lines <= FOLDED_LINES:
        return []
    if kind == "blockquote_open":
        return _prose(_ONE_MARK.sub("", block.text) + "\n", is_folded=False)
    if kind != "bullet_list_open" or not _ITEM_FENCE.search(block.text):
        return []
    blocks: list[Block] = []
    for item in block.parts:
        shows_code = _ITEM_FENCE.search(item)
        blocks += _prose(_unmarked(item) + "\n", is_folded=False) if shows_code else [Block(item)]
    return blocks


def _row(items: Sequence[str]) -> str:
    """The items of a long list of a word or two each, one after another; "" for any other list."""
    said = [_unmarked(item) for item in items]
    row = " · ".join(said)
    is_row = len(said) > ROW_ITEMS and size(row) <= ROW_LINES
    return row if is_row and all(_is_short(each) for each in said) else ""


def _is_short(item: str) -> bool:
    return len(item.split()) <= ROW_WORDS and bool(_PLAIN.fullmatch(item))


def _unmarked(item: str) -> str:
    """What an item of a list says, at the margin."""
    marker = _BULLET.match(item)
    width = len(marker[0]) if marker else 0
    first, *rest = item.splitlines()
    indents = (min(width, len(line) - len(line.lstrip())) for line in rest)
    return "\n".join((first[width:], *(line[by:] for line, by in zip(rest, indents, strict=True))))


def _words_of(heading: "Token") -> str:
    """A heading's words, without what makes them code or a link."""
    said = (" " if each.type == "softbreak" else each.content for each in heading.children or ())
    return "".join(said).strip()


def _leads_to(page: str, words: str) -> bool:
    """Is it a few words for those who read the file elsewhere than at `page`?"""
    rest, named = re.subn(rf"{re.escape(page)}/?(?![\w/#?])", "", _QUOTED.sub("", words))
    return bool(named) and size(rest) <= SHORT_LINES


def _is_before_code(tokens: Sequence["Token"]) -> bool:
    """Does code come right after the paragraph that the first of `tokens` opens?"""
    return len(tokens) > 3 and tokens[3].type in ("fence", "code_block")


def _definition(passage: Passage) -> list[Block]:
    """Code: where it is Python, its head, what its docstring says, and its body; of other
    languages what the comment above it says, and the code."""
    whole = _code(passage.text, passage.language)
    if passage.language in comments.LANGUAGES:
        words, code = comments.told(passage.text, passage.language)
        return [*_prose(words + "\n"), _code(code, passage.language)] if words else [whole]
    try:
        (node,) = ast.parse(dedent(passage.text)).body
    except (SyntaxError, ValueError, RecursionError):
        return [whole]
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [whole]
    said = ast.get_docstring(node)
    first = node.body[0]
    if not said or first.end_lineno is None:
        return [whole]
    lines = dedent(passage.text).splitlines()
    head = _code("\n".join(lines[: first.lineno - 1]), passage.language)
    body = "\n".join(lines[first.end_lineno :])
    blocks = [head, *_prose(_docstring(said) + "\n")]
    return [*blocks, _code(body, passage.language)] if body.strip() else blocks


def _docstring(said: str) -> str:
    """A docstring without marks of reStructuredText and of mkdocstrings that nobody reads."""
    said = _NOTE.sub(r"*\1 \2*", _FIELD.sub(r"- `\1`: ", said))
    said = _REFERENCE.sub(r"\1", said)
    return _LITERAL.sub(r"`\1`", _ROLE.sub(r"`\1`", said)).replace("::\n", ":\n")


def _block(words: str, tokens: Sequence["Token"], lines: Sequence[str]) -> Block:
    """The block that the first of `tokens` opens, with its parts."""
    opening = tokens[0]
    assert opening.map is not None
    first, end = opening.map
    if opening.type == "fence":
        opened, *code = words.splitlines()
        if not code or code[-1].strip().strip(opening.markup[0]):  # it is cut, or never closed
            code.append(opening.markup)
        closed = code.pop()
        words = "\n".join((opened, *code, closed))
        stretches = () if _is_drawn(opening) else _stretches("\n".join(code))
        return Block(words, "", stretches, f"{opened}\n", f"\n{closed}", *_CODE_GAPS)
    if opening.type == "paragraph_open":
        return Block(words, "", _sentences(" ".join(words.split())), "", "", " ", " … ", " …")
    if opening.type == "table_open":
        rows = tuple(lines[first + 2 : end])
        return Block(words, "", rows, "\n".join(lines[first : first + 2]) + "\n",
                     rest="\n| … |")  # fmt: skip
    if opening.type in ("bullet_list_open", "ordered_list_open"):
        starts = []
        for token in tokens:
            if token.level == 1 and token.type == "list_item_open" and token.map:
                starts.append(token.map[0])
            elif token.level == 0 and token.nesting < 0:
                break
        items = tuple(
            "\n".join(lines[start:after]).rstrip()
            for start, after in zip(starts, [*starts[1:], end], strict=True)
        )
        if opening.type == "ordered_list_open":  # after a gap the numbers go on as they were
            return Block(words, "", items, gap=_BETWEEN, rest="\n\n…")
        row = _row(items) if opening.type == "bullet_list_open" else ""
        return Block(row) if row else Block(words, "", items, rest=f"\n{opening.markup} …")
    return Block(words)


_CODE_GAPS = ("\n\n", _BETWEEN, "\n\n…")


def _code(code: str, language: str) -> Block:
    """Code as it would stand at the margin."""
    code = dedent(code).strip("\n")
    fence = "```"
    while fence in code:
        fence += "`"
    whole = f"{fence}{language}\n{code.rstrip()}\n{fence}"
    return Block(
        whole, "", _stretches(code), f"{fence}{language}\n", f"\n{fence}", *_CODE_GAPS,
        has_code=True,
    )  # fmt: skip


def _stretches(code: str) -> tuple[str, ...]:
    """The stretches of code between blank lines, long strings whole."""
    found: list[str] = []
    stretch = ""
    for part in re.split(r"\n(?:[ \t]*\n)+", code):
        stretch += ("\n\n" if stretch else "") + part
        if len(_STRING_MARK.findall(stretch)) % 2 == 0:
            found.append(stretch)
            stretch = ""
    return (*found, stretch) if stretch else tuple(found)


def _sentences(paragraph: str) -> tuple[str, ...]:
    """The sentences of a paragraph; none ends inside of code, emphasis or a link, but where all of
    it is emphasized each of them is."""
    if whole := _EMPHASIZED.fullmatch(paragraph):
        return tuple(f"*{sentence}*" for sentence in _sentences(whole[1]))
    found: list[str] = []
    sentence = ""
    for part in _SENTENCE.split(paragraph):
        sentence += (" " if sentence else "") + part
        code, strong, opened, closed = (sentence.count(mark) for mark in _PAIRED)
        emphasis = _NOT_EMPHASIS.sub("", sentence).count("*")
        if not (code % 2 or strong % 2 or emphasis % 2) and opened == closed:
            found.append(sentence)
            sentence = ""
    return (*found, sentence) if sentence else tuple(found)
