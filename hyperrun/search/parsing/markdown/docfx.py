"""What DocFX and Microsoft Learn add to Markdown: `[!code …]`, `:::name …:::`, `xref:…`."""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from hyperrun.search.parsing import commonmark, includes, labels
from hyperrun.search.parsing.blocks import Block, joined
from hyperrun.search.parsing.includes import Shown
from hyperrun.search.parsing.markdown import snippets
from hyperrun.search.parsing.markdown.reading import Reading

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

MAX_ATTRIBUTES = 2_000  # characters of a line

_LINK = r"\[(?P<words>(?:[^\[\]\\\n]|\\.){0,300})\][ \t]*+\((?P<path>[^()\n]{1,600})\)[ \t]*+\]"
SNIPPET = re.compile(
    rf"\[!(?:code|notebook)(?:-(?P<language>[^\[\n]{{1,40}}))?[ \t]*+{_LINK}$", re.I
)
_INCLUDE = re.compile(rf"\[!INCLUDE[-+]?[ \t]*+{_LINK}", re.IGNORECASE)
_VIDEO = re.compile(r"\[!Video\b[^\]\n]*\]$", re.IGNORECASE)
_WORDS = re.compile(r"\[!(?:UICONTROL|DNL)[ \t]+(?P<words>[^\[\]\n]{1,200})\]")
_COLONS = re.compile(r":{3,}[ \t]*(?P<name>[a-z][a-z-]*)\b(?P<rest>[^\n]*)$", re.IGNORECASE)
_TEXT = re.compile(r":::(?P<name>no-loc|image)\b(?P<rest>[^\n]{0,1000}?):::", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?<![\w-])([\w-]+)[ \t]*=[ \t]*\"([^\"]*)\"")
_CONTAINERS = ("moniker", "zone", "row", "column")
_SINGLE = ("code", "image", "video", "form")
_BETWEEN = re.compile(r"^>=?\s*(?P<first>\S+)\s+<=?\s*(?P<last>\S+)$")
_TITLE = re.compile(r"[ \t]+(?:\"[^\"]*\"|'[^']*')[ \t]*$")
_LINES = re.compile(r"L(\d+)(?:-L?(\d+)?)?$", re.IGNORECASE)
_TAB = re.compile(r"\[(?P<words>[^\n]*)\]\(#tab/[\w+/-]+\)[ \t]*#*$")
_SECTION = re.compile(r"\[!(?P<kind>div|video)\b(?P<rest>[^\]\n]*)\]$", re.IGNORECASE)
_ARITY = re.compile(r"`{1,2}(\d)")
_UID = re.compile(r"@(?:(?P<quote>[\"'])(?P<quoted>[^\"'\n]{1,300})(?P=quote)"
                  r"|(?P<uid>[A-Za-z][^\s\"'<>\[\]|]{0,300}))")  # fmt: skip


def opening(line: str) -> dict[str, Any] | None:
    """What a line that is a construct of DocFX's says of itself; None where it is none.

    `closed_by` names the line that ends it, where it holds others.
    """
    if line.startswith("[!"):
        if match := SNIPPET.match(line):
            return {"of": "code", **match.groupdict()}
        if (match := _INCLUDE.match(line)) and match.end() == len(line):
            return {"of": "include", "path": match["path"]}
        return {"of": "nothing"} if _VIDEO.match(line) else None
    match = _COLONS.match(line)
    if match is None:
        return None
    name, rest = match["name"].lower(), match["rest"].strip()[:MAX_ATTRIBUTES]
    if name.endswith("-end") and name.removesuffix("-end") in (*_CONTAINERS, "image"):
        return {"of": "nothing"}
    if name in _CONTAINERS and (rest.endswith(":::") or not rest or _ATTRIBUTE.search(rest)):
        return {"of": name, "closed_by": f"{name}-end", **_attributes(rest)}
    if name in _SINGLE and rest.endswith(":::") and _ATTRIBUTE.search(rest):
        told = _attributes(rest)
        is_described = name == "image" and told.get("type") == "complex"
        return {"of": name, "closed_by": "image-end" if is_described else "", **told}
    return None


def closes(line: str, name: str) -> bool:
    """Does a line end what is called so?"""
    return line.startswith(":::") and line.strip(": \t").lower() == name


def begins_text(line: str) -> bool:
    """Does a line of colons begin with a construct that stands inside of a line?"""
    return bool(_TEXT.match(line))


def _attributes(text: str) -> dict[str, str]:
    return {
        name.lower(): value.strip() for name, value in _ATTRIBUTE.findall(text[:MAX_ATTRIBUTES])
    }


def blocks(document: Reading, meta: dict[str, Any], start: int, end: int) -> list[Block]:
    """What a construct of DocFX's says on its page."""
    match meta["of"]:
        case "code" if meta.get("source"):
            shown = snippets.found(document.place, meta["source"])
            if shown and meta.get("range"):
                shown = includes.numbered(shown.file, list(shown.lines), meta["range"])
            elif shown and meta.get("id"):
                shown = includes.section(shown.file, list(shown.lines), meta["id"])
            return document.include(shown, start, end, True, _language(meta.get("language")))
        case "code" if meta.get("path"):
            shown = _queried(document, meta["path"])
            return document.include(shown, start, end, True, _language(meta["language"]))
        case "include":
            shown = snippets.found(document.place, _TITLE.sub("", meta["path"].strip()))
            return document.include(shown, start, end)
        case "row" | "column":
            return document.read(meta["body"], start)
        case "moniker" | "zone":
            label = _versions(meta.get("range", "")) or _pivots(meta.get("pivot", ""))
            found = document.read(meta["body"], start)
            said = next((each for each in found if each.content), None)
            if said is None or said.level or not label:
                return found
            return [Block(start, start, commonmark.strong(commonmark.escaped(label))), *found]
    return []


def _language(name: str | None) -> str:
    """The name of a language as a fence has it: `C#` is `csharp`."""
    name = (name or "").strip().lower()
    return {"c#": "csharp", "f#": "fsharp"}.get(
        name, name if re.fullmatch(r"[\w+-]+", name) else ""
    )


def _versions(told: str) -> str:
    """A range of versions in words."""
    said = []
    for part in told.split("||")[:8]:
        part = part.strip()
        if between := _BETWEEN.match(part):
            said.append(f"{between['first']} to {between['last']}")
        elif part.startswith("<"):
            is_in = part.startswith("<=")
            name = part.lstrip("<= ")
            said.append(f"{name} or earlier" if is_in else f"before {name}")
        elif part.startswith(">"):
            name = part.lstrip(">= ")
            said.append(f"{name} or later" if part.startswith(">=") else f"after {name}")
        elif part:
            said.append(part.lstrip("= "))
    return ", ".join(said)


def _pivots(told: str) -> str:
    """What a zone is for: `in-vscode,in-cli` as "in vscode, in cli"."""
    return ", ".join(each.strip().replace("-", " ") for each in told.split(",") if each.strip())


def _queried(document: Reading, told: str) -> Shown | None:
    """`a.cs?name=part&highlight=2`, `a.cs?range=1-3`, `a.cs#part`, `a.cs#L1-L3`."""
    told = _TITLE.sub("", told.strip())
    told, _, part = told.partition("#")
    path, _, query = told.partition("?")
    shown = snippets.found(document.place, path)
    if shown is None:
        return None
    lines = list(shown.lines)
    asked = dict(each.partition("=")[::2] for each in query.lower().split("&"))
    if by_line := _LINES.match(part):
        last = by_line[2] or (by_line[1] if "-" not in part else "")
        return includes.numbered(shown.file, lines, f"{by_line[1]}-{last}")
    if name := part.partition("?")[0] or asked.get("name", ""):
        return includes.section(shown.file, lines, name)
    if asked.get("range"):
        return includes.numbered(shown.file, lines, asked["range"])
    if "start" in asked or "end" in asked:
        return includes.numbered(
            shown.file, lines, f"{asked.get('start', '1')}-{asked.get('end', '')}"
        )
    return shown


def tab(heading: str) -> str:
    """The label of the tab that a heading is; "" where it is a heading."""
    match = _TAB.fullmatch(heading.strip())
    return match["words"] if match else ""


def is_left_out(first: str) -> bool | None:
    """Of a quotation by its first line: does it only lead on or play? None where that line is no
    mark of DocFX's."""
    match = _SECTION.match(first.strip())
    if match is None:
        return None
    return match["kind"].lower() == "video" or "nextstepaction" in match["rest"]


# Inside of a line


def inline(state: "StateInline", silent: bool) -> bool:
    """What stands inside of a line: an include, a name that is not translated, a picture."""
    at = state.pos
    if state.src.startswith("[!", at):
        match = _INCLUDE.match(state.src, at) or _WORDS.match(state.src, at)
    elif state.src.startswith(":::", at):
        match = _TEXT.match(state.src, at)
    else:
        return False
    if match is None:
        return False
    if not silent:
        token = state.push("docfx", "", 0)
        named = match.groupdict()
        if "path" in named:
            token.meta = {"path": named["path"]}
        else:
            words = named.get("words") or _attributes(named.get("rest", "")).get("text", "")
            token.meta, token.content = {}, words
    state.pos = match.end()
    return True


def said(document: Reading, meta: dict[str, Any], words: str) -> str:
    """What such a construct says."""
    if "path" not in meta:
        return commonmark.escaped(words.strip().strip("*"))
    shown = snippets.found(document.place, _TITLE.sub("", meta["path"].strip()))
    if shown is None or document.place is None:
        return ""
    found = document.place.document(shown, ".md") or []
    document.includes += shown.includes
    return re.sub(r"\s*\n\s*", " ", joined(found))


def reference(document: Reading, address: str) -> str:
    """What `xref:uid` says without words of its own: the title of that page, else the name of that
    part of an API."""
    uid, _, query = unquote(address.removeprefix("xref:")).partition("?")
    told = dict(each.partition("=")[::2] for each in query.split("&"))
    if text := told.get("text"):
        return commonmark.escaped(text.replace("+", " "))
    if document.place is not None and (title := labels.uid_title(document.place, uid)):
        return commonmark.escaped(title)
    name = _name(uid)
    if told.get("displayProperty") == "nameWithType" and "<" not in name:
        name = ".".join(name.split(".")[-2:])
    return commonmark.code_span(name)


def _name(uid: str) -> str:
    """A name as code has it: `List`1.#ctor(System.Int32)` as `List<T>`."""
    name = uid.partition("#")[0].partition("(")[0].rstrip("*.")
    return _ARITY.sub(
        lambda found: "<T>" if found[1] in "01"
        else f"<{','.join(f'T{n}' for n in range(1, int(found[1]) + 1))}>", name
    )  # fmt: skip


def referred(document: Reading, words: str) -> str:
    """Words with `@uid` as the page's title, where a page of the project has that uid."""
    place = document.place
    if place is None or "@" not in words:
        return words

    def titled(match: re.Match[str]) -> str:
        if match["quoted"]:
            uid = match["quoted"].partition("?")[0]
            return labels.uid_title(place, uid) or (uid if "." in uid else match[0])
        uid = match["uid"]
        kept = uid.rstrip(".,;:!?~`)")
        title = labels.uid_title(place, kept)
        return title + uid[len(kept) :] if title else match[0]

    return _UID.sub(titled, words) if labels.has_uids(place) else words
