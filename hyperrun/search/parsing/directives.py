"""What the directives of Sphinx, docutils and MyST say on a page, by their names."""

import ast
import re
import shlex
from collections.abc import Mapping

NOTES = frozenset((
    "note", "warning", "tip", "hint", "important", "caution", "attention", "danger", "error",
    "seealso", "admonition", "todo", "sidebar",
))  # fmt: skip
VERSIONS = {
    "versionadded": "Added in version {}", "version-added": "Added in version {}",
    "versionchanged": "Changed in version {}", "version-changed": "Changed in version {}",
    "deprecated": "Deprecated since version {}",
    "version-deprecated": "Deprecated since version {}",
    "versionremoved": "Removed in version {}", "version-removed": "Removed in version {}",
}  # fmt: skip
CODE = frozenset((
    "code", "code-block", "sourcecode", "highlight-block", "parsed-literal", "prompt", "code-cell",
    "click:example", "click:run", "ipython", "doctest", "testcode", "testoutput",
    "jupyter-execute", "plot", "console",
))  # fmt: skip
DRAWN = frozenset(("mermaid", "graphviz", "digraph", "graph", "uml", "plantuml"))
NOTHING = frozenset((
    "toctree", "contents", "index", "raw", "image", "highlight", "currentmodule", "module",
    "py:module", "py:currentmodule", "default-role", "role", "meta", "sectnum", "title",
    "header", "footer", "autosummary", "inheritance-diagram", "cssclass", "rst-class",
    "bibliography", "tocdepth", "target-notes", "section-numbering", "testsetup", "testcleanup",
    "video",
    "default-domain", "sectionauthor", "codeauthor", "tabularcolumns", "youtube", "date", "class",
    "c:namespace", "py:namespace", "program", "iframe", "button-link", "button-ref",
))  # fmt: skip
# Their argument stands above what is in them.
TITLED = frozenset((
    "topic", "rubric", "dropdown", "card", "grid-item-card", "tab-item", "tab", "group-tab",
    "details", "collapse", "centered", "procedure", "step", "toggle", "proof", "exercise",
    "confval", "option", "setting", "envvar", "cmdoption",
))  # fmt: skip
# What a site describes of its own kinds; before a heading, some are only that one's anchor.
DESCRIBED = frozenset(("confval", "option", "setting", "envvar", "cmdoption"))
_VERSION_TAGS = {
    "new": "New in version", "added": "Added in version", "available": "Available since version",
    "changed": "Changed in version", "deprecated": "Deprecated since version",
    "removed": "Removed in version",
}  # fmt: skip
# What a directive that only the project knows describes: `--tag TAGS`, `migrate [app]`.
CALL = re.compile(r"--?\w|[\w.-]+ [\[<]\w")
_NOT_IN_AN_ID = re.compile(r"[^a-zA-Z0-9._]+")
AUTODOC = re.compile(
    r"auto(module|class|function|method|attribute|exception|data|decorator|property|enum)$"
    r"|autopydantic_model$|click$|autoclasstoc$"
)
_OBJECT = re.compile(
    r"(?:\w+:)?(class|function|method|attribute|exception|data|decorator|property|staticmethod"
    r"|classmethod|decoratormethod|macro|type|struct|member|var|enum|enumerator|namespace|cfunction"
    r"|cmember|ctype|cvar|cmacro|opcode|describe|object)$"
)
PYTHON_OBJECT = re.compile(
    r"(?:py:)?(?:class|function|method|attribute|exception|data|decorator|property|staticmethod"
    r"|classmethod|decoratormethod)$"
)
_METHODS = frozenset(("get", "post", "put", "patch", "delete", "head", "options", "any"))
_CARD_PARTS = re.compile(r"(?m)^[ \t]*(?:\^{3}|\+{3})[ \t]*$")
_BEGINS_BLOCK = re.compile(r"(?:[-*+]|\d+[.)]|>|\|)\s|```|~~~")
_ARGUMENT_IS_TEXT = frozenset(("sidebar", "admonition"))


def is_object(name: str) -> bool:
    """Does it describe something by its signature?"""
    return bool(_OBJECT.match(name)) and name not in NOTES


def note_title(name: str, argument: str) -> str:
    """What stands above an admonition; the argument of most is its first line instead."""
    if name in _ARGUMENT_IS_TEXT and argument:
        return argument
    return {"seealso": "See also", "sidebar": "", "admonition": ""}.get(name, name.capitalize())


def named_by(options: Mapping[str, str]) -> str:
    """The names of what a directive of a project's own describes, where its options say them."""
    named = next((options[each] for each in ("keys", "key", "names") if options.get(each)), "")
    return ", ".join(named.replace(",", " ").split())


def facts(name: str, options: Mapping[str, str], is_named: bool = False) -> list[tuple[str, str]]:
    """What the options of a value of the configuration tell of it: its type, its default; and of
    what else they name."""
    if name != "confval" and not is_named:
        return []
    return [(each.capitalize(), options[each]) for each in ("type", "default") if options.get(each)]


def own_id(name: str, argument: str, program: str) -> str:
    """The anchor that Sphinx gives the first of what is described: `confval-x`, `cmdoption-x`."""
    first = re.split(r",\s|\n", argument.strip())[0]
    if name in ("option", "cmdoption"):
        first = re.split(r"[\s=\[]", first)[0]
        is_flag = first.startswith(("-", "/"))
        name = "-".join(filter(None, ("cmdoption", program, "" if is_flag else "arg")))
    elif name not in DESCRIBED:
        first = first.partition(" ")[0]  # of the project's own: what stands behind are arguments
    return _NOT_IN_AN_ID.sub("-", f"{name}-{first.lstrip('-/')}").strip("-")


def term_id(term: str) -> str:
    """The anchor that Sphinx gives what a glossary defines: `term-API-key`; "" for other letters
    than those of English."""
    return _NOT_IN_AN_ID.sub("-", f"term-{term}").strip("-") if term.isascii() else ""


def request(name: str, argument: str) -> str:
    """The request that a directive of httpdomain describes, "" for another directive."""
    method = name.removeprefix("http:")
    return f"{method.upper()} {argument.strip()}" if method in _METHODS and method != name else ""


def without_parts(name: str, text: str) -> str:
    """A card of sphinx-design without the marks below its head and above its foot."""
    return _CARD_PARTS.sub("", text) if "card" in name else text


def code_tab(argument: str) -> tuple[str, str]:
    """The language of sphinx-tabs' code, and what its tab is called."""
    language, _, label = argument.strip().partition(" ")
    return language, label.strip() or language.capitalize()


def version_tag(name: str, version: str) -> str:
    """The sentence of a site's own tag for a version: `new-in 1.2`; "" for another tag."""
    sentence = _VERSION_TAGS.get(re.sub(r"[-_]?(?:in|since)$", "", name.lower()))
    number = version.split()[0].lstrip("vV") if version.strip() else ""
    return f"{sentence} {number}." if sentence and number[:1].isdigit() else ""


def version_note(name: str, argument: str, said: str) -> str:
    """The sentence of "versionadded" and its like."""
    version, _, more = argument.partition(" ")
    sentence = VERSIONS[name].format(version)
    if _BEGINS_BLOCK.match(said):
        return f"{sentence}: {more.strip()}".rstrip() + f"\n\n{said}"
    told = " ".join(part for part in (more.strip(), said) if part)
    return f"{sentence}: {told}" if told else f"{sentence}."


_OPTION = re.compile(r"\s*:([\w-]+):(?:\s+(.*))?$")


_MORE = re.compile(r":[ \t]{2,}(\S.*)$")


def options(body: str) -> tuple[dict[str, str], str, int]:
    """The options above a directive's text, the text, and how many lines it is further down."""
    lines = body.splitlines()
    found: dict[str, str] = {}
    at = 0
    if lines and lines[0].strip() == "---":
        at = 1
        while at < len(lines) and lines[at].strip() != "---":
            name, colon, value = lines[at].partition(":")
            if colon:
                found[name.strip()] = value.strip().strip("\"'")
            at += 1
        return found, "\n".join(lines[at + 1 :]), at + 1
    while at < len(lines) and (match := _OPTION.match(lines[at])):
        name, value = match[1], (match[2] or "").strip()
        at += 1
        if value in (">", "|", ">-", "|-"):  # YAML's, whose lines begin with colons, too
            told: list[str] = []
            while at < len(lines) and (more := _MORE.match(lines[at])):
                told.append(more[1])
                at += 1
            value = ("\n" if value[0] == "|" else " ").join(told)
        found[name] = _unquoted(value)
    return found, "\n".join(lines[at:]), at


def _unquoted(value: str) -> str:
    """An option's value as YAML has it."""
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted and value[0] not in value[1:-1] else value


_FLAGS = re.compile(
    r"[ \t]*#[ \t]*(?:doctest|quartodoc):.*$|^[ \t]*<BLANKLINE>[ \t]*$", re.MULTILINE
)


CELLS = ("code-cell", "jupyter-execute")
_REMOVED = re.compile(r"\bremove[-_](?:cell|input)\b")


def hides_code(options: Mapping[str, str]) -> bool:
    """Does a cell tell its page not to show its code?"""
    return "hide-code" in options or bool(_REMOVED.search(options.get("tags", "")))


def code(name: str, text: str) -> str:
    """The code in a directive; where the build runs it, the commands that it stands for."""
    return _commands(text) if name == "click:run" else without_flags(text)


def code_language(name: str, argument: str) -> str:
    """What language the code of a directive is in."""
    if name in ("code", "code-block", "sourcecode", "code-cell"):
        return argument
    if name == "prompt":
        return argument.split()[0] if argument else "console"
    others = {"doctest": "pycon", "testcode": "python", "ipython": "python", "plot": "python",
              "jupyter-execute": "python", "click:example": "python", "click:run": "console",
              "console": "console", "mermaid": "mermaid"}  # fmt: skip
    return others.get(name, "")


def _commands(text: str) -> str:
    """The command lines of Click's `invoke(hello, args=["--count", "3"])`; what they print only the
    build knows."""
    try:
        calls = [each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Call)]
    except (SyntaxError, ValueError, RecursionError):
        return ""
    lines = []
    for call in calls:
        if not (isinstance(call.func, ast.Name) and call.func.id == "invoke" and call.args):
            continue
        named = {each.arg: each.value for each in call.keywords}
        program = named.get("prog_name", call.args[0])
        arguments = named.get("args", ast.List([]))
        if not isinstance(arguments, ast.List | ast.Tuple):
            continue
        name = program.id.replace("_", "-") if isinstance(program, ast.Name) else _word(program)
        lines.append(f"$ {name} {shlex.join(map(_word, arguments.elts))}".rstrip())
    return "\n".join(lines)


def _word(value: ast.expr) -> str:
    return str(value.value) if isinstance(value, ast.Constant) else ast.unparse(value)


def without_flags(code: str) -> str:
    """A session of Python without what only steers its test."""
    return _FLAGS.sub("", code) if ">>>" in code else code


def python_signature(kind: str, signature: str, options: Mapping[str, str], module: str) -> str:
    """The signature of an object of Python as its page shows it, with its module where one is."""
    leads = "".join(f"{each} " for each in ("abstract", "async", "classmethod") if each in options)
    leads += {"class": "class ", "exception": "exception ", "property": "property ",
              "staticmethod": "static ", "classmethod": "classmethod ",
              "decorator": "@", "decoratormethod": "@"}.get(kind, "")  # fmt: skip
    leads += "static " if "staticmethod" in options else ""
    if module and not signature.startswith(f"{module}."):
        leads += f"{module}."
    told = f": {options['type']}" if options.get("type") else ""
    told += f" = {options['value']}" if options.get("value") else ""
    return leads + signature + told
