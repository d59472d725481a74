"""What a model writes, taken apart as it comes: words for the reader, thoughts, calls of tools.

Servers without a parser for a model's own marks pass them on as content: `<think>…</think>`, a lone
`</think>` where the template has opened it, and tool calls in the dozen forms models were trained
on. A mark counts at the beginning of a line and outside of code only, so that an answer may be
about one.
"""

import ast
import json
import re
from collections.abc import Collection
from typing import Any

_THINK = re.compile(r"<(think|thinking|thought|reasoning|seed:think)>|\[THINK\]", re.IGNORECASE)
_THOUGHT = re.compile(
    r"</(?:think|thinking|thought|reasoning|seed:think)>|\[/THINK\]", re.IGNORECASE
)
_LONE = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
# Where a call that is written as text begins, and where it ends.
_CALLS = (
    ("<tool_call>", "</tool_call>"),
    ("<function_call>", "</function_call>"),
    ("<tool_use>", "</tool_use>"),
    ("<|tool_call|>", ""),
    ("<|python_tag|>", ""),
    ("[TOOL_CALLS]", ""),
    ("<function=", "</function>"),
    ("```tool_code", "```"),
    ("```tool_call", "```"),
)
_MARKS = ("<think>", "<thinking>", "<thought>", "<reasoning>", "<seed:think>", "[think]",
          *(start.lower() for start, _ in _CALLS))  # fmt: skip
_JSON_CALL = re.compile(
    r"(?:```(?:json)?\s*)?\[?\s*\{\s*\"(?:name|function|tool|tool_name|type|action|id)\"",
    re.IGNORECASE,
)
_JSON_START = re.compile(
    r"(?:`{1,3}(?:j(?:s(?:o(?:n)?)?)?)?\s*)?\[?\s*(?:\{\s*(?:\"\w{0,12})?)?", re.I
)
MAX_HELD_CHARS = 20_000


class ContentFilter:
    """Takes a step's content piece by piece.

    `words` and `thoughts` are what has come since they were last taken; `retracted` is set when
    words that were already given turn out to be thoughts. `calls` are known when it is finished.
    """

    def __init__(self, tools: Collection[str] = (), *, thinks_first: bool = False) -> None:
        self.words = ""
        self.thoughts = ""
        self.retracted = False
        self.calls: list[dict[str, Any]] = []
        self.opened_in_template = False  # a lone `</think>` came
        self._tools = tuple(tools)
        self._held = ""  # not decided yet
        self._given = ""  # words given so far
        self._in_code = False  # a fence is open
        self._until: re.Pattern[str] | None = _THOUGHT if thinks_first else None
        self._assumed = thinks_first  # no mark has said that these are thoughts
        self._has_thought = False
        self._call_end: str | None = None

    def feed(self, text: str) -> None:
        """More content."""
        if self._is_plain(text):
            return self._say(text)
        self._held += text
        while self._advance():
            pass

    def _is_plain(self, text: str) -> bool:
        """Is this more of a line that is being given, with nothing in it that could be a mark?
        Nearly all pieces are."""
        is_decided = not self._held and self._until is None and self._call_end is None
        return is_decided and not self._starts_line(0) and "<" not in text and "\n" not in text

    def finish(self) -> None:
        """Nothing follows: what was held is decided."""
        rest, self._held = self._held, ""
        if self._until is not None:
            if self._assumed:  # it never thought
                self._say(self._given_back + rest)
            else:
                self.thoughts += rest
            self._until = None
        elif self._call_end is not None or (rest and self._is_bare_call(rest)):
            self._call(rest)
        else:
            self._say(rest)

    _given_back = ""  # thoughts that were only assumed to be some

    def _advance(self) -> bool:
        """Decide about the beginning of what is held; False where more must come first."""
        if self._until is not None:
            return self._think()
        if self._call_end is not None:
            return self._collect()
        return self._speak()

    def _think(self) -> bool:
        assert self._until is not None
        found = self._until.search(self._held)
        if found is None:
            # A closing mark may have begun.
            begun = max(self._held.rfind("<", -16), self._held.rfind("[", -16))
            keep = begun if begun >= 0 else len(self._held)
            thought, self._held = self._held[:keep], self._held[keep:]
            self._note(thought)
            return False
        self._note(self._held[: found.start()])
        if self._assumed:
            self.opened_in_template = True
        self._held = self._held[found.end() :].lstrip()
        self._until, self._assumed, self._has_thought = None, False, True
        self._given_back = ""
        return bool(self._held)

    def _note(self, thought: str) -> None:
        self.thoughts += thought
        if self._assumed:
            self._given_back += thought

    def _collect(self) -> bool:
        assert self._call_end is not None
        end = self._held.find(self._call_end) if self._call_end else -1
        if end < 0:
            return False
        body = self._held[:end]
        self._held = self._held[end + len(self._call_end) :]
        self._call_end = None
        self._call(body)
        return bool(self._held)

    def _speak(self) -> bool:
        if not self._given.strip():
            if not self._held.strip():
                return False
            if self._tools and self._may_be_bare_call(self._held):
                return False
        at = 0
        while True:
            line_end = self._held.find("\n", at)
            line = self._held[at:] if line_end < 0 else self._held[at:line_end]
            if self._starts_line(at):
                before = self._held[:at]
                stripped = line.lstrip()
                if not self._in_code:
                    if found := _THINK.match(stripped):
                        self._say(before)
                        self._held = self._held[at:].lstrip()[found.end() :]
                        self._until = _THOUGHT
                        return True
                    if self._tools and (mark := _call_mark(stripped)):
                        self._say(before)
                        self._held = self._held[at:].lstrip()
                        if mark[0] != "<function=":
                            self._held = self._held[len(mark[0]) :]
                        self._call_end = mark[1]
                        return True
                    if line_end < 0 and _begins_mark(stripped, bool(self._tools)):
                        self._say(before)
                        self._held = self._held[at:]
                        return False
                if stripped.startswith(("```", "~~~")) and line_end >= 0:
                    self._in_code = not self._in_code
            if not self._in_code and not self._has_thought and (lone := self._lone(at, line_end)):
                self.thoughts += self._given + self._held[: lone.start()]
                self.words = self._given = ""
                self.retracted = True
                self.opened_in_template = self._has_thought = True
                self._held = self._held[lone.end() :].lstrip()
                return bool(self._held)
            if line_end < 0:
                keep = len(self._held)
                if not self._has_thought and not self._in_code:
                    begun = re.search(
                        r"</?(?:t(?:h(?:i(?:n(?:k(?:i(?:n(?:g)?)?)?)?)?)?)?)?>?$", self._held
                    )
                    keep = begun.start() if begun else keep
                if self._starts_line(at) and line.lstrip()[:1] in ("`", "~") and len(line) < 40:
                    keep = min(keep, at)  # a fence opens or closes with its whole line
                self._say(self._held[:keep])
                self._held = self._held[keep:]
                return False
            at = line_end + 1

    def _starts_line(self, at: int) -> bool:
        if at:
            return True
        return not self._given or self._given.endswith("\n") or not self._given.strip()

    def _lone(self, at: int, line_end: int) -> re.Match[str] | None:
        """A closing mark that nothing opened, where it stands by itself."""
        end = len(self._held) if line_end < 0 else line_end
        found = _LONE.search(self._held, at, end)
        if found is None:
            return None
        before = self._held[at : found.start()].strip()
        starts = not before and self._starts_line(at)
        follows = self._held[found.end() : end].strip()
        if starts or (line_end >= 0 and not follows and "`" not in before):
            return found
        return None

    def _say(self, words: str) -> None:
        if not self._given.strip():
            words = words.lstrip()
        self.words += words
        self._given += words

    # Calls that are written as text

    def _may_be_bare_call(self, text: str) -> bool:
        """Could the whole of the step still turn out to be a call?"""
        text = text.lstrip()
        if len(text) > MAX_HELD_CHARS:
            return False
        if _JSON_CALL.match(text):
            return True
        found = _JSON_START.match(text)
        if found and found.end() == len(text):
            return True
        bare = text.lstrip("[")
        return any(
            bare.startswith(f"{name}(") or f"{name}(".startswith(bare) for name in self._tools
        )

    def _is_bare_call(self, text: str) -> bool:
        return bool(self._tools and self._may_be_bare_call(text) and _parsed(text, self._tools))

    def _call(self, body: str) -> None:
        calls = _parsed(body, self._tools)
        if calls is None:  # unreadable: the model is told so
            calls = [(self._tools[0], body)] if self._tools else []
        self.calls += [
            {"id": "", "type": "function", "function": {"name": name, "arguments": arguments}}
            for name, arguments in calls
        ]
        self._call_end = None


def _call_mark(line: str) -> tuple[str, str] | None:
    lowered = line.lower()
    return next((mark for mark in _CALLS if lowered.startswith(mark[0].lower())), None)


def _begins_mark(line: str, with_calls: bool) -> bool:
    """Could `line` become one of the marks?"""
    lowered = line.lower()
    marks = _MARKS if with_calls else _MARKS[:6]
    return bool(lowered) and any(mark.startswith(lowered) for mark in marks)


def _parsed(text: str, tools: Collection[str]) -> list[tuple[str, str]] | None:
    """The calls in `text`, by name and arguments; None where it holds none."""
    text = re.sub(r"^```(?:json)?\s*|\s*```$", "", text.strip()).strip()
    text = re.sub(r"</?(?:tool_call|function_call)>|<\|\w+\|>$", "", text).strip()
    if calls := _from_tags(text, tools):
        return calls
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start >= 0:
        named = text[:start].strip()
        try:
            value, _ = json.JSONDecoder().raw_decode(text[start:])
        except ValueError:
            value = None
        if isinstance(value, dict) and named in tools:  # "search_code{…}"
            return [(named, json.dumps(value))]
        listed = value if isinstance(value, list) else [value]
        calls = [call for each in listed if (call := _from_json(each, tools))]
        if calls:
            return calls
    return _from_python(text, tools)


def _from_json(value: Any, tools: Collection[str]) -> tuple[str, str] | None:
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("function"), dict):
        value = value["function"]
    names = ("name", "function", "tool", "tool_name", "action")
    name = next((value[key] for key in names if value.get(key) in tools), None)
    if name is None:
        return None
    for key in ("arguments", "parameters", "args", "input", "action_input"):
        arguments = value.get(key)
        if isinstance(arguments, str):
            return str(name), arguments
        if isinstance(arguments, dict):
            return str(name), json.dumps(arguments, ensure_ascii=False)
    return str(name), "{}"


def _from_tags(text: str, tools: Collection[str]) -> list[tuple[str, str]]:
    """`<function=name>{…}` or `<parameter=query>…`; `name <arg_key>…<arg_value>…`."""
    calls = []
    for found in re.finditer(r"<function=(\w+)>(.*?)(?:</function>|\Z)", text, re.DOTALL):
        fields = re.findall(r"<parameter=(\w+)>(.*?)(?:</parameter>|\Z)", found[2], re.DOTALL)
        given = {name: _value(value.strip()) for name, value in fields}
        if found[1] in tools:
            arguments = json.dumps(given, ensure_ascii=False) if given else found[2].strip()
            calls.append((found[1], arguments))
    if not calls and "<arg_key>" in text:
        name = text[: text.find("<")].strip()
        pairs = re.findall(
            r"<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)</arg_value>", text, re.DOTALL
        )
        if name in tools:
            given = {key.strip(): _value(value.strip()) for key, value in pairs}
            calls.append((name, json.dumps(given, ensure_ascii=False)))
    return calls


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int) else text


def _from_python(text: str, tools: Collection[str]) -> list[tuple[str, str]] | None:
    """`search_code(query="…")`, as models write it that were taught in Python."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    calls = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        if isinstance(function, ast.Attribute):  # search_code.call(…)
            function = function.value
        if not isinstance(function, ast.Name) or function.id not in tools:
            continue
        try:
            given = {each.arg: ast.literal_eval(each.value) for each in node.keywords if each.arg}
            if node.args:
                given.setdefault("query", ast.literal_eval(node.args[0]))
            calls.append((function.id, json.dumps(given, ensure_ascii=False)))
        except (ValueError, TypeError):
            continue
    return calls or None
