"""Objects of an API that a page describes out of their source."""

import re
from pathlib import Path, PurePosixPath

import pytest

from hyperrun.passage import Include
from hyperrun.search.index import Index
from hyperrun.search.parsing import documents, files
from hyperrun.search.site import heading_text, rules, sluggers
from tests.search import repository

LAMP = '''"""About lamps."""


class Lamp:
    """A lamp.

    :param level: Its brightness.
    """

    def __init__(self, level: int = 3) -> None: ...

    def dim(self, by: int) -> int:
        """Make it darker."""

    def _hidden(self) -> None:
        """Secret."""


def find(name: str) -> "Lamp":
    """Find one.

    Args:
        name (str): What it is called,
            or its number.

    Returns:
        The lamp.
    """
'''
AUTODOC = {
    "Sphinx' class with its members": (
        ".. module:: lamps\n\n.. autoclass:: Lamp\n   :members:", ".rst",
        "```python\nclass lamps.Lamp(level: int=3)\n```\n\nA lamp.\n\n"
        "**Parameters:** `level` – Its brightness.\n\n"
        "```python\ndim(by: int) -> int\n```\n\nMake it darker.",
        [Include("src/lamps/lamp.py", 4, 8), Include("src/lamps/lamp.py", 12, 13)],
    ),
    "mkdocstrings' function": (
        "::: lamps.find\n    options:\n      show_source: false", ".md",
        "```python\nlamps.find(name: str) -> 'Lamp'\n```\n\nFind one.\n\n**Args**\n\n"
        "- `name` (str): What it is called, or its number.\n\n**Returns**\n\nThe lamp.",
        [Include("src/lamps/lamp.py", 19, 28)],
    ),
    "mkautodoc's function": (
        "::: lamps.find\n    :docstring:", ".md",
        "```python\nlamps.find(name)\n```\n\nFind one.\n\n**Args**\n\n"
        "- `name` (str): What it is called, or its number.\n\n**Returns**\n\nThe lamp.",
        [Include("src/lamps/lamp.py", 19, 28)],
    ),
    "MyST's": (
        "```{autofunction} lamps.lamp.Lamp.dim\n```", ".md",
        "```python\nlamps.lamp.Lamp.dim(by: int) -> int\n```\n\nMake it darker.",
        [Include("src/lamps/lamp.py", 12, 13)],
    ),
    "what is not there": ("Words enough.\n\n.. autoclass:: other.Thing", ".rst", "Words enough.", []),
}  # fmt: skip


KINDS = '''from contextlib import asynccontextmanager
from enum import Enum
L = TypeVar("L", bound=str)


@asynccontextmanager
async def wait(lamp: L | None, other: int | None = None) -> Iterator[L]:
    """Wait for it.

    :param lamp: The lamp.
    :return: What it gives.
    """


class Kind(Enum):
    """A kind."""

    def all(self) -> int:
        """All of them."""

    @abstractmethod
    def Big(self) -> None:
        """Of a size."""


class Plain:
    """Plain."""


class Made:
    """Made.

    :param hue: Its hue.
    """

    def __new__(cls, hue: str) -> "Made": ...
'''
LAMPS = '''"""Lamps of all kinds."""

from typing import Optional

MOST = 3  #: at once


class Lamp:
    """A lamp.

    Args:
        level (int): How bright.
    """

    #: Its color.
    hue = "red"

    def __init__(self, level: Optional[int] = None) -> None:
        self.level = level  #: How bright it is.

    def dim(self, by: int) -> int:
        """Make it darker.

        :param by: How much.
        """

    @property
    def is_on(self) -> bool:
        """Does it shine?"""

    def _own(self): ...


class Dark(ValueError):
    """Nothing is seen."""
'''
DESCRIBED = {
    "types in the signature": (
        "", ".. autofunction:: lamps.Lamp.dim",
        "```python\nlamps.Lamp.dim(by: int) -> int\n```\n\nMake it darker.\n\n"
        "**Parameters:** `by` – How much.",
    ),
    "types among the fields": (
        "autodoc_typehints = 'description'", ".. autofunction:: lamps.Lamp.dim",
        "```python\nlamps.Lamp.dim(by)\n```\n\nMake it darker.\n\n"
        "**Parameters:** `by` (int) – How much.\n\n**Return type:** int",
    ),
    "types among the fields that are there": (
        "autodoc_typehints = 'description'\nautodoc_typehints_description_target = 'documented'",
        ".. autofunction:: lamps.Lamp.dim",
        "```python\nlamps.Lamp.dim(by)\n```\n\nMake it darker.\n\n**Parameters:** `by` (int) – How much.",
    ),
    "types by an extension": (
        "extensions = ['sphinx_autodoc_typehints']",
        ".. autofunction:: kinds.wait\n\n.. autoclass:: kinds.Kind\n   :show-inheritance:\n"
        "   :members:\n\n.. autoclass:: kinds.Plain\n\n.. autoclass:: kinds.Made",
        "```python\nkinds.wait(lamp, other=None)\n```\n\nWait for it.\n\n"
        "**Parameters:** `lamp` (Optional[TypeVar(L, bound=str)]) – The lamp.\n\n"
        "**Return type:** Iterator[TypeVar(L, bound=str)]\n\n**Returns:** What it gives.\n\n"
        "```python\nclass kinds.Kind(value)\n```\n\nBases: `Enum`\n\nA kind.\n\n"
        "```python\nabstractmethod Big()\n```\n\nOf a size.\n\n"
        "**Return type:** None\n\n"
        "```python\nall()\n```\n\nAll of them.\n\n**Return type:** int\n\n"
        "```python\nclass kinds.Plain\n```\n\nPlain.\n\n"
        "```python\nclass kinds.Made(hue: str)\n```\n\nMade.\n\n**Parameters:** `hue` – Its hue.",
    ),
    "Google's sections": (
        "extensions = ['sphinx.ext.napoleon']", ".. autoclass:: lamps.Lamp",
        "```python\nclass lamps.Lamp(level: int | None=None)\n```\n\nA lamp.\n\n"
        "**Parameters:** `level` (int) – How bright.",
    ),
    "Google's sections, where a function makes the settings": (
        "globals().update(build(extra_extensions=['sphinx.ext.napoleon']))",
        ".. autoclass:: lamps.Lamp",
        "```python\nclass lamps.Lamp(level: int | None=None)\n```\n\nA lamp.\n\n"
        "**Parameters:** `level` (int) – How bright.",
    ),
    "members by their names": (
        "extensions = ['sphinx.ext.napoleon']", ".. autoclass:: lamps.Lamp(…)\n   :members:",
        "```python\nclass lamps.Lamp(…)\n```\n\nA lamp.\n\n"
        "**Parameters:** `level` (int) – How bright.\n\n"
        "```python\ndim(by: int) -> int\n```\n\nMake it darker.\n\n"
        "**Parameters:** `by` – How much.\n\n"
        "```python\nhue = 'red'\n```\n\nIts color.\n\n"
        "```python\nproperty is_on: bool\n```\n\nDoes it shine?\n\n"
        "```python\nlevel\n```\n\nHow bright it is.",
    ),
    "what a class is made from": (
        "", ".. autoclass:: lamps.Dark\n   :show-inheritance:",
        "```python\nclass lamps.Dark\n```\n\nBases: `ValueError`\n\nNothing is seen.",
    ),
    "an exception, found through a star": (
        "", ".. autoexception:: lights.Dark",
        "```python\nexception lights.Dark\n```\n\nNothing is seen.",
    ),
    "what a module says is public": (
        "", ".. automodule:: few\n   :members:\n   :special-members:",
        "Few of them.\n\n```python\nfew.on()\n```\n\nLight.",
    ),
    "a variable": (
        "add_module_names = False", ".. autodata:: lamps.MOST",
        "```python\nMOST = 3\n```\n\nat once",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("config", "written", "said"), DESCRIBED.values(), ids=DESCRIBED)
def test_autodoc_describes_as_the_configuration_says(
    tmp_path: Path, config: str, written: str, said: str
) -> None:
    repository.write(tmp_path, "docs/conf.py", f"project = 'Lamps'\n{config}\n")
    repository.write(tmp_path, "lamps.py", LAMPS)
    repository.write(tmp_path, "lights.py", "from lamps import *\n")
    repository.write(tmp_path, "kinds.py", KINDS)
    few = '"""Few of them."""\n__all__ = ["on"]\ndef on():\n    """Light."""\n'
    repository.write(tmp_path, "few.py", few + 'def off():\n    """Dark."""\n')
    repository.write(tmp_path, "docs/api.rst", f"{written}\n")
    chunks = files.read(tmp_path, PurePosixPath("docs/api.rst"))
    assert "\n\n".join(chunk.content for chunk in chunks) == said


@pytest.mark.parametrize(("written", "suffix", "said", "stands"), AUTODOC.values(), ids=AUTODOC)
def test_autodoc_says_what_the_source_says(
    tmp_path: Path, written: str, suffix: str, said: str, stands: list[Include]
) -> None:
    repository.write(tmp_path, "src/lamps/__init__.py", "from .lamp import Lamp, find\n")
    repository.write(tmp_path, "src/lamps/lamp.py", LAMP)
    repository.write(tmp_path, f"docs/api{suffix}", f"{written}\n")
    chunks = files.read(tmp_path, PurePosixPath(f"docs/api{suffix}"))
    assert "\n\n".join(chunk.content or chunk.text for chunk in chunks) == said
    assert [each for chunk in chunks for each in chunk.includes] == stands


API = {
    "Sphinx": (
        ".rst",
        "API\n===\n\nWords of it.\n\n.. module:: lamps\n\n.. autoclass:: Lamp\n   :members:\n\n"
        ".. autofunction:: find\n\n.. function:: light(hue)\n\n   In a hue.\n\nMore words of it.\n",
    ),
    "MyST": (
        ".md",
        "# API\n\nWords of it.\n\n```{module} lamps\n```\n\n```{eval-rst}\n.. autoclass:: Lamp\n"
        "   :members:\n```\n\n```{eval-rst}\n.. autofunction:: find\n\n.. function:: light(hue)\n\n"
        "   In a hue.\n```\n\nMore words of it.\n",
    ),
}


@pytest.mark.parametrize(("suffix", "text"), API.values(), ids=API)
def test_each_object_of_an_API_is_a_section_of_its_own(
    tmp_path: Path, suffix: str, text: str
) -> None:
    repository.write(tmp_path, "src/lamps/__init__.py", "from .lamp import Lamp, find\n")
    repository.write(tmp_path, "src/lamps/lamp.py", LAMP)
    repository.write(tmp_path, f"docs/api{suffix}", text)
    own, *objects = files.read(tmp_path, PurePosixPath(f"docs/api{suffix}"))
    assert (own.title, own.content) == ("API", "# API\n\nWords of it.\n\nMore words of it.")
    names = ["lamps.Lamp", "lamps.Lamp.dim", "lamps.find", "lamps.light"]
    assert [each.title for each in objects] == [f"API > {name}" for name in names]
    assert [each.anchor for each in objects] == names
    lines = [[(it.start_line, it.end_line) for it in each.includes] for each in objects]
    assert lines == [[(4, 8)], [(12, 13)], [(19, 28)], []]
    assert [each.content.rpartition("\n")[2] for each in objects][1] == "Make it darker."


def test_what_autodoc_shows_is_found_in_the_part_of_the_repository(tmp_path: Path) -> None:
    repository.write(tmp_path, "python/src/lamps/__init__.py", LAMP)
    repository.write(tmp_path, "python/docs/api.rst", "API\n===\n\n.. autofunction:: lamps.find\n")
    (found,) = files.read(tmp_path, PurePosixPath("python/docs/api.rst"))
    assert found.title == "API > lamps.find"


SUMMARY = """\
API
===

All of it:

.. currentmodule:: lamps
.. autosummary::
   :toctree: made/
   :nosignatures:

   Lamp
   ~lamps.Lamp.dim
   find
   none

.. autosummary::

   Lamp
"""


def test_what_autosummary_makes_a_page_of_is_a_section_at_that_page(tmp_path: Path) -> None:
    repository.write(tmp_path, "python/src/lamps/__init__.py", LAMP)
    repository.write(tmp_path, "python/docs/conf.py", "project = 'x'\n")
    repository.write(tmp_path, "python/docs/index.rst", "x\n=\n")
    repository.write(tmp_path, "python/docs/api/list.rst", SUMMARY)
    repository.write(tmp_path, "python/docs/api/made/lamps.find.rst", "find\n====\n")
    file = PurePosixPath("python/docs/api/list.rst")
    own, *objects = files.read(tmp_path, file, rules.read(tmp_path))
    assert own.content == "# API\n\nAll of it:"
    assert [(each.title, each.address) for each in objects] == [
        ("API > lamps.Lamp", "api/made/lamps.Lamp.html#lamps.Lamp"),
        ("API > lamps.Lamp.dim", "api/made/lamps.Lamp.dim.html#lamps.Lamp.dim"),
    ]
    assert objects[1].content.rpartition("\n")[2] == "Make it darker."
    assert [each.file for each in objects[1].includes] == ["python/src/lamps/__init__.py"]
    assert [each.title for each in files.read(tmp_path, file)] == ["API"]


def test_autosummary_makes_pages_beside_its_own_where_it_names_no_folder(tmp_path: Path) -> None:
    repository.write(tmp_path, "src/lamps/__init__.py", LAMP)
    repository.write(tmp_path, "docs/conf.py", "project = 'x'\n")
    repository.write(tmp_path, "docs/index.rst", "x\n=\n")
    text = "API\n===\n\nAll.\n\n.. autosummary::\n   :toctree:\n\n   lamps.find\n"
    repository.write(tmp_path, "docs/api/list.rst", text)
    found = files.read(tmp_path, PurePosixPath("docs/api/list.rst"), rules.read(tmp_path))
    assert [each.address for each in found][1:] == ["api/lamps.find.html#lamps.find"]


DESCRIBED_IN_A_CLASS = """\
API
===

.. currentmodule:: lamps

.. class:: Lamp(level, \\
                hue=1)

   A lamp.

   .. attribute:: level

      How bright.

   .. method:: dim(by)
      :async:

      Darker.

   .. method:: Lamp.off()
      :noindex:

      Dark.

   Of glass.
"""


def test_what_is_described_in_a_class_is_a_section_of_its_own(tmp_path: Path) -> None:
    repository.write(tmp_path, "docs/api.rst", DESCRIBED_IN_A_CLASS)
    found = files.read(tmp_path, PurePosixPath("docs/api.rst"))
    assert [(each.title, each.anchor, each.start_line, each.end_line) for each in found] == [
        ("API > lamps.Lamp", "lamps.Lamp", 6, 9),
        ("API > lamps.Lamp.level", "lamps.Lamp.level", 11, 13),
        ("API > lamps.Lamp.dim", "lamps.Lamp.dim", 15, 18),
        ("API > lamps.Lamp.off", "", 20, 25),
    ]
    signature = "```python\nclass lamps.Lamp(level, hue=1)\n```"
    assert found[0].content == f"{signature}\n\nA lamp.\n\nOf glass."
    assert found[2].content == "```python\nasync dim(by)\n```\n\nDarker."


def test_an_object_of_which_only_its_section_tells_is_part_of_that(tmp_path: Path) -> None:
    text = "Timer\n=====\n\n.. class:: lamps.Timer\n\nIt tells how long a lamp shines.\n"
    repository.write(tmp_path, "docs/api.rst", text)
    (chunk,) = files.read(tmp_path, PurePosixPath("docs/api.rst"))
    assert chunk.content == (
        "# Timer\n\n```python\nclass lamps.Timer\n```\n\nIt tells how long a lamp shines."
    )


def test_an_object_that_has_no_heading_on_its_page_is_part_of_its_section(tmp_path: Path) -> None:
    repository.write(
        tmp_path, "src/lamps/__init__.py", 'KEYS = {}\n"""Turn it with `L`."""\n' + LAMP
    )
    options = "    options:\n      show_root_heading: false\n"
    text = f"# Lamps\n\n## Keys\n\nIt has keys:\n\n::: lamps.KEYS\n{options}\n## Class\n\n::: lamps.Lamp\n{options}"
    repository.write(tmp_path, "docs/api.md", text)
    chunks = files.read(tmp_path, PurePosixPath("docs/api.md"))
    said = {chunk.title: chunk.content for chunk in chunks}
    assert said["Lamps > Keys"] == "## Keys\n\nIt has keys:\n\nTurn it with `L`."
    assert said["Lamps > Class"].startswith("## Class\n\nA lamp.")
    assert "Make it darker." in said["Lamps > Class > lamps.Lamp.dim"]


def test_mkdocstrings_shows_variables_with_their_values(tmp_path: Path) -> None:
    settings = (
        '"""All settings of a lamp."""\n\n\nclass Settings:\n    """Of a lamp."""\n\n'
        '    level: int = 3\n    """How bright.\n\n    From 0 on.\n    """\n\n    hue = 1\n'
    )
    repository.write(tmp_path, "lamps/settings.py", settings)
    repository.write(tmp_path, "docs/api.md", "# API\n\n::: lamps.settings\n")
    own, of_class, level = files.read(tmp_path, PurePosixPath("docs/api.md"))
    assert own.content == "# API\n\nAll settings of a lamp."
    assert of_class.content == "```python\nclass lamps.settings.Settings\n```\n\nOf a lamp."
    assert level.title == "API > lamps.settings.Settings.level"
    assert level.content == "```python\nlevel: int = 3\n```\n\nHow bright.\n\nFrom 0 on."
    assert level.includes == (Include("lamps/settings.py", 7, 11),)


VALUES = """\
Settings
========

Of all lamps.

.. confval:: most_lamps
   :type: ``int``
   :default: ``3``

   How many there are.

.. envvar:: LAMP_COLOR

   Its color.

Options
-------

.. program:: lamp light

.. option:: -d, --dim=LEVEL

   How dark.

.. option:: room

   Which room.

One
---

.. confval:: lone

   Stands with its heading.
"""


def test_each_of_several_values_under_a_heading_is_a_section_under_its_own_id(
    tmp_path: Path,
) -> None:
    repository.write(tmp_path, "docs/page.rst", VALUES)
    repository.write(tmp_path, "docs/conf.py", "project = 'x'\n")
    repository.write(tmp_path, "docs/index.rst", "x\n=\n")
    found = files.read(tmp_path, PurePosixPath("docs/page.rst"), rules.read(tmp_path))
    assert [(each.title, each.address) for each in found] == [
        ("Settings", "page.html#settings"),
        ("Settings > most_lamps", "page.html#confval-most_lamps"),
        ("Settings > LAMP_COLOR", "page.html#envvar-LAMP_COLOR"),
        ("Settings > Options > -d, --dim=LEVEL", "page.html#cmdoption-lamp-light-d"),
        ("Settings > Options > room", "page.html#cmdoption-lamp-light-arg-room"),
        ("Settings > One", "page.html#one"),
    ]
    assert found[1].content == ("**Type:** `int`\n\n**Default:** `3`\n\nHow many there are.")
    assert (found[1].start_line, found[1].end_line) == (6, 10)


NAMED = """\
Settings
========

Of all lamps.

.. conf::
   :keys: most_lamps, lamps
   :default: <none>
   :version_added: 1.2

   How many there are.

.. conf::
   :keys: color

   Its color.

.. table::
   :keys: x
"""


def test_what_a_directive_of_the_project_s_own_names_in_an_option_is_a_section(
    tmp_path: Path,
) -> None:
    repository.write(tmp_path, "docs/page.rst", NAMED)
    repository.write(tmp_path, "docs/conf.py", "project = 'x'\n")
    repository.write(tmp_path, "docs/index.rst", "x\n=\n")
    found = files.read(tmp_path, PurePosixPath("docs/page.rst"), rules.read(tmp_path))
    assert [(each.title, each.content) for each in found[1:]] == [
        ("Settings > most_lamps, lamps", "**Default:** `<none>`\n\nHow many there are."),
        ("Settings > color", "Its color."),
    ]
    assert {each.address for each in found} == {"page.html#settings"}  # its own nobody knows


OWN = """\
Events
======

.. event:: lamp-lit (app, lamp)

   Sent when :lookup:`dark` is over.

.. event:: lamp-out

   Sent with :event:`lamp-lit`.

.. lookup:: dark

Of the night
------------

See :sig:`dark`.
"""
DECLARED = """\
def setup(app):
    app.add_object_type("event", "event", "pair: %s; event", parse_node=parse)
    app.add_crossref_type(directivename="lookup", rolename="lookup")
"""


def test_what_an_extension_of_the_documentations_own_declares_is_described(tmp_path: Path) -> None:
    repository.write(tmp_path, "docs/page.rst", OWN)
    repository.write(tmp_path, "docs/conf.py", "project = 'x'\nextensions = ['lampdocs']\n")
    repository.write(tmp_path, "docs/_ext/lampdocs.py", DECLARED)
    repository.write(tmp_path, "docs/index.rst", "x\n=\n")
    found = files.read(tmp_path, PurePosixPath("docs/page.rst"), rules.read(tmp_path))
    assert [(each.title, each.address, each.content) for each in found] == [
        ("Events > lamp-lit (app, lamp)", "page.html#event-lamp-lit", "Sent when `dark` is over."),
        ("Events > lamp-out", "page.html#event-lamp-out", "Sent with `lamp-lit`."),
        ("Events > Of the night", "page.html#of-the-night", "## Of the night\n\nSee dark."),
    ]


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


REEXPORTED = {
    "quartodoc": (
        "_quarto.yml",
        "project:\n  type: website\nquartodoc:\n  package: lamps\n  sections:\n"
        "    - contents: [{name: lamp, members: []}]\n",
    ),
    "Sphinx": ("api.rst", "API\n===\n\n.. autofunction:: lamps.lamp\n"),
    "Sphinx, a method": ("api.rst", "API\n===\n\n.. automethod:: lamps.bulb.glow\n"),
    "mkdocstrings, from further down": ("api.md", "# API\n\n::: lit.lamp\n"),
}


@pytest.mark.parametrize(("name", "text"), REEXPORTED.values(), ids=REEXPORTED)
def test_an_object_that_a_package_has_by_its_modules_name_is_described(
    tmp_path: Path, name: str, text: str
) -> None:
    for file, source in {
        "lit/__init__.py": "from lamps import lamp\n",
        "lamps/__init__.py": "from .lamp import lamp\nfrom .bulb import bulb\n",
        "lamps/lamp.py": '"""The module."""\n\ndef lamp():\n    """Lights up."""\n',
        "lamps/bulb.py": 'class bulb:\n    def glow(self):\n        """Lights up."""\n',
    }.items():
        repository.write(tmp_path, file, source)
    repository.write(tmp_path, name, text)
    found = files.read(tmp_path, PurePosixPath(name), rules.read(tmp_path))
    assert "Lights up." in found[-1].content
    assert "The module." not in found[-1].content


def test_what_a_program_fills_in_is_left_out_of_a_docstring(tmp_path: Path) -> None:
    doc = (
        "Lamp.\n\n{usage}\n\nParameters\n----------\n%(common)s\n\nSee Also\n--------\n"
        "lamps.dim : Makes it\n    darker.\nlamps.off, lamps.on\n"
    )
    repository.write(tmp_path, "lamps.py", f'def lamp():\n    """{doc}"""\n')
    said = {
        "api.rst": "Lamp.\n\n> **See also**\n>\n> - lamps.dim : Makes it darker.\n"
        "> - lamps.off, lamps.on",
        "api.md": "Lamp.\n\n**See Also**\n\n- lamps.dim : Makes it darker.\n- lamps.off, lamps.on",
    }
    repository.write(tmp_path, "conf.py", "extensions = ['sphinx.ext.napoleon']\n")
    repository.write(tmp_path, "api.rst", ".. autofunction:: lamps.lamp\n")
    repository.write(tmp_path, "api.md", "::: lamps.lamp\n")
    for name, words in said.items():
        (found,) = files.read(tmp_path, PurePosixPath(name), rules.read(tmp_path))
        assert found.content.partition("```\n\n")[2] == words


def test_a_colon_alone_stands_for_a_type_that_is_annotated(tmp_path: Path) -> None:
    doc = "Parameters\n----------\nby :\n    How much.\nto : int\n    How far."
    doc += "\n\nReturns\n-------\n:\n    How dark."
    sections = (
        "quartodoc:\n  package: lamps\n  sections:\n    - title: All\n      contents: [dim]\n"
    )
    repository.write(tmp_path, "_quarto.yml", f"project:\n  type: website\n{sections}")
    repository.write(tmp_path, "lamps.py", f'def dim(by, to):\n    """{doc}"""\n')
    (found,) = files.read(tmp_path, PurePosixPath("_quarto.yml"), rules.read(tmp_path))
    assert found.content == (
        "```python\nlamps.dim(by, to)\n```\n\n**Parameters**\n\n- `by`\n\n  How much.\n\n"
        "- `to` : int\n\n  How far.\n\n**Returns**\n\nHow dark."
    )


def test_code_in_what_is_said_of_a_parameter_keeps_its_indentation(tmp_path: Path) -> None:
    code = "```python\n    def dim(by):\n        return by\n    ```"
    said = "  As:\n\n  ```python\n  def dim(by):\n      return by\n  ```"
    for style, doc in {
        "numpy": f"Lamp.\n\nParameters\n----------\nhow: int\n    As:\n\n    {code}\nto : int\n    Far.",
        "google": f"Lamp.\n\nArgs:\n    how (int): As:\n\n    {code}\n".replace(
            "\n    ", "\n        "
        ),
    }.items():
        doc = doc.replace("Args:\n        how", "Args:\n    how")
        repository.write(tmp_path, f"{style}.py", f'def lamp(how, to):\n    """{doc}"""\n')
        repository.write(tmp_path, f"{style}.md", f"::: {style}.lamp\n")
        (found,) = files.read(tmp_path, PurePosixPath(f"{style}.md"), rules.read(tmp_path))
        assert said[8:] in found.content
        assert re.search(r"- `how` :? ?\(?int", found.content)


def test_an_object_of_a_module_too_large_to_be_read_as_code_is_described(tmp_path: Path) -> None:
    others = '"""' + "All lamps, one by one.\n" * 40_000 + '"""\n'
    repository.write(tmp_path, "lamps.py", f'{others}def dim():\n    """Make it darker."""\n')
    repository.write(tmp_path, "api.md", "::: lamps.dim\n")
    (found,) = files.read(tmp_path, PurePosixPath("api.md"), rules.read(tmp_path))
    assert found.content.endswith("Make it darker.")


def test_a_dataclass_is_made_from_its_fields_that_are_arguments(tmp_path: Path) -> None:
    fields = (
        "hue: str\n    by: int = field(default=1)\n    of: ClassVar[int] = 2\n    _: KW_ONLY\n"
        "    rooms: dict = field(default_factory=dict)\n    at: list = field(default_factory=lambda: [1])\n"
        "    lit: bool = field(init=False)"
    )
    repository.write(
        tmp_path, "lamps.py", f'@dataclass\nclass Lamp:\n    """One."""\n    {fields}\n'
    )
    repository.write(tmp_path, "api.md", "::: lamps.Lamp\n")
    found = files.read(tmp_path, PurePosixPath("api.md"), rules.read(tmp_path))[0]
    called = "class lamps.Lamp(hue: str, by: int = 1, *, rooms: dict = dict(), at: list = ...)"
    assert called in found.content


def test_a_section_of_a_docstrings_own_is_text(tmp_path: Path) -> None:
    doc = "Lamp.\n\nFields in a Message\n-------------------\nThese are filled in:\n\n- `hue`: The hue."
    repository.write(tmp_path, "lamps.py", f'def lamp():\n    """{doc}"""\n')
    repository.write(tmp_path, "api.md", "::: lamps.lamp\n")
    (found,) = files.read(tmp_path, PurePosixPath("api.md"), rules.read(tmp_path))
    assert found.content.endswith(
        "\n\n**Fields in a Message**\n\nThese are filled in:\n\n- `hue`: The hue."
    )


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


def test_each_thing_that_a_glossary_defines_is_a_section_of_its_own() -> None:
    page = (
        "Words\n=====\n\nWhat we say.\n\n.. glossary::\n   :sorted:\n\n   Lamp bridge\n      It *joins* lamps.\n"
        "\n      Both ways.\n\n   Größe : in metres\n      How large.\n\nThat is all.\n"
    )
    found = documents.restructured(page, "w", anchors=sluggers.Docutils(heading_text.restructured))
    assert [(each.title, each.anchor, each.content or each.text) for each in found] == [
        ("Words", "words", "# Words\n\nWhat we say.\n\nThat is all."),
        ("Words > Lamp bridge", "term-Lamp-bridge", "It *joins* lamps.\n\nBoth ways."),
        ("Words > Größe", "words", "- **Größe** : *in metres*\\\n  How large."),
    ]


def test_an_object_is_found_among_modules_that_export_all_of_theirs(tmp_path: Path) -> None:
    names = [f"_part{n}" for n in range(12)]
    files_of = {f"lamps/{name}.py": "from ._part0 import Missing\n" for name in names}
    files_of["lamps/__init__.py"] = "".join(f"from .{name} import *\n" for name in names)
    files_of["lamps/_part11.py"] = 'class Lamp:\n    """It lights a room."""\n'
    files_of["docs/api.md"] = "# API\n\n::: lamps.Lamp\n\n::: lamps.Gone\n"
    for name, text in files_of.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    with index.connect() as connection:
        told = connection.execute("SELECT content FROM passages WHERE file = 'docs/api.md'")
        assert any("It lights a room." in content for (content,) in told)
    index.close()
