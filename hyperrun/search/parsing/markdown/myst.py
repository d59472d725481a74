"""What MyST's extensions make of a page's lines, where its `conf.py` switches them on: field lists,
and substitutions."""

import re
from collections.abc import Mapping

from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.objects import sphinx_settings
from hyperrun.search.site import literals

_FENCE = re.compile(r"\s*(`{3,}|~{3,})(?P<info>.*)")
_FIELD = re.compile(r":(?P<name>[^:\s`][^:\n]*?):(?:[ \t]+(?P<said>\S.*))?$")
_CODE_OR_VALUE = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))|\{\{\s*(?P<name>[\w.-]+)\s*\}\}"
)


def written(text: str, place: Place, whole: str) -> str:
    """`text` as its page has it, line by line; `whole` is it with its front matter."""
    if "{{" not in text and "\n:" not in text:
        return text
    settings = sphinx_settings.of(place)
    values = _values(whole, settings.substitutions) if "{{" in text else {}
    if not (values or settings.has_fields):
        return text
    lines = text.split("\n")
    open_fences: list[tuple[str, bool]] = []  # each with its ticks; is it code?
    is_field = False
    for at, line in enumerate(lines):
        if mark := _FENCE.match(line):
            is_field = False
            _step(open_fences, mark[1], mark["info"].strip())
        if open_fences and open_fences[-1][1]:
            continue
        if values and "{{" in line:
            line = lines[at] = _CODE_OR_VALUE.sub(lambda found: _value(found, values), line)
        field = _FIELD.match(line) if settings.has_fields else None
        if not field:
            is_field = is_field and line[:1] in (" ", "\t")  # which goes on with it
        elif is_field or not at or not lines[at - 1].strip():
            is_field = True
            lines[at] = f"- **{field['name']}**: {field['said'] or ''}".rstrip(": ")
    return "\n".join(lines)


def _step(open_fences: list[tuple[str, bool]], ticks: str, info: str) -> None:
    """Open or close a fence; one of a directive holds Markdown."""
    inside, is_code = open_fences[-1] if open_fences else ("", False)
    if inside and ticks.startswith(inside) and not info:
        open_fences.pop()
    elif not is_code:
        open_fences.append((ticks, not info.startswith("{")))


def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
    return found[0] if found["code"] else values.get(found["name"], found[0])


def _values(text: str, known: Mapping[str, str]) -> dict[str, str]:
    """What a page's own front matter and `conf.py` put in the place of names, in one line."""
    own = literals.mapping(literals.front_matter(text).get("myst")).get("substitutions")
    told = {**known, **literals.mapping(own)}
    return {
        name: value.strip()
        for name, value in told.items()
        if isinstance(value, str) and "\n" not in value.strip()
    }
