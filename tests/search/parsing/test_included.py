"""What a page brings in of other files, and where that stands."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.passage import Include
from hyperrun.search.parsing import documents, files
from hyperrun.search.parsing.includes import Place
from hyperrun.search.site import rules
from tests.search import repository
from tests.search.parsing.said import content

FILES = {
    "src/lamp.py": "import os\n\n# --8<-- [start:dim]\ndef dim(level):\n    return level\n# --8<-- [end:dim]\n\n\n"
    "class Lamp:\n    def on(self):\n        return True\n",
    "src/main.rs": "// ANCHOR: all\nfn main() {\n    run();\n}\n// ANCHOR_END: all\n",
    "src/a.ts": "let a = 1\n// #region part\nlet b = 2\n// #endregion part\n",
    "docs/_part.mdx": "A **partial** file.\n",
    "docs/part.rst": "A ``partial`` file.\n",
    "docs/_parts.md": "One.\nTwo.\n\nThree.\n<!-- #region pair -->\nHold the button.\n<!-- #endregion pair -->\n\n"
    "### Dim it\n\nTurn it slowly.\n\n### Turn it off\n\nPress it.\n",
}
DIM = "```python\ndef dim(level):\n    return level\n```"
INCLUDES = {
    "a snippet's section": ('--8<-- "src/lamp.py:dim"', ".md", DIM, ("src/lamp.py", 4, 5)),
    "a snippet's lines": ('--8<-- "src/lamp.py:4:5"', ".md", DIM, ("src/lamp.py", 4, 5)),
    "a snippet in a fence": ('```python\n--8<-- "src/lamp.py:dim"\n```', ".md", DIM, ("src/lamp.py", 4, 5)),
    "FastAPI's": ("{* ../src/lamp.py ln[4:5] hl[1] *}", ".md", DIM, ("src/lamp.py", 4, 5)),
    "mdBook's": (
        "```rust\n{{#include ../src/main.rs:all}}\n```", ".md",
        "```rust\nfn main() {\n    run();\n}\n```", ("src/main.rs", 2, 4),
    ),
    "VitePress'": ("<<< @/src/a.ts#part{1} [a]", ".md", "**a**\n\n```ts\nlet b = 2\n```", ("src/a.ts", 3, 3)),
    "VuePress'": (
        "@[code](@src/lamp.py)", ".md",
        "```python\nimport os\n\ndef dim(level):\n    return level\n\n\nclass Lamp:\n    def on(self):\n"
        "        return True\n```", ("src/lamp.py", 1, 11),
    ),
    "VuePress' lines": ("@[code{4-5} py](../src/lamp.py)", ".md", DIM.replace("python", "py"), ("src/lamp.py", 4, 5)),
    "a page of VitePress'": (
        "<!--@include: ./_part.mdx-->", ".md", "A **partial** file.", ("docs/_part.mdx", 1, 1)
    ),
    "its lines": ("<!-- @include: @/docs/_parts.md{3,4} -->", ".md", "Three.", ("docs/_parts.md", 3, 4)),
    "its first lines": ("<!--@include: ./_parts.md{,1}-->", ".md", "One.", ("docs/_parts.md", 1, 1)),
    "its region": ("<!--@include: ./_parts.md#pair-->", ".md", "Hold the button.", ("docs/_parts.md", 6, 6)),
    "lines of a section of it": (
        "<!--@include: ./_parts.md#dim-it{3,}-->", ".md", "Turn it slowly.", ("docs/_parts.md", 11, 12)
    ),
    "Docusaurus' code": (
        "import Lamp from '!!raw-loader!../src/a.ts';\n\n<CodeBlock language=\"ts\">{Lamp}</CodeBlock>", ".mdx",
        "```ts\nlet a = 1\nlet b = 2\n```", ("src/a.ts", 1, 4),
    ),
    "Docusaurus' partial": (
        "import Part from './_part.mdx';\n\n<Part />", ".mdx", "A **partial** file.", ("docs/_part.mdx", 1, 1)
    ),
    "Quarto's": ("{{< include _part.mdx >}}", ".qmd", "A **partial** file.", ("docs/_part.mdx", 1, 1)),
    "Quarto's in code": (
        "```python\n{{< include ../src/lamp.py >}}\n```", ".qmd",
        "```python\nimport os\n\ndef dim(level):\n    return level\n"
        "\n\nclass Lamp:\n    def on(self):\n        return True\n```",
        ("src/lamp.py", 1, 11),
    ),
    "Jekyll's": ("{% include _part.mdx %}", ".md", "A **partial** file.", ("docs/_part.mdx", 1, 1)),
    "Sphinx' lines": (
        ".. literalinclude:: ../src/lamp.py\n   :lines: 4-5", ".rst", DIM.replace("python", "python"),
        ("src/lamp.py", 4, 5),
    ),
    "Sphinx' object": (
        ".. literalinclude:: ../src/lamp.py\n   :pyobject: Lamp.on\n   :language: py", ".rst",
        "```py\ndef on(self):\n    return True\n```", ("src/lamp.py", 10, 11),
    ),
    "Sphinx' marks": (
        ".. literalinclude:: /src/lamp.py\n   :start-after: [start:dim]\n   :end-before: [end:dim]", ".rst",
        DIM, ("src/lamp.py", 4, 5),
    ),
    "docutils'": (".. include:: part.rst", ".rst", "A `partial` file.", ("docs/part.rst", 1, 1)),
    "MyST's": ("```{literalinclude} ../src/lamp.py\n:lines: 4-5\n```", ".md", DIM, ("src/lamp.py", 4, 5)),
}  # fmt: skip


@pytest.mark.parametrize(("written", "suffix", "said", "stands"), INCLUDES.values(), ids=INCLUDES)
def test_what_a_page_includes_stands_in_it_and_where_it_stands_is_kept(
    tmp_path: Path, written: str, suffix: str, said: str, stands: tuple[str, int, int]
) -> None:
    for name, text in FILES.items():
        repository.write(tmp_path, name, text)
    text = f"Some words of the page itself.\n\n{written}\n"
    repository.write(tmp_path, f"docs/page{suffix}", text)
    (chunk,) = files.read(tmp_path, PurePosixPath(f"docs/page{suffix}"))
    assert chunk.content == f"Some words of the page itself.\n\n{said}"
    assert chunk.includes == (Include(*stands),)
    assert chunk.text == text.strip()


@pytest.mark.parametrize(
    "name",
    ["../../secret.txt", "/etc/hostname", "link.txt", "folder/secret.txt", "../../root/../secret.txt",
     ".env", "https://x.example/a.txt", "a\0b", "id_rsa", "missing.txt", "", "\\\\x\\y"],
)  # fmt: skip
@pytest.mark.parametrize(
    "form", ['--8<-- "{}"', "{{{{#include {}}}}}", "<<< {}", "{{{{< include {} >}}}}"]
)
def test_nothing_outside_of_the_repository_is_included(
    tmp_path: Path, name: str, form: str
) -> None:
    repository.write(tmp_path, "secret.txt", "pangolin")
    root = tmp_path / "root"
    for own in (".env", "id_rsa", "docs/.env"):
        repository.write(root, own, "pangolin")
    (root / "docs").mkdir(exist_ok=True)
    (root / "docs/link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "docs/folder").symlink_to(tmp_path, target_is_directory=True)
    place = Place(root.resolve(), PurePosixPath("docs/a.md"), documents.blocks)
    assert "pangolin" not in content(f"Words.\n\n{form.format(name)}\n", place=place)


def test_a_page_that_includes_itself_ends(tmp_path: Path) -> None:
    repository.write(tmp_path, "a.md", 'Words of it.\n\n--8<-- "a.md"\n\n--8<-- "a.md"\n')
    (chunk,) = files.read(tmp_path, PurePosixPath("a.md"))
    assert 2 < chunk.content.count("Words of it.") < 50


def test_a_shortcode_shows_the_file_that_it_names(tmp_path: Path) -> None:
    repository.write(tmp_path, "examples/dim.py", "dim(lamp)\n")
    repository.write(tmp_path, "examples/dim.mp4", "moving pictures\n")
    page = (
        "# Lamps\n\nThis dims one of them:\n\n"
        '{{< example src="examples/dim.py" lang="py" >}}\n\n{{< video src="examples/dim.mp4" >}}\n'
        '{{< figure src="../dim.py" >}}\n'
    )
    repository.write(tmp_path, "docs/content/page.md", page)
    (chunk,) = files.read(tmp_path, PurePosixPath("docs/content/page.md"))
    assert chunk.content.endswith("of them:\n\n```py\ndim(lamp)\n```")


def test_snippets_are_named_from_the_folders_of_the_sites_settings(tmp_path: Path) -> None:
    settings = "markdown_extensions:\n- pymdownx.snippets:\n    base_path: [., samples/shown]\n"
    repository.write(tmp_path, "mkdocs.yml", f"site_name: Lamps\n{settings}")
    repository.write(tmp_path, "samples/shown/python/dim.py", "dim(lamp)\n")
    repository.write(
        tmp_path, "docs/page.md", '# Lamps\n\n```python\n--8<-- "python/dim.py"\n```\n'
    )
    (chunk,) = files.read(tmp_path, PurePosixPath("docs/page.md"), rules.read(tmp_path))
    assert chunk.content == "# Lamps\n\n```python\ndim(lamp)\n```"


def test_a_macro_of_the_project_shows_the_part_of_a_file_that_it_names(tmp_path: Path) -> None:
    code = "import lamps\n# --8<-- [start:dim]\ndim(lamp)\n# --8<-- [end:dim]\nlamps.off()\n"
    repository.write(tmp_path, "docs/source/src/python/guide/io/lamp.py", code)
    page = (
        "# Lamps\n\nThis dims one:\n\n{{code_block('guide/io/lamp','dim',['dim', 'lamp'])}}\n\n"
        "{{code_block('guide/io/lamp',\n'dim',\n['dim'])}}\n\n"
        "{{ code_block('guide/io/none', 'dim') }}\n\n{{ link('guide/io/lamp', 'none') }}\n"
    )
    repository.write(tmp_path, "docs/source/guide/io/lamp.md", page)
    (chunk,) = files.read(tmp_path, PurePosixPath("docs/source/guide/io/lamp.md"))
    code = "```python\ndim(lamp)\n```"
    assert chunk.content.endswith(f"This dims one:\n\n{code}\n\n{code}")
    (shown,) = chunk.includes
    assert (shown.start_line, shown.end_line) == (3, 3)


DATA = '{"engines": {"node": "^18.1 || >=20"}, "peers": {"@x/y": "1.x"}, "version": "2.0"}'
IMPORTED = {
    "MDX": (
        ".mdx", "import data from '../data.json';\n\n",
        "Node {data.engines.node}, `{data.version}`, {data.peers['@x/y']}, {data.none} or { data.version }.",
        "Node ^18.1 || >=20, `{data.version}`, 1.x,  or 2.0.",
    ),
    "MDX's code": (
        ".mdx", "import data from '../data.json';\n\n",
        "```js\nf({data.version})\n```", "```js\nf({data.version})\n```",
    ),
    "VitePress": (
        ".md", "<script setup>\nimport data from '../data.json'\nconst y = data.peers?.['@x/y']\n</script>\n\n",
        "Y {{ y }} of {{data.version}}.\n\n```sh-vue\nadd y@{{y}}\n```\n\n```sh\nadd {{y}}\n```",
        "Y 1.x of 2.0.\n\n```sh\nadd y@1.x\n```\n\n```sh\nadd {{y}}\n```",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("suffix", "above", "written", "said"), IMPORTED.values(), ids=IMPORTED)
def test_values_of_a_file_that_a_page_imports_stand_in_it(
    tmp_path: Path, suffix: str, above: str, written: str, said: str
) -> None:
    repository.write(tmp_path, "data.json", DATA)
    repository.write(tmp_path, f"docs/page{suffix}", f"{above}{written}\n")
    (chunk,) = files.read(tmp_path, PurePosixPath(f"docs/page{suffix}"))
    assert (chunk.content or chunk.text) == said


def test_of_a_whole_document_that_a_page_includes_its_first_section_is_shown(
    tmp_path: Path,
) -> None:
    releases = "\n".join(f"## Version {n}\n\nWhat is new in it.\n" for n in range(300))
    repository.write(tmp_path, "CHANGES.md", f"# Changes\n\n{releases}")
    repository.write(tmp_path, "docs/changes.md", 'Some words.\n\n--8<-- "CHANGES.md"\n')
    above, chunk = files.read(tmp_path, PurePosixPath("docs/changes.md"))
    assert (above.content or above.text) == "Some words."
    assert chunk.title == "Changes > Version 0"
    assert "Version 0" in chunk.content and "Version 1" not in chunk.content


def test_what_is_not_read_by_itself_is_included_whole(tmp_path: Path) -> None:
    errors = "\n".join(f"### lamp_error_{n}\n\nThat is how to mend it.\n" for n in range(300))
    repository.write(tmp_path, "docs/.generated/errors.md", errors)
    repository.write(
        tmp_path, "docs/errors.md", "## All of them\n\n@include .generated/errors.md\n"
    )
    titles = [each.title for each in files.read(tmp_path, PurePosixPath("docs/errors.md"))]
    assert titles == [f"All of them > lamp_error_{n}" for n in range(300)]


BROUGHT_IN = {
    "a snippet": (".md", '# Page\n\n--8<-- "docs/more.md"\n', "Page > More"),
    "MyST's include": (".md", "# Page\n\n```{include} more.md\n```\n", "Page > More"),
    "docutils' include": (".rst", "Page\n====\n\n.. include:: more.rst\n", "Page > More"),
}


@pytest.mark.parametrize(("suffix", "written", "title"), BROUGHT_IN.values(), ids=BROUGHT_IN)
def test_headings_of_what_a_page_includes_are_its_own(
    tmp_path: Path, suffix: str, written: str, title: str
) -> None:
    repository.write(tmp_path, "docs/more.md", "Words of it all.\n\n## More\n\nThat is inside.\n")
    repository.write(
        tmp_path, "docs/more.rst", "Words of it all.\n\nMore\n----\n\nThat is inside.\n"
    )
    repository.write(tmp_path, f"docs/page{suffix}", written)
    above, chunk = files.read(tmp_path, PurePosixPath(f"docs/page{suffix}"))
    assert (above.title, chunk.title) == ("Page", title)
    assert above.content.endswith("Words of it all.") and chunk.content.endswith("That is inside.")
    last = 5 if suffix == ".md" else 6
    assert chunk.includes[-1] == Include(f"docs/more{suffix}", last, last)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("See @sec-dim.", "See How to dim."),
        ("(@sec-dim, -@sec-none)", "(How to dim, -@sec-none)"),
        ("@fig-a and @tbl-b-c.", "The figure and the table."),
        (
            "So *this* @fig-a, a@fig-b.dev and `@sec-dim`.",
            "So *this* the figure, a@fig-b.dev and `@sec-dim`.",
        ),
    ],
)
def test_a_reference_of_quarto_says_what_it_leads_to(
    tmp_path: Path, written: str, said: str
) -> None:
    repository.write(tmp_path, "b.qmd", "# B\n\n## How to `dim` {#sec-dim .x}\n\nSo.\n")
    repository.write(tmp_path, "a.qmd", f"{written}\n")
    (chunk,) = files.read(tmp_path, PurePosixPath("a.qmd"))
    assert (chunk.content or chunk.text) == said
    repository.write(tmp_path, "a.md", f"{written}\n")
    (chunk,) = files.read(tmp_path, PurePosixPath("a.md"))
    assert (chunk.content or chunk.text).strip() == written
