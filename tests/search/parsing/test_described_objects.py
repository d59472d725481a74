"""Objects of an API that a page describes out of their source."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.passage import Include
from hyperrun.search.index import Index
from hyperrun.search.parsing import files
from hyperrun.search.site import rules
from tests.search import repository
from tests.search.parsing.lamps import LAMP

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
    repository.write(tmp_path, "conf.py", "extensions = ['sphinx.ext.autodoc']")
    for page, asked in (("api.md", "::: lamps.Lamp\n"), ("api.rst", ".. autoclass:: lamps.Lamp\n")):
        repository.write(tmp_path, page, asked)
        found = files.read(tmp_path, PurePosixPath(page), rules.read(tmp_path))[0]
        called = "class lamps.Lamp(hue: str, by: int = 1, *, rooms: dict = dict(), at: list = ...)"
        assert called in found.content


def test_an_object_is_found_among_modules_that_export_all_of_theirs(tmp_path: Path) -> None:
    modules = [f"_part{n}" for n in range(12)]
    for module in modules:
        repository.write(tmp_path, f"lamps/{module}.py", "from ._part0 import Missing\n")
    exported = "".join(f"from .{module} import *\n" for module in modules)
    repository.write(tmp_path, "lamps/__init__.py", exported)
    repository.write(tmp_path, "lamps/_part11.py", 'class Lamp:\n    """It lights a room."""\n')
    repository.write(tmp_path, "docs/api.md", "# API\n\n::: lamps.Lamp\n\n::: lamps.Gone\n")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)  # which ends what takes too long
    with index.connect() as connection:
        told = connection.execute("SELECT content FROM passages WHERE file = 'docs/api.md'")
        assert any("It lights a room." in content for (content,) in told)
    index.close()
