"""reStructuredText parsed by docutils, whose directives and roles are ours, whatever their names:
nothing of a document runs, opens a file or asks the network, and none is an error.
"""

import re
from functools import cache
from typing import Any

from docutils import frontend, nodes, utils
from docutils.parsers import rst
from docutils.parsers.rst import states
from docutils.statemachine import StringList

from hyperrun.search.parsing import directives

MAX_NESTED = 25


class Directive(nodes.General, nodes.Element):  # type: ignore[misc]
    """A directive as it stands: its name, argument, options and raw text; its text as children."""


class Role(nodes.Inline, nodes.TextElement):  # type: ignore[misc]
    """Interpreted text: its role, and what stands between the ticks."""


def _interpreted(
    rawsource: str, text: str, role: str, lineno: int
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Interpreted text of any role. Takes the place of the inliner's own method."""
    node = Role(rawsource, "")
    node["role"] = role or ""
    node["said"] = nodes.unescape(text)
    return [node], []


class _Ours:
    """Takes every directive, in each state of docutils' parser."""

    nested_sm_cache: list[Any] = []

    def __init__(self, state_machine: Any, debug: bool = False) -> None:
        super().__init__(state_machine, debug)  # type: ignore[call-arg]
        self.nested_sm_kwargs = {"state_classes": _states(), "initial_state": "Body"}

    def directive(self, match: re.Match[str], **presets: Any) -> tuple[list[nodes.Node], bool]:
        """A node for a directive, with its text parsed where it is prose."""
        machine = self.state_machine  # type: ignore[attr-defined]
        line = machine.abs_line_number()
        block, _, offset, blank_finish = machine.get_first_known_indented(match.end(), strip_top=0)
        name = match.group(1).lower()
        found = self._made(name, block, offset, line)
        return found, blank_finish

    def _made(self, name: str, block: StringList, offset: int, line: int) -> list[nodes.Node]:
        if name in ("replace", "unicode", "image", "date", "include-none"):
            if not isinstance(self, states.SubstitutionDef) and name == "image":
                return []
            return self._substituted(name, block, line)
        argument, options, content, content_offset = _taken(name, block, offset)
        for at, text in enumerate(content):
            content[at] = directives.without_parts(name, text)
        node = Directive("\n".join(block))
        node.line = line
        if not argument and content and (named := directives.named_by(options)):
            argument, node["is_named"] = named, True
        node["name"], node["argument"], node["options"] = name, argument, options
        node["code"] = "\n".join(content)
        is_object = "(" in argument or (content and argument[:1].isupper())
        if name == "class" and (is_object or re.fullmatch(r"(?:\w+\.)+[A-Z]\w*", argument)):
            name = node["name"] = "py:class"  # Sphinx's, not docutils' mark of what follows
        document = self.document  # type: ignore[attr-defined]
        if name == "role":
            made = re.match(r"([\w-]+)\s*(?:\(\s*([\w-]+)\s*\))?", argument)
            if made:
                document.hyperrun_roles[made[1]] = made[2] or ""
            return []
        if name in directives.NOTHING or name in directives.CODE or name in directives.DRAWN:
            return [node]
        if argument and name not in ("include", "literalinclude", "only", "math", "csv-table"):
            words, _ = self.inline_text(argument.replace("\n", " "), line)  # type: ignore[attr-defined]
            title = nodes.title(argument, "", *words)
            node += title
        if name not in ("include", "literalinclude", "math") and content:
            self.nested_parse(
                content, content_offset, node, match_titles=name in ("only", "ifconfig")
            )
        return [node]

    def nested_parse(self, block: StringList, input_offset: int, *rest: Any, **named: Any) -> int:
        """As docutils' own, but not below a depth that no document has."""
        document = self.document  # type: ignore[attr-defined]
        if document.hyperrun_depth >= MAX_NESTED:
            return input_offset
        document.hyperrun_depth += 1
        try:
            parse = super().nested_parse  # type: ignore[misc]
            return int(parse(block, input_offset, *rest, **named))
        finally:
            document.hyperrun_depth -= 1

    def _substituted(self, name: str, block: StringList, line: int) -> list[nodes.Node]:
        text = " ".join(each.strip() for each in block if each.strip())
        if name == "unicode":
            codes = re.sub(r"(?:0x|x|\\x|U\+|u|\\u|&#x)([0-9A-Fa-f]{2,6});?", _character, text)
            return [nodes.Text(re.sub(r"\s*\.\. .*|:\w+:", "", codes).strip())]
        if name == "replace":
            found, _ = self.inline_text(text, line)  # type: ignore[attr-defined]
            return list(found) or [nodes.Text("")]
        return [nodes.image()]


def _character(match: re.Match[str]) -> str:
    try:
        return chr(int(match[1], 16))
    except (ValueError, OverflowError):
        return ""


_explicit = states.Struct(
    patterns=states.Body.explicit.patterns,
    constructs=[
        (method, pattern)
        if method is not states.Body.directive
        else (lambda state, match: state.directive(match), pattern)
        for method, pattern in states.Body.explicit.constructs
    ],
)


@cache
def _states() -> tuple[type[Any], ...]:
    members = {"explicit": _explicit, "__module__": __name__}
    return tuple(type(each.__name__, (_Ours, each), members) for each in states.state_classes)


@cache
def _settings() -> Any:
    settings = frontend.get_default_settings(rst.Parser)
    settings.report_level = settings.halt_level = 5
    settings.file_insertion_enabled = settings.raw_enabled = False
    settings.line_length_limit = 1_000_000
    settings.syntax_highlight = "none"
    settings.smart_quotes = False
    settings.warning_stream = ""
    return settings


def parse(text: str) -> nodes.document:
    """A document's tree; its own roles are in `hyperrun_roles`. None of its errors is shown."""
    document = utils.new_document("document", _settings().copy())
    document.hyperrun_roles = {}
    document.hyperrun_depth = 0
    inliner = states.Inliner()
    inliner.interpreted = _interpreted
    parser = rst.Parser(inliner=inliner)
    parser.state_classes = _states()
    parser.parse(text, document)
    return document


_OPTION = re.compile(r"\s*:([\w.-]+):(?:\s+(.*))?$")
_NO_ARGUMENT = directives.NOTES | {"container-none", "epigraph", "highlights", "pull-quote",
                                   "compound", "glossary", "line-block", "math"}  # fmt: skip


def _taken(
    name: str, block: StringList, offset: int
) -> tuple[str, dict[str, str], StringList, int]:
    """Argument, options, text and the text's place of a directive."""
    options: dict[str, str] = {}
    titled = name in ("admonition", "sidebar")
    at = 0
    argument: list[str] = []
    first = block[0] if len(block) else ""
    own_argument = name not in _NO_ARGUMENT or titled
    if own_argument:
        while at < len(block) and block[at].strip() and not _OPTION.match(block[at]):
            if at and (name in directives.CODE or name in directives.VERSIONS):
                break
            argument.append(block[at].strip())
            at += 1
    elif first.strip() and not _OPTION.match(first):
        return "", options, block, offset
    if not first.strip():
        at = min(1, len(block))
    last = ""
    while at < len(block) and block[at].strip():
        if match := _OPTION.match(block[at]):
            last = match[1]
            options[last] = (match[2] or "").strip()
        elif last and block[at][:1].isspace():
            options[last] += "\n" + block[at].strip()
        else:
            break
        at += 1
    while at < len(block) and not block[at].strip():
        at += 1
    # As Sphinx has it, a signature goes on below a line that ends with a backslash.
    return "\n".join(argument).replace("\\\n", ""), options, block[at:], offset + at
