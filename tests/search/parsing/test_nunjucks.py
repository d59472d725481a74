"""What a page shows by macros of its project's own, in Nunjucks."""

import json
from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import files
from tests.search import repository

MACROS = """{%- macro add(params) -%}
<div class="tabs">
<button>npm</button>
<h3 class="tab">npm</h3>

```shell
{% if params.comment %}# {{ params.comment | safe }}{{ "\\n" }}{% endif -%}
npm {{ commands.npm[params.command] | safe }}{% for each in params.packages %} {{ each }}{% endfor %}
```

<h3 class="tab">yarn</h3>

```shell
yarn {% if params.packages.includes("dimmer") and not params.comment %}add dimmer{% else %}{{ params.command }}{% endif %}
```

</div>
{%- endmacro -%}
"""


def _read(root: Path, text: str, macros: str = MACROS) -> list[tuple[str, int, int]]:
    repository.write(root, "docs/src/_includes/tabs.html", macros)
    commands = {"npm": {"install": "install --save"}}
    repository.write(root, "docs/src/_data/commands.json", json.dumps(commands))
    repository.write(root, "docs/src/use/lamps.md", text)
    chunks = files.read(root, PurePosixPath("docs/src/use/lamps.md"))
    return [(each.content or each.text, each.start_line, each.end_line) for each in chunks]


IMPORT = "{%- from 'tabs.html' import add as install with context %}\n\n"


def test_a_call_shows_what_its_macro_writes(tmp_path: Path) -> None:
    call = '{{ install({\n    command: "install",\n    packages: ["lantern", "dimmer"]\n}) }}'
    ((said, first, last),) = _read(tmp_path, f"{IMPORT}# Lamps\n\nAdd it:\n\n{call}\n\nLit.\n")
    assert said.split("\n\n")[1:] == [
        "Add it:",
        "**npm**",
        "```shell\nnpm install --save lantern dimmer\n```",
        "**yarn**",
        "```shell\nyarn add dimmer\n```",
        "Lit.",
    ]
    assert (first, last) == (3, 12)


def test_what_a_call_is_given_decides(tmp_path: Path) -> None:
    call = '{{ install({command: "install", packages: ["a"], comment: "first"}) }}'
    ((said, _, _),) = _read(tmp_path, f"{IMPORT}# Lamps\n\n{call}\n")
    assert "# first\nnpm install --save a\n" in said
    assert "yarn install\n" in said


@pytest.mark.parametrize(
    "call",
    [
        "{{ install({command: unknown}) }}",
        "{{ install({packages: lamps()}) }}",
        "{{ install({packages: 1 + 1, }) }}",
        "{{ install({) }}",
        '{{ install({command: "install".includes(1)}) }}',
        '{{ install({command: ["install"]}) }}',
        "{{ install({command: " + "1" * 4_900 + ".a.b}) }}",
        "{{ install(" + "[" * 5_000 + "]" * 5_000 + ") }}",
    ],
)
def test_a_call_that_cannot_be_run_is_left_out(tmp_path: Path, call: str) -> None:
    ((said, _, _),) = _read(tmp_path, f"{IMPORT}# Lamps\n\n{call}\n\nLit.\n")
    assert "install" not in said and said.endswith("Lit.")


def test_code_shows_calls_as_they_stand(tmp_path: Path) -> None:
    code = '```njk\n{{ install({command: "install"}) }}\n```'
    ((said, _, _),) = _read(tmp_path, f"{IMPORT}# Lamps\n\n{code}\n")
    assert code in said


@pytest.mark.parametrize(("given", "said"), [("1", "one"), ("2", "two"), ("3", "more")])
def test_one_branch_of_a_condition_is_written(tmp_path: Path, given: str, said: str) -> None:
    macros = (
        "{% macro add(a) %}{# told by its number #}"
        "{% if a == 1 %}one{% elif a == 2 %}two{% else %}more{% endif %}{% endmacro %}"
    )
    ((shown, _, _),) = _read(tmp_path, f"{IMPORT}# Lamps\n\n{{{{ install({given}) }}}}\n", macros)
    assert shown == f"# Lamps\n\n{said}"


@pytest.mark.parametrize(
    "body",
    [
        '{% set a = [a, a].join("") %}' * 40 + "{{ a }}",
        "{% set a = [a, a] %}" * 40 + "{{ a }}",
        "{% set b = a %}" + "{% set a = [a, a] %}{% set b = [b, b] %}" * 40 + "{{ a == b }}",
    ],
)
def test_values_that_double_take_no_longer(tmp_path: Path, body: str) -> None:
    macros = f"{{% macro add(a) %}}{body}{{% endmacro %}}"
    text = f'{IMPORT}# Lamps\n\n{{{{ install("x") }}}}\n\nLit.\n'
    ((said, _, _),) = _read(tmp_path, text, macros)
    assert said in ("# Lamps\n\nLit.", "# Lamps\n\nfalse\n\nLit.")


@pytest.mark.parametrize("opened", ["{% from 'tabs.html' import", "{%", "{{"])
def test_spaces_in_what_is_not_closed_take_no_longer(tmp_path: Path, opened: str) -> None:
    spaces = opened + " " * 50_000 + "x"
    *_, (said, _, _) = _read(tmp_path, f"# Lamps\n\n{IMPORT}{spaces}\n\nLit.\n", spaces)
    assert said.endswith("Lit.")
