"""What nbdev's page shows of exported cells, and what it does not."""

import json
from typing import Any

from hyperrun.search.parsing import notebooks
from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.site.sluggers import Pandoc

DIM = """@call_parse
def dim(
    level:int=3, # How dark, 0 to 10
    room:str=None
) -> bool: # Whether it is dark
    "Dims a `room`"
    wires = [each for each in bridge() if each.room == room]
    return all(each.set(level) for each in wires)
"""
PATCH = """@patch
def pair(self:Lamp, *names): # Of bridges
    "Pair with bridges"
    return self.wires.add(names)
"""
CLASS = """class Lamp:
    "A lamp"
    def __init__(self, name:str): # What it is called
        self.wires = set()
"""


def chunks(*cells: str, directives: dict[str, str] | None = None) -> list[Chunk]:
    metadata = {"nbdev": directives} if directives else {}
    rows: list[dict[str, Any]] = [
        {"cell_type": "markdown" if each.startswith("# L") or each.startswith("##") else "code",
         "metadata": metadata, "outputs": [], "source": each.splitlines(keepends=True)}
        for each in ("# Lamps", *cells)
    ]  # fmt: skip
    notebook = json.dumps({"cells": rows, "metadata": {}, "nbformat": 4}, indent=1)
    return notebooks.chunks(notebook, "lamps", anchors=Pandoc())


def shown(*cells: str) -> str:
    return "\n\n".join(each.content or each.text for each in chunks(*cells))


def test_an_exported_function_is_shown_as_its_signature_docstring_and_parameters() -> None:
    said = shown(f"#| export\n{DIM}")
    assert "```python\ndim(level: int=3, room: str=None) -> bool\n```" in said
    assert "Dims a `room`" in said
    assert (
        "- `level` (int, default `3`): How dark, 0 to 10\n- `returns`: Whether it is dark" in said
    )
    assert "wires" not in said


def test_a_patched_method_has_its_class_and_a_class_the_parameters_it_is_made_with() -> None:
    said = shown(f"#| export\n{CLASS}\n{PATCH}")
    assert "class Lamp(name: str)" in said and "- `name` (str): What it is called" in said
    assert "Lamp.pair(*names)" in said and "- `names`: Of bridges" in said


def test_with_exports_the_source_is_shown_too_and_with_exporti_nothing() -> None:
    assert "wires = [" in shown(f"#| exports\n{DIM}")
    assert "dim" not in shown(f"#| exporti\n{DIM}")


def test_a_directive_may_stand_in_the_metadata_of_a_cell() -> None:
    assert chunks(DIM, directives={"export": "true"}) == chunks(DIM, directives={"export": "wires"})
    assert [each.title for each in chunks(DIM, directives={"export": "true"})] == [
        "Lamps",
        "Lamps > dim",
    ]
    assert "dim" not in shown_by({"hide": "true"}) + shown_by({"echo": "false"})
    assert "wires" in shown_by({"eval": "false"})


def shown_by(directives: dict[str, str]) -> str:
    return "".join(each.content or each.text for each in chunks(DIM, directives=directives))


def test_what_is_private_imported_or_no_Python_is_not_shown() -> None:
    said = shown("#| export\nimport bridge\n\ndef _wires(): return []", "#| export\n%load dim(")
    assert said == "# Lamps"


def test_code_that_is_not_exported_is_shown_as_it_is() -> None:
    assert "wires = 3" in shown("wires = 3")


def test_what_is_exported_begins_a_section_of_its_own_as_on_the_page() -> None:
    found = chunks(
        "## Rooms",
        f"#| export\n{CLASS}\n{PATCH}",
        "Lamp('one').pair()",
        "## fin -",
        "#| export\n" + DIM,
    )
    assert [(each.title, each.anchor) for each in found] == [
        ("Lamps", ""),
        ("Lamps > Rooms", "rooms"),
        ("Lamps > Rooms > Lamp", "lamp"),
        ("Lamps > Rooms > Lamp.pair", "lamp.pair"),
        ("Lamps > fin > dim", "dim"),
    ]
    assert found[3].content == (
        "### Lamp.pair\n\n```python\nLamp.pair(*names)\n```\n\nPair with bridges\n\n"
        "- `names`: Of bridges\n\n```python\nLamp('one').pair()\n```"
    )
    assert "wires.add" in found[3].text and "class Lamp" in found[2].text


def test_what_show_doc_shows_elsewhere_has_its_section_there_alone() -> None:
    found = chunks(
        f"#| export\n{DIM}\n{CLASS}",
        "## Dark",
        "show_doc(dim, title_level=4)",
        "show_doc(Lamp.__init__)",
    )
    assert [each.title for each in found] == [
        "Lamps", "Lamps > Lamp", "Lamps > Dark", "Lamps > Dark > dim",
        "Lamps > Dark > Lamp.__init__",
    ]  # fmt: skip
    assert found[3].content.startswith("#### dim\n\n```python\ndim(level: int=3")
    assert "- `name` (str): What it is called" in found[4].content


def test_what_is_said_in_one_line_stays_in_the_section_above_and_leads_to_its_signature() -> None:
    found = chunks("## Rooms", '#| export\ndef dim(level):\n    "Make it darker"')
    assert [each.title for each in found] == ["Lamps", "Lamps > Rooms"]
    assert found[1].content.endswith("Make it darker\n\n```python\ndim(level)\n```")


def test_a_heading_that_nbdev_hides_begins_a_section_at_the_address_of_the_one_above() -> None:
    found = chunks(
        "## Rooms", "room = Room()", "## Pairing -", "lamp.pair(bridge)",
        "## Export -", "#| hide\nnbdev.nbdev_export()",
    )  # fmt: skip
    assert [(each.title, each.anchor) for each in found] == [
        ("Lamps", ""),
        ("Lamps > Rooms", "rooms"),
        ("Lamps > Pairing", "rooms"),
    ]
    assert found[2].content == "```python\nlamp.pair(bridge)\n```"
