"""What a Jekyll page writes out of its site's data."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import files
from tests.search import repository

DATA = {
    "docs/_data/options/serve.yml": "- name: Port\n  flags: [-P, --port]\n  note: >-\n"
    "    The default\n    is 4000.\n- name: Host\n  flags: [-H]\n  since: 2.0\n",
    "docs/_data/people.yaml": "---\n- {name: Ada, town: London}\n- {name: Alan, town: Wilmslow}\n",
    "docs/_data/nested.json": '{"kinds": {"a": ["One", "Two"]}}',
}
TABLE = """<table>
  <thead><tr><th>Name</th><th>Flags</th></tr></thead>
  <tbody>
    {% for option in site.data.options.serve %}
      <tr>
        <td>{{ option.name }}{% if option.since %} ({{ option.since }}){% endif %}</td>
        <td>
          {%- for flag in option.flags -%}
          <code>{{ flag }}</code>
          {%- endfor -%}

          {{ option.note | default: "-" }}
        </td>
      </tr>
    {% endfor %}
  </tbody>
</table>
"""
WRITTEN = {
    "a table": (
        TABLE,
        "| Name | Flags |\n| --- | --- |\n| Port | `-P``--port`The default is 4000. |\n"
        "| Host (2.0) | `-H`- |",
    ),
    "a list of what a file of values holds": (
        "{% for who in site.data.people %}\n- {{ who.name }} of {{ who.town }}\n{% endfor %}",
        "- Ada of London\n\n- Alan of Wilmslow",
    ),
    "what stands deeper in a file": (
        "{% for each in site.data.nested.kinds.a %}\n- {{ each | append: '!' }}\n{% endfor %}",
        "- One!\n\n- Two!",
    ),
    "conditions": (
        "{% for who in site.data.people %}\n"
        "- {% if who.town == 'London' %}near{% elsif who.name contains 'Al' %}far"
        "{% else %}no{% endif %}\n"
        "{% endfor %}",
        "- near\n\n- far",
    ),
    "data that is not there": (
        "Words.\n\n{% for each in site.data.other %}\n- {{ each }}\n{% endfor %}",
        "Words.",
    ),
    "an example of a loop": (
        "```liquid\n{{ site.data.people }}\n```",
        "```liquid\n{{ site.data.people }}\n```",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "said"), WRITTEN.values(), ids=WRITTEN)
def test_a_loop_over_data_says_what_the_data_holds(tmp_path: Path, source: str, said: str) -> None:
    for name, text in DATA.items():
        repository.write(tmp_path, name, text)
    repository.write(tmp_path, "docs/_docs/a.md", source)
    [chunk] = files.read(tmp_path, PurePosixPath("docs/_docs/a.md"))
    assert (chunk.content or chunk.text) == said


def test_what_stands_below_a_loop_keeps_its_lines(tmp_path: Path) -> None:
    for name, text in DATA.items():
        repository.write(tmp_path, name, text)
    page = f"---\ntitle: Options\n---\n\n{TABLE}\n## Below it\n\nThere is more to say.\n"
    repository.write(tmp_path, "docs/_docs/a.md", page)
    above, below = files.read(tmp_path, PurePosixPath("docs/_docs/a.md"))
    lines = page.splitlines()
    assert (above.start_line, above.end_line) == (5, lines.index("</table>") + 1)
    assert lines[below.start_line - 1] == "## Below it"
    assert below.text == "## Below it\n\nThere is more to say."


def test_loops_in_loops_that_would_not_end_are_left_as_they_are(tmp_path: Path) -> None:
    repository.write(tmp_path, "docs/_data/n.yml", "".join(f"- {n}\n" for n in range(1_000)))
    page = PurePosixPath("docs/page.md")
    opening = "".join(f"{{% for {name} in site.data.n %}}" for name in "abcde")
    repository.write(
        tmp_path, str(page), f"# Lamps\n\n{opening}{'{% endfor %}' * 5}\n\nBelow the loop.\n"
    )
    assert "Below the loop." in files.read(tmp_path, page)[-1].text
