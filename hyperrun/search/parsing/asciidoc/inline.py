"""What stands in AsciiDoc's lines, as CommonMark."""

import html
import re
from collections.abc import Callable, Mapping

from hyperrun.search.parsing import commonmark

MAX_DEPTH = 8  # of marks in marks
MAX_CHARS = 8_000  # of one paragraph, whose marks are looked for
MAX_VALUES = 500_000  # characters that attributes may stand for in one document

# A target in a document -> what a reference to it says that has no words of its own.
TitleOf = Callable[[str], str]

CHARACTERS = {
    "nbsp": " ", "zwsp": "", "sp": " ", "empty": "", "blank": "", "startsb": "[", "endsb": "]",
    "vbar": "|", "caret": "^", "asterisk": "*", "tilde": "~", "backslash": "\\", "backtick": "`",
    "two-colons": "::", "two-semicolons": ";;", "plus": "+", "lt": "<", "gt": ">", "amp": "&",
    "apos": "'", "quot": '"', "cpp": "C++", "cxx": "C++", "pp": "++", "deg": "°", "brvbar": "¦",
    "ldquo": "“", "rdquo": "”", "lsquo": "‘", "rsquo": "’", "wj": "",
}  # fmt: skip

_IN_BRACKETS = r"\[((?:\\\]|[^\]])*)\]"
_SCHEME = r"(?:https?|ftp|irc)://"
_ROLES = r"(?:\[[.#%][\w.#%\ -]*\])?"  # of what is marked
_ADDRESS_NAME = r"(?:ur[il]|link)-[\w-]+|[\w-]+-ur[il]"  # of attributes that a playbook may give
_MARKS = re.compile(
    rf"""(?P<escaped>\\(?=[*_`#^~+{{<\[(]|\w+:|->|=>|--))
    |\+\+\+(?P<raw>.*?)\+\+\+
    |pass:[a-z,]*{_IN_BRACKETS.replace("(", "(?P<passed>", 1)}
    |{_ROLES}(?<![\w`])``(?P<code2>\S.*?)``(?!`)
    |(?P<quote>["'])`(?P<quoted>\S(?:[^`]*\S)?)`(?P=quote)
    |{_ROLES}(?<![\w`;:}}])`(?P<code>\S(?:[^`]*?\S)?)`(?![\w`])
    |(?<!\+)\+\+(?P<literal2>[^+\s](?:.*?[^+\s])?)\+\+(?!\+)
    |(?<![\w+])\+(?P<literal>[^+\s](?:[^+]*?[^+\s])?)\+(?![\w+])
    |footnote:[\w-]*{_IN_BRACKETS.replace("(", "(?P<footnote>", 1)}
    |<<(?P<target>[^<>,]+?)(?:,\s*(?P<words>[^>]+?))?>>
    |xref:(?P<page>[^\s\[]+){_IN_BRACKETS.replace("(", "(?P<called>", 1)}
    |link:(?P<address>\S*?){_IN_BRACKETS.replace("(", "(?P<label>", 1)}
    |mailto:(?P<mail>[^\s\[]+){_IN_BRACKETS.replace("(", "(?P<mailed>", 1)}
    |<(?P<bare>{_SCHEME}[^\s<>]+)>
    |(?P<url>{_SCHEME}[^\s<>\[\]]*[^\s<>\[\].,;:!?)'"])
     (?:{_IN_BRACKETS.replace("(", "(?P<text>", 1)})?
    |\ ?(?P<picture>image|icon|anchor|indexterm):(?!:)[^\s\[]*{_IN_BRACKETS.replace("(", "(?:", 1)}
    |(?P<key>kbd|btn):{_IN_BRACKETS.replace("(", "(?P<pressed>", 1)}
    |menu:(?P<menu>[^\[\n]+?){_IN_BRACKETS.replace("(", "(?P<entries>", 1)}
    |(?:stem|latexmath|asciimath):{_IN_BRACKETS.replace("(", "(?P<formula>", 1)}
    |\[\[[^\]]+\]\](?P<place>)
    |\(\(\((?P<index>[^()]+)\)\)\)|\(\((?P<term>[^()]+)\)\)
    |{_ROLES}\*\*(?P<bold2>\S.*?)\*\*
    |{_ROLES}(?<![\w*;:}}])\*(?P<bold>\S(?:[^*]*?\S)?)\*(?![\w*])
    |{_ROLES}__(?P<italic2>\S.*?)__
    |{_ROLES}(?<![\w;:}}])_(?P<italic>\S(?:.*?\S)?)_(?!\w)
    |(?:\[[\w.#%=" -]*\])?\#\#(?P<marked2>\S.*?)\#\#
    |(?:\[[\w.#%=" -]*\])?(?<![\w&;:}}\#])\#(?P<marked>\S(?:[^\#]*?\S)?)\#(?![\w\#])
    |(?P<raising>[\^~])(?P<raised>[^\s^~]+)(?P=raising)
    |\{{(?:{_ADDRESS_NAME})\}}[^\s\[\]<>]*{_IN_BRACKETS.replace("(", "(?P<unlinked>", 1)}
    |\{{(?P<attribute>[\w-]+|counter2?:[\w:-]+|set:[^}}]*)\}}
    |(?P<dash>(?<=\S)\ --\ (?=\S)|(?<=\w)--(?=\w))
    |(?P<arrow>(?:(?<=\s)|^)(?:->|=>|<-|<=)(?=\s|$))
    |(?P<broken>\ \+\n)""",
    re.VERBOSE | re.DOTALL,
)
_ARROWS = {"->": "→", "=>": "⇒", "<-": "←", "<=": "⇐"}
_NAMED = re.compile(r",?\s*\b[\w-]+=(?:\"[^\"]*\"|[^,\"]*)(?=,|$)")


class Inline:
    """Lines of one document: the values of its attributes, and the titles of its sections."""

    def __init__(self, attributes: Mapping[str, str], title_of: TitleOf) -> None:
        self._attributes = attributes
        self._title_of = title_of
        self._depth = 0
        self._room = MAX_VALUES

    def said(self, text: str) -> str:
        """What `text` says, with its marks."""
        text = re.sub(r"(?<!\\)\{([\w-]+)\}", self._address, html.unescape(text.strip()))
        return re.sub(r"(?<!\\)\n\s*", " ", self._said(text))

    def plain(self, text: str) -> str:
        """What `text` says, without marks."""
        return re.sub(r"\\([^\w\s])", r"\1", re.sub(r"(?<!\\)[*`]|\[(?=[^\]]*\]\()|\]\([^)]*\)", "",
                                                    self.said(text)))  # fmt: skip

    def with_values(self, text: str) -> str:
        """`text` with attributes as what they stand for."""
        return re.sub(r"(?<!\\)\{([\w-]+)\}", lambda match: self._value(match[1]), text)

    def _address(self, match: re.Match[str]) -> str:
        """An attribute that stands for an address or another macro, which words may follow."""
        value = self._value(match[1])
        return value if re.match(r"\w+:|\{", value) else match[0]

    def _value(self, name: str) -> str:
        """What an attribute stands for; itself where none has that name, or too much was said."""
        known = self._attributes.get(name.lower())
        if known is None:
            return CHARACTERS.get(name.lower(), f"{{{name}}}")
        self._room -= len(known)
        return known if self._room > 0 else f"{{{name}}}"

    def _said(self, text: str) -> str:
        if self._depth >= MAX_DEPTH or len(text) > MAX_CHARS:
            return commonmark.escaped(text)
        self._depth += 1
        parts, at = [], 0
        while match := _MARKS.search(text, at):
            parts.append(commonmark.escaped(text[at : match.start()]))
            at = match.end()
            if match["escaped"]:
                found = _MARKS.match(text, at)
                end = found.end() if found and not found["escaped"] else at + 1
                parts.append(commonmark.escaped(text[at:end]))
                at = end
            else:
                parts.append(self._mark(match))
        parts.append(commonmark.escaped(text[at:]))
        self._depth -= 1
        return "".join(parts)

    def _mark(self, match: re.Match[str]) -> str:
        kind, value = match.lastgroup or "", match[match.lastgroup or 0] or ""
        match kind:
            case "raw" | "passed" | "literal" | "literal2":
                return commonmark.escaped(re.sub(r"</?\w[^>]*>", "", value))
            case "code" | "code2":
                return commonmark.code_span(self._code(value))
            case "quoted":
                marks = "“”" if match["quote"] == '"' else "‘’"
                return marks[0] + self._said(value) + marks[1]
            case "footnote":
                return f" ({self._said(value)})" if value else ""
            case "bold" | "bold2":
                return commonmark.strong(self._said(value))
            case "italic" | "italic2":
                return f"*{self._said(value)}*"
            case "marked" | "marked2" | "raised" | "term":
                return self._said(value)
            case "pressed":
                return commonmark.strong(commonmark.escaped(value.replace(r"\]", "]")))
            case "entries":
                path = [match["menu"], *(each.strip() for each in value.split(">") if each.strip())]
                return commonmark.strong(commonmark.escaped(" › ".join(path)))
            case "formula":
                return f"${value}$"
            case "unlinked":
                return self._words(value)
            case "attribute":
                return self._attribute(value)
            case "dash":
                return " — " if value.startswith(" ") else "—"
            case "arrow":
                return _ARROWS[value]
            case "broken":
                return "\\\n"
            case "picture" | "index" | "place":
                return ""
        return self._link(match)

    def _link(self, match: re.Match[str]) -> str:
        if match["target"] is not None:
            return self._said(match["words"]) if match["words"] else self._referred(match["target"])
        if match["page"] is not None:
            return self._words(match["called"]) or self._referred(match["page"])
        if match["mail"] is not None:
            return commonmark.link(
                self._words(match["mailed"]) or match["mail"], f"mailto:{match['mail']}"
            )
        address = self.with_values(match["address"] or match["bare"] or match["url"] or "")
        address = re.sub(r"\+\+(.*?)\+\+", r"\1", address)
        words = self._words(match["label"] or match["text"] or "")
        return commonmark.link(words, address) if words else commonmark.escaped(address)

    def _words(self, text: str) -> str:
        """The words of a link without its attributes."""
        text = text.replace(r"\]", "]").strip()
        if quoted := re.match(r'"(.*?)"\s*(?:,|$)', text, re.DOTALL):
            text = quoted[1]
        elif "=" in text:
            text = _NAMED.sub("", text)
        return self._said(text.removesuffix("^").strip())

    def _referred(self, target: str) -> str:
        return commonmark.escaped(self._title_of(self.with_values(target)))

    def _attribute(self, name: str) -> str:
        if ":" in name:
            return ""
        value = self._value(name)
        return commonmark.escaped(value) if value == f"{{{name}}}" else self._said(value)

    def _code(self, text: str) -> str:
        """Code in a line: what it holds of marks is none of it."""
        text = self.with_values(text.strip("+") if re.fullmatch(r"\+.*\+", text) else text)
        text = re.sub(r"xref:[^\s\[]+\[([^\]]*)\]|link:\S+?\[([^\]]*)\]", r"\1\2", text)
        text = re.sub(r"pass:[a-z,]*\[([^\]]*)\]|\+\+\+(.*?)\+\+\+", r"\1\2", text)
        return re.sub(r"\\(?=[*_`#^~+{<\[(\\])", "", text)
