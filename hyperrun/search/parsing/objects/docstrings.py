"""Docstrings as reStructuredText: Google's and NumPy's sections as fields, types beside them."""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from hyperrun.search.parsing import commonmark, directives

_GOOGLE = re.compile(
    r"(Args|Arguments|Parameters|Params|Keyword Args|Keyword Arguments|Other Parameters|Returns?"
    r"|Raises|Yields?|Attributes|Examples?|Notes?|Warnings?|Warns|See Also|References|Todo|Methods"
    r"|Receives|Hint|Important|Tip|Attention|Caution|Danger|Error):\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"-{3,}\s*$")
_ENTRY = re.compile(r"(\*{0,2}[\w.]+(?:, \*{0,2}[\w.]+)*)\s*(?:\(([^)]*)\))?\s*:\s*(.*)$")
_PARAMETERS = frozenset(("args", "arguments", "parameters", "params", "other parameters"))
_KEYWORDS = frozenset(("keyword args", "keyword arguments"))
_NOTES = {"note": "note", "notes": "", "warning": "warning", "warnings": "warning",
          "see also": "seealso", "todo": "todo", "hint": "hint", "important": "important",
          "tip": "tip", "attention": "attention", "caution": "caution", "danger": "danger",
          "error": "error"}  # fmt: skip
_NAMES = re.compile(r"[\w.:~`]+(?:, ?[\w.:~`]+)*,?(?: ?: .*)?$")
_CLOSE_COLON = re.compile(r"^(?P<name>\*{0,2}[A-Za-z_]\w*(?:, \*{0,2}[A-Za-z_]\w*)*): (?=\S)")
_PLACE = re.compile(r"(?m)^(?:\{\w+\}|%\([\w.:]+\)s)[ \t]*(?:\n|$)")
_FIELD = re.compile(r":(?:param|parameter|arg|argument|key|keyword)\s+(?:[^:]*\s)?([*\\\w]+)\s*:")
_ANY_FIELD = re.compile(r":[a-z]+(?:\s[^:\n]*)?:(?:\s|$)")


def as_fields(doc: str) -> str:
    """`doc` with its sections as napoleon writes them."""
    return rewritten(
        doc, _GOOGLE, lambda name, body, google: ["", *_section(name.lower(), body, google), ""]
    )


def rewritten(
    doc: str,
    named: re.Pattern[str],
    write: Callable[[str, Sequence[str], bool], Iterable[str]],
) -> str:
    """`doc` with each section as `write` has it, which is told its name, its lines, and whether it
    is written as Google does (`named` tells those) or as NumPy does."""
    lines = doc.splitlines()
    written: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        google = named.match(line)
        numpy = (
            at + 1 < len(lines) and _RULE.match(lines[at + 1]) and re.match(r"[A-Z][\w ]+$", line)
        )
        if not (google or numpy):
            written.append(line)
            at += 1
            continue
        name = google[1] if google else line.strip()
        at += 1 if google else 2
        end = at
        while end < len(lines) and not (
            (google and lines[end].strip() and not lines[end][:1].isspace())
            or (end + 1 < len(lines) and _RULE.match(lines[end + 1]) and not google)
        ):
            end += 1
        body = inspect.cleandoc("\n".join(["", *lines[at:end]])).splitlines()
        written += write(name, body, bool(google))
        at = end
    return "\n".join(written)


def without_places(doc: str) -> str:
    """`doc` without the lines that only hold a place for what the program puts there,
    `{parameters}` or `%(parameters)s`."""
    return _PLACE.sub("", doc)


def listed(body: Sequence[str]) -> list[str]:
    """The entries of "See Also" as items of a list, where each begins with a name."""
    if not all(_NAMES.match(line) for line in body if not re.match(r"\s|$", line)):
        return list(body)
    items: list[str] = []
    for line in body:
        if items and line[:1].isspace():
            items[-1] += f" {line.strip()}"
        else:
            items.append(f"- {line}" if line else "")
    return items


def with_sessions(doc: str) -> str:
    """`doc` with each session of Python in a fence of its own; Markdown takes `>>>` for a quote."""
    written: list[str] = []
    session: list[str] = []
    fence = ""
    for line in [*doc.splitlines(), ""]:
        if session and not line.strip():
            written += ["", *commonmark.fence(directives.without_flags("\n".join(session)), "pycon")
                        .splitlines()]  # fmt: skip
            session = []
        if mark := re.match(r"\s*(`{3,}|~{3,})", line):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        if session or (not fence and re.match(r">>>(?: |$)", line)):
            session.append(line)
        else:
            written.append(line)
    return "\n".join(written[:-1])


def _section(name: str, body: Sequence[str], google: bool) -> Iterator[str]:
    if name in _PARAMETERS or name in _KEYWORDS:
        field = "keyword" if name in _KEYWORDS else "param"
        for called, kind, said in _entries(body, google):
            yield f":{field} {called}: {said[0] if said else ''}"
            yield from (f"    {line}" if line else "" for line in said[1:])
            if kind:
                yield f":{'kwtype' if field == 'keyword' else 'type'} {called}: {kind}"
    elif name in ("raises", "warns"):
        for called, kind, said in _entries(body, google):
            yield f":raises {called or kind}: {said[0] if said else ''}"
            yield from (f"    {line}" if line else "" for line in said[1:])
    elif name in ("returns", "return", "yields", "yield"):
        kind, said = _returned(body, google)
        field = "returns" if name.startswith("return") else "Yields"
        yield f":{field}: {said[0] if said else ''}"
        yield from (f"    {line}" if line else "" for line in said[1:])
        if kind:
            yield f":rtype: {kind}"
    elif name == "attributes":
        for called, kind, said in _entries(body, google):
            yield f".. attribute:: {called}"
            yield from ([f"   :type: {kind}", ""] if kind else [""])
            yield from (f"   {line}" if line else "" for line in said)
            yield ""
    elif directive := _NOTES.get(name, ""):
        yield f".. {directive}::"
        yield ""
        told = listed(body) if directive == "seealso" and not google else body
        yield from (f"   {line}" if line else "" for line in told)
    else:
        yield f".. rubric:: {name.capitalize()}"
        yield ""
        yield from body


def _entries(body: Sequence[str], google: bool) -> Iterator[tuple[str, str, list[str]]]:
    """Names, types and texts of a section's entries."""
    entry: tuple[str, str, list[str]] | None = None
    for line in [*body, None]:
        starts = line is not None and line.strip() and not line[:1].isspace()
        if (starts or line is None) and entry is not None:
            text = inspect.cleandoc("\n".join(entry[2]))
            yield entry[0], entry[1], text.splitlines()
            entry = None
        if line is None:
            return
        if starts:
            if google and (match := _ENTRY.match(line)):
                kind = re.sub(r",?\s*optional$", "", match[2] or "")
                entry = (match[1].replace("*", "\\*"), kind, [match[3]])
            elif google:
                entry = ("", line.strip(), [])
            else:
                called, kind = of_entry(line)
                entry = (called.replace("*", "\\*"), kind, [])
        elif entry is not None:
            entry[2].append(line or "")


def of_entry(line: str) -> tuple[str, str]:
    """Name and type of an entry as NumPy writes it; where its annotation has the type, a colon
    alone stands for it."""
    said = _CLOSE_COLON.sub(r"\g<name> : ", line.strip())
    called, _, kind = f" {said} ".partition(" : ")
    return called.strip(), kind.strip()


def _returned(body: Sequence[str], google: bool) -> tuple[str, list[str]]:
    if google:
        match = re.match(r"([\w.\[\], |]+?)\s*:\s+(.*)$", body[0]) if body else None
        if match and not re.match(r"[A-Z]\w+ \w", match[1]):
            return match[1], [match[2], *body[1:]]
        return "", list(body)
    kind = body[0].strip() if body else ""
    return kind, inspect.cleandoc("\n".join(["", *body[1:]])).splitlines()


def with_types(doc: str, types: Mapping[str, str], returned: str, of_all: bool = True) -> str:
    """`doc` with the types of parameters and of what is returned as fields of their own: of all,
    or of those that it documents."""
    lines = doc.splitlines()
    told = {match[1].lstrip("*\\") for line in lines if (match := _FIELD.match(line))}
    if not of_all:
        types = {name: kind for name, kind in types.items() if name in told}
        returned = returned if re.search(r"(?m)^:returns?:", doc) else ""
    typed = {match[1] for line in lines if (match := re.match(r":type\s+(\w+)\s*:", line))}
    fields = [f":param {name}:" for name in types if name not in told]
    fields += [f":type {name}: {_plain(kind)}" for name, kind in types.items() if name not in typed]
    if returned and not any(line.startswith(":rtype:") for line in lines):
        fields.append(f":rtype: {_plain(returned)}")
    if not fields:
        return doc
    last = max((n for n, line in enumerate(lines) if _ANY_FIELD.match(line)), default=None)
    if last is None:
        return "\n".join([*lines, "", *fields])
    after = last + 1
    while after < len(lines) and (not lines[after].strip() or lines[after][:1].isspace()):
        after += 1
    while not lines[after - 1].strip():
        after -= 1
    return "\n".join([*lines[:after], *fields, "", *lines[after:]])


def with_types_beside(doc: str, types: Mapping[str, str], returned: str) -> str:
    """`doc` as sphinx-autodoc-typehints has it: the types of those parameters that it documents,
    and what is returned before what is said of that."""
    lines: list[str] = []
    for line in doc.splitlines():
        match = _FIELD.match(line)
        name = match[1].lstrip("*\\") if match else ""
        if match and name in types and f":type {name}:" not in doc:
            lines.append(f":type {match[1]}: {_plain(types[name])}")
        lines.append(line)
    if not returned or any(line.startswith(":rtype:") for line in lines):
        return "\n".join(lines)
    field = f":rtype: {_plain(returned)}"
    said = next((n for n, line in enumerate(lines) if re.match(r":returns?:", line)), None)
    if said is not None:
        return "\n".join([*lines[:said], field, *lines[said:]])
    last = max((n for n, line in enumerate(lines) if _FIELD.match(line)), default=None)
    if last is None:
        return "\n".join([*lines, "", field])
    after = last + 1
    while after < len(lines) and (not lines[after].strip() or lines[after][:1].isspace()
                                  or _ANY_FIELD.match(lines[after])):  # fmt: skip
        after += 1
    while not lines[after - 1].strip():
        after -= 1
    return "\n".join([*lines[:after], field, "", *lines[after:]])


def _plain(kind: str) -> str:
    """A type whose letters are no marks."""
    return re.sub(r"([*_`|\\])", r"\\\1", kind)
