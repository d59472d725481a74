"""References whose pages quartodoc and great-docs make of their settings."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.passage import Include
from hyperrun.search.parsing import files
from hyperrun.search.site import rules
from tests.search import repository
from tests.search.parsing.lamps import LAMP

QUARTODOC = """\
project:
  type: website
website:
  site-url: https://lamps.dev
quartodoc:
  package: lamps
  sections:
    - title: Lamps of *all* kinds
      contents:
        - Lamp
        - name: find
          package: lamps.lamp
        - kind: page
          path: light
          summary:
            name: All about light
          contents:
            - name: Bulb
              members: []
            - Bulb.glow
            - nowhere
"""
BULB = '''from .dims import dim as _dim


class Bulb:
    """A bulb.

    Examples
    --------
    >>> Bulb().glow()  # doctest: +SKIP
    3

    It glows.
    """

    glow = _dim

    def other(self):
        """Not named."""
'''
DIM = '''def dim(self, /, by=1):
    """Make it darker."""
'''


def test_quartodoc_pages_tell_of_each_object_that_the_settings_name(tmp_path: Path) -> None:
    for name, text in {
        "docs/_quarto.yml": QUARTODOC,
        "docs/index.qmd": "# Lamps\n\nAll of them.\n",
        "lamps/__init__.py": "from .lamp import Lamp\nfrom .bulb import Bulb\n",
        "lamps/lamp.py": LAMP,
        "lamps/bulb.py": BULB,
        "lamps/dims.py": DIM,
    }.items():
        repository.write(tmp_path, name, text)
    found = files.read(tmp_path, PurePosixPath("docs/_quarto.yml"), rules.read(tmp_path))
    assert [(each.title, each.address, each.start_line) for each in found] == [
        ("Lamps of all kinds > lamps.Lamp", "reference/Lamp.html#lamps.Lamp", 10),
        ("Lamps of all kinds > lamps.Lamp.dim", "reference/Lamp.html#lamps.Lamp.dim", 10),
        ("Lamps of all kinds > lamps.lamp.find", "reference/find.html#lamps.lamp.find", 11),
        ("All about light > lamps.Bulb", "reference/light.html#lamps.Bulb", 18),
        ("All about light > lamps.Bulb.glow", "reference/light.html#lamps.Bulb.glow", 20),
    ]
    assert found[3].content == (
        "```python\nclass lamps.Bulb\n```\n\nA bulb.\n\n**Examples**\n\n"
        "```pycon\n>>> Bulb().glow()\n3\n```\n\nIt glows."
    )
    assert found[4].content == "```python\nlamps.Bulb.glow(by=1)\n```\n\nMake it darker."
    assert found[4].includes == (Include("lamps/dims.py", 1, 2),)


@pytest.mark.parametrize(
    "text",
    [
        "project:\n  type: website\n",
        "quartodoc:\n",
        "quartodoc: [1]\n",
        "quartodoc:\n  sections: {a: 1}\n",
        "quartodoc:\n  package: 3\n  sections:\n    - contents: [1, {name: 2}, {contents: 3}, null]\n",
        "quartodoc:\n  package: ../../etc\n  sections:\n    - contents: [passwd, '..', 'a:b']\n",
        "quartodoc: {\n",
    ],
)
def test_settings_that_name_no_object_say_nothing(tmp_path: Path, text: str) -> None:
    repository.write(tmp_path, "_quarto.yml", text)
    assert files.read(tmp_path, PurePosixPath("_quarto.yml"), rules.read(tmp_path)) == []


def test_great_docs_pages_tell_of_the_objects_that_its_settings_name(tmp_path: Path) -> None:
    settings = "site_url: https://x.org\nreference:\n  sections:\n    - contents: [Lamp.dim]\n"
    repository.write(tmp_path, "great-docs.yml", settings)
    repository.write(tmp_path, "pyproject.toml", '[project]\nname = "la-mps"\n')
    repository.write(tmp_path, "la_mps/__init__.py", LAMP)
    (found,) = files.read(tmp_path, PurePosixPath("great-docs.yml"), rules.read(tmp_path))
    assert found.address == "reference/Lamp.dim.html#la_mps.Lamp.dim"
    assert found.content.endswith("Make it darker.")
