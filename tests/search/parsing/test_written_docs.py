"""Documentation in the source of Elixir and Julia is read as the pages that are made of it."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import files
from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.site import rules
from hyperrun.search.wanted import REFERENCE, Candidate, Wanted

ELIXIR = '''\
defmodule Lamps.Socket do
  @moduledoc ~S"""
  Carries light to the module that asks for it.

  ## Options

    * `:most_lamps` - how many lamps one socket lights. Defaults to `100`.

  ## Examples

      defmodule Mine do
        def light(lamp), do: lamp
      end

  All this while
  def is a word.
  """

  @doc """
  Turns a lamp off.
  """
  @doc since: "1.2.0"
  @spec off(t, atom) :: t
  def off(socket, lamp) do
    socket
  end

  @doc "Is the `lamp` on?"
  def on?(socket, lamp), do: true

  @doc false
  def secret(socket), do: socket

  defmodule Broken do
    @moduledoc """
    Raised when a lamp is broken.
    """
    defexception [:message]
  end
end
'''
TASK = '''\
defmodule Mix.Tasks.Lamps.Gen.AllLamps do
  @moduledoc """
  Makes lamps.
  """
end
'''
JULIA = '''\
const NAMES = """
    kept()

as a text"""

const COMMON =
    """
    Lamps that are off stay so.
    """

"""
    dim(lamp; by=10)

Dim a `lamp`; the function returns it.

$COMMON

$(SIGNATURES)

# Examples

```jldoctest
julia> dim(lamp)
function of a lamp
```
"""
function dim(lamp; by=10)
    return lamp
end

"A lamp."
struct Lamp end

"""
The lamp of last resort.
"""
const LAST = Lamp()
'''


def read(root: Path, name: str, text: str) -> list[Chunk]:
    (root / name).write_text(text)
    return files.read(root, PurePosixPath(name))


def prose(chunks: list[Chunk]) -> list[tuple[int, int, str]]:
    return [(each.start_line, each.end_line, each.title) for each in chunks if each.doc == ""
            and each.kind == "section"]  # fmt: skip


def test_elixirs_documentation_is_sections_by_its_headings(tmp_path: Path) -> None:
    found = read(tmp_path, "socket.ex", ELIXIR)
    assert prose(found) == [
        (2, 3, "Lamps.Socket"),
        (5, 8, "Lamps.Socket > Options"),
        (9, 16, "Lamps.Socket > Examples"),
        (19, 20, "Lamps.Socket.off"),
        (28, 28, "Lamps.Socket.on?"),
        (35, 36, "Lamps.Socket.Broken"),
    ]
    said = {each.title: each.content for each in found if each.kind == "section"}
    assert "Defaults to `100`." in said["Lamps.Socket > Options"]
    assert said["Lamps.Socket > Examples"].startswith("### Examples\n\n```elixir\ndefmodule Mine")


def test_a_modules_documentation_stands_on_its_page_of_the_site(tmp_path: Path) -> None:
    (tmp_path / "mix.exs").write_text('[docs: [extras: ["README.md"]]]\n')
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/lamps.ex").write_text(ELIXIR)
    (tmp_path / "lib/task.ex").write_text(TASK)
    known = rules.read(tmp_path)
    found = [
        each for name in ("lib/lamps.ex", "lib/task.ex")
        for each in files.read(tmp_path, PurePosixPath(name), known) if each.kind == "section"
    ]  # fmt: skip
    assert [each.address for each in found] == [
        "Lamps.Socket.html", "Lamps.Socket.html#module-options",
        "Lamps.Socket.html#module-examples", "Lamps.Socket.html", "Lamps.Socket.html",
        "Lamps.Socket.Broken.html", "Mix.Tasks.Lamps.Gen.AllLamps.html",
    ]  # fmt: skip


def test_words_and_examples_in_it_define_nothing(tmp_path: Path) -> None:
    titles = [each.title for each in read(tmp_path, "socket.ex", ELIXIR) if each.kind != "section"]
    assert titles == [
        "Lamps.Socket", "Lamps.Socket.off", "Lamps.Socket.on?", "Lamps.Socket.secret",
        "Lamps.Socket.Broken",
    ]  # fmt: skip


def test_a_task_of_mix_is_called_as_it_is_run(tmp_path: Path) -> None:
    assert prose(read(tmp_path, "task.ex", TASK)) == [(2, 3, "mix lamps.gen.all_lamps")]


def test_julias_docstrings_are_sections_of_what_they_describe(tmp_path: Path) -> None:
    found = read(tmp_path, "lamps.jl", JULIA)
    assert prose(found) == [(11, 25, "dim"), (34, 35, "LAST")]
    said = {each.title: each.content for each in found if each.kind == "section"}
    assert said["dim"] == (
        "# dim\n\n```julia\ndim(lamp; by=10)\n```\n\nDim a `lamp`; the function returns it.\n\n"
        "Lamps that are off stay so.\n\n"
        "**Examples**\n\n```julia\njulia> dim(lamp)\nfunction of a lamp\n```"
    )
    assert [each.title for each in found if each.kind == "function"] == ["dim", "Lamp"]


@pytest.mark.parametrize(
    ("info", "shown"),
    [
        ("jldoctest lamps; output = false", "```julia\nlit(lamp)\n```"),
        ("@example lamps", "```julia\nlit(lamp)\n```"),
        ("@docs", ""),
        ("@meta", ""),
        ("julia", "```julia\nlit(lamp)\n```"),
    ],
)
def test_documenters_blocks_are_what_its_page_shows(tmp_path: Path, info: str, shown: str) -> None:
    text = f"# Lamps\n\nWords.\n\n```{info}\nlit(lamp)\n```\n"
    (chunk,) = read(tmp_path, "lamps.md", text)
    assert (chunk.content or chunk.text) == f"# Lamps\n\nWords.\n\n{shown}".rstrip()


@pytest.mark.parametrize(
    ("file", "title", "is_described"),
    [
        ("lib/lamps.ex", "Lamps.Socket.on?", True),
        ("lib/lamps.ex", "Lamps.Socket", False),
        ("lib/lamps.ex", "Lamps.Socket > Options", False),
        ("lib/lamps.ex", "mix lamps.new", False),
        ("src/lamps.jl", "dim", True),
        ("docs/src/lamps.md", "Lamps > dim", False),
    ],
)
def test_what_is_said_of_a_function_stands_behind_a_guide(
    file: str, title: str, is_described: bool
) -> None:
    words = ("turn lamps", "", "", "turn lamp")
    told = Wanted.of("How do I turn lamps?").told(Candidate(1, file, title, "Words.", *words))
    assert told.place == (-REFERENCE if is_described else 0)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.jl", '"""\nDims a \\$lamp by ``\\\\alpha``.\n"""\nfunction dim(lamp)\nend\n'),
        ("a.jl", 'raw"""\nDims a $lamp by ``\\alpha``.\n"""\nfunction dim(lamp)\nend\n'),
        (
            "a.ex",
            'defmodule Lamps do\n  @doc """\n  Dims a \\$lamp by ``\\\\alpha``.\n  """\n'
            "  def dim(lamp), do: lamp\nend\n",
        ),
        (
            "a.ex",
            'defmodule Lamps do\n  @doc ~S"""\n  Dims a $lamp by ``\\alpha``.\n  """\n'
            "  def dim(lamp), do: lamp\nend\n",
        ),
    ],
)
def test_what_a_text_escapes_is_read_as_it_is(tmp_path: Path, name: str, source: str) -> None:
    said = next(each.content for each in read(tmp_path, name, source) if each.kind == "section")
    assert said.partition("\n\n")[2] == r"Dims a $lamp by `\alpha`."
