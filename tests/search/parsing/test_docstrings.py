"""What a docstring says of its parameters, and in sections of its own."""

import re
from pathlib import Path, PurePosixPath

from hyperrun.search.parsing import files
from hyperrun.search.site import rules
from tests.search import repository


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


def test_a_section_of_a_docstrings_own_is_text(tmp_path: Path) -> None:
    doc = "Lamp.\n\nFields in a Message\n-------------------\nThese are filled in:\n\n- `hue`: The hue."
    repository.write(tmp_path, "lamps.py", f'def lamp():\n    """{doc}"""\n')
    repository.write(tmp_path, "api.md", "::: lamps.lamp\n")
    (found,) = files.read(tmp_path, PurePosixPath("api.md"), rules.read(tmp_path))
    assert found.content.endswith(
        "\n\n**Fields in a Message**\n\nThese are filled in:\n\n- `hue`: The hue."
    )
