"""What nbdev's page shows of exported cells, and what it does not."""

import json

from hyperrun.search.parsing import notebooks

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


def shown(*cells: str) -> str:
    rows = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": each} for each in cells]
    heading = {"cell_type": "markdown", "metadata": {}, "source": "# Lamps"}
    notebook = json.dumps({"cells": [heading, *rows], "metadata": {}, "nbformat": 4}, indent=1)
    (chunk,) = notebooks.chunks(notebook, "lamps")
    return chunk.content or chunk.text


def test_an_exported_function_is_shown_as_its_signature_docstring_and_parameters() -> None:
    said = shown(f"#| export\n{DIM}")
    assert "```python\ndim(level: int=3, room: str=None) -> bool\n```" in said
    assert "Dims a `room`" in said
    assert "- `level`: How dark, 0 to 10\n- `returns`: Whether it is dark" in said
    assert "wires" not in said


def test_a_patched_method_has_its_class_and_a_class_the_parameters_it_is_made_with() -> None:
    said = shown(f"#| export\n{CLASS}\n{PATCH}")
    assert "class Lamp(name: str)" in said and "- `name`: What it is called" in said
    assert "Lamp.pair(*names)" in said and "- `names`: Of bridges" in said


def test_with_exports_the_source_is_shown_too_and_with_exporti_nothing() -> None:
    assert "wires = [" in shown(f"#| exports\n{DIM}")
    assert "dim" not in shown(f"#| exporti\n{DIM}")


def test_what_is_private_imported_or_no_Python_is_not_shown() -> None:
    said = shown("#| export\nimport bridge\n\ndef _wires(): return []", "#| export\n%load dim(")
    assert said == "# Lamps"


def test_code_that_is_not_exported_is_shown_as_it_is() -> None:
    assert "wires = 3" in shown("wires = 3")
