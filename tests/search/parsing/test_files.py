"""What of a repository can be found, and what cannot."""

import json
from contextlib import suppress
from pathlib import Path, PurePosixPath

import pytest

from hyperrun.files import UnreadableFile
from hyperrun.passage import Passage
from hyperrun.redaction import without_secrets
from hyperrun.search import ignore
from hyperrun.search.index import Index
from hyperrun.search.parsing import documents, files, notebooks
from hyperrun.search.parsing.code import python
from hyperrun.search.site import rules
from tests.search import repository


def first(index: Index, query: str) -> Passage:
    found = index.search(query, 5)
    assert found, f"nothing was found for {query!r}"
    return found[0][0]


@pytest.mark.parametrize(
    ("query", "file", "title"),
    [
        ("dim_lamp", "src/lamps/dimmer.py", "Dimmer.dim_lamp"),
        ("dim lamp", "src/lamps/dimmer.py", "Dimmer.dim_lamp"),
        ("Dimmer", "src/lamps/dimmer.py", "Dimmer"),
        ("fetchBulbColour", "web/client.ts", "fetchBulbColour"),
        ("fetch the bulb colour", "web/client.ts", "fetchBulbColour"),
        ("paintRoom", "web/client.ts", "paintRoom"),
        ("togglePanel", "web/old.js", "Switchboard"),
        ("blow fuse", "go/fuse.go", "BlowFuse"),
        ("bend_wire", "rust/wire.rs", "bend_wire"),
        ("cut cable", "rust/wire.rs", "Cable.cut_cable"),
        ("plugIn", "java/Socket.java", "Socket"),
        ("close_relay", "c/relay.c", "close_relay"),
        ("load_balance", "cpp/grid.cpp", "power.Grid.load_balance"),
        ("read_meter", "ruby/meter.rb", "Meter.read_meter"),
        ("how do I install on Linux", "docs/install.md", "Install > On Linux"),
        ("choose a hue", "docs/guide.qmd", "Guide > Colours"),
        ("green and yellow conductor", "docs/reference.rst", "Reference > Earthing"),
        ("spare filament", "docs/notes.txt", "notes"),
        ("consumption of a household", "docs/page.mdx", "Widgets"),
        ("hang chandelier", "nbs/core.ipynb", "Core > Chandeliers"),
        ("harmonica", "deep/kept.md", "Kept"),
    ],
)
def test_a_passage_of_every_kind_is_found_first(
    index: Index, query: str, file: str, title: str
) -> None:
    passage = first(index, query)
    assert (passage.file, passage.title.startswith(title)) == (file, True), passage


def test_nothing_that_is_left_out_is_found(index: Index) -> None:
    assert index.search("xylophone", 10) == []


def test_a_key_is_taken_out_and_the_text_around_it_stays(index: Index) -> None:
    everything = [passage for passage, _ in index.of_file("settings.sample.py")]
    assert any("sample_settings" in passage.text for passage in everything)
    assert not any("ghp_" in passage.text for passage in everything)


@pytest.mark.parametrize(
    "secret",
    [
        "AKIA" + "ABCD" * 4,
        "sk-proj-" + "aB3" * 12,
        "xoxb-1234567890-abcdef",
        "glpat-" + "a1" * 12,
        "AIza" + "x" * 35,
        "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----",
        "hf_" + "a" * 34,
        "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----",
        "ASIA" + "ABCD" * 4,
        *(f"gh{kind}_" + "a1B2" * 10 for kind in "pousr"),
        "github_pat_" + "a1B2" * 15,
        *(f"xox{kind}-1234567890-abcdef" for kind in "abprs"),
        *(f"sk-{kind}" + "aB3" * 12 for kind in ("", "ant-", "or-")),
        *(f"{kind}_live_" + "aB3" * 12 for kind in ("sk", "rk")),
        "npm_" + "a1B2" * 9,
        "pypi-" + "a1B2" * 15,
        "eyJ" + "a1B2" * 5 + ".eyJ" + "a1B2" * 5 + "." + "a1B2" * 5,
    ],
)
def test_what_looks_like_a_key_is_masked_and_lines_keep_their_numbers(secret: str) -> None:
    text = f"before\nkey = '{secret}'\nafter\n"
    masked = without_secrets(text)
    assert secret not in masked
    assert masked.count("\n") == text.count("\n")
    assert masked.startswith("before\n") and masked.endswith("after\n")


def test_every_passage_stands_at_its_lines(index: Index, repo: Path) -> None:
    checked = 0
    for path in ignore.files(repo):
        if path.suffix == ".ipynb" or path.name == "settings.sample.py":
            continue
        lines = (repo / path).read_text().splitlines()
        for passage, _ in index.of_file(str(path)):
            assert passage.text == "\n".join(lines[passage.start_line - 1 : passage.end_line])
            checked += 1
    assert checked > 20


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("lamp.go", "package lamp\n\n// On lights it.\nfunc On() {\n}\n", [(3, 5)]),
        ("lamp.md", "# Lamps\n\nThey shine.\n\n## Off\n\nThey do not.\n", [(1, 3), (5, 7)]),
        ("lamp.Rd", "\\name{lamp}\n\\title{Lamps}\n\\note{\nThey\nshine.\n}\n", [(3, 6)]),
    ],
)
def test_lines_are_counted_whatever_ends_them(
    tmp_path: Path, name: str, text: str, lines: list[tuple[int, int]], end: str
) -> None:
    (tmp_path / name).write_bytes(text.replace("\n", end).encode())
    found = files.read(tmp_path, PurePosixPath(name))
    assert [(each.start_line, each.end_line) for each in found] == lines


def test_a_notebooks_cells_stand_at_their_lines_in_its_file() -> None:
    lines = repository.NOTEBOOK.splitlines()
    chunks = {chunk.title: chunk for chunk in notebooks.chunks(repository.NOTEBOOK, "core")}
    chandeliers = chunks["Core > Chandeliers"]
    inside = "\n".join(lines[chandeliers.start_line - 1 : chandeliers.end_line])
    assert "## Chandeliers" in inside
    assert "return height" in inside
    assert "Candles" not in inside.replace("candles", "")
    assert "#| export" not in chandeliers.text
    assert "def hang_chandelier" in chandeliers.text


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"cells": 3}', "not json", '{"cells": [1, {"source": 3}]}']
)
def test_a_broken_notebook_is_refused_plainly_or_empty(text: str) -> None:
    with suppress(ValueError):
        assert notebooks.chunks(text, "x") == []


def test_headings_in_code_and_underlines_in_tables_are_no_sections() -> None:
    text = "# One\n\ntext enough here\n\n```\n# not\n```\n\n| a | b |\n| --- | --- |\n\nmore text\n"
    assert [chunk.title for chunk in documents.markdown(text, "x")] == ["One"]


@pytest.mark.parametrize(
    ("written", "title"),
    [("Guide", "Guide"), ('"A guide"', "A guide"), ("'A guide'", "A guide"), ("''", "x"), ("", "x"),
     ("The reader's guide", "The reader's guide"), ('"', '"'), ("<slot>", "<slot>"),
     ("{#each ...}", "{#each ...}"), ("The `<b>` tag", "The <b> tag")],
)  # fmt: skip
def test_a_page_is_named_by_its_front_matter_or_its_file(written: str, title: str) -> None:
    text = f"---\ntitle: {written}\n---\n\nSome words that stand under no heading.\n"
    assert [chunk.title for chunk in documents.markdown(text, "x")] == [title]


@pytest.mark.parametrize("own", ["{#moving-on .big}", "%{#moving-on}%"])
def test_an_own_anchor_is_kept_out_of_the_title(own: str) -> None:
    text = f"# Install\n\nSome words here.\n\n## Upgrading {own}\n\nOther words here.\n"
    last = documents.markdown(text, "x")[-1]
    assert (last.title, last.anchor) == ("Install > Upgrading", "moving-on")


def test_python_that_does_not_parse_is_still_found(tmp_path: Path) -> None:
    repository.write(tmp_path, "broken.py", "def half_a_function(:\n    unfinished = 'marzipan'\n")
    index = Index(tmp_path / "x" / "index.sqlite3")
    index.refresh(tmp_path)
    assert first(index, "marzipan").file == "broken.py"


def test_a_decorated_method_begins_at_its_decorator() -> None:
    text = "class A:\n    x = 1\n\n    @property\n    def b(self):\n        return 1\n"
    chunks = {chunk.title: chunk for chunk in python.chunks(text, "m")}
    assert (chunks["A.b"].start_line, chunks["A.b"].end_line) == (4, 6)


@pytest.mark.parametrize(
    ("include", "exclude", "found"),
    [
        ((), (), {"a.md", "docs/b.md", "src/c.py"}),
        (("docs/",), (), {"docs/b.md"}),
        (("*.py",), (), {"src/c.py"}),
        ((), ("docs/",), {"a.md", "src/c.py"}),
        (("*.md",), ("/a.md",), {"docs/b.md"}),
    ],
)
def test_globs_choose_files(
    tmp_path: Path, include: tuple[str, ...], exclude: tuple[str, ...], found: set[str]
) -> None:
    for name in ("a.md", "docs/b.md", "src/c.py"):
        repository.write(tmp_path, name, "text")
    assert {str(path) for path in ignore.files(tmp_path, include, exclude)} == found


def test_links_are_not_followed_and_an_unreadable_file_is_no_end(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    repository.write(outside, "secret.md", "# Pangolin\n\nA pangolin outside of the repository.\n")
    root = tmp_path / "root"
    repository.write(root, "good.md", "# Good\n\nAn armadillo that can be found in here.\n")
    repository.write(root, "latin.md", "x")
    (root / "latin.md").write_bytes("# Latin\n\nCaf\xe9 with an ocelot inside.\n".encode("latin-1"))
    (root / "link.md").symlink_to(outside / "secret.md")
    (root / "folder").symlink_to(outside, target_is_directory=True)
    (root / "loop").symlink_to(root, target_is_directory=True)
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(root)
    assert index.search("pangolin", 5) == []
    assert first(index, "armadillo").file == "good.md"
    assert first(index, "ocelot").file == "latin.md"


@pytest.mark.parametrize(("content", "said"), [
    ("Die Größe misst man.".encode("cp1252"), "Die Größe misst man."),
    ("Die Gr\xf6\xdfe – “groß” – kostet 5 €.".encode("cp1252"), "Die Größe – “groß” – kostet 5 €."),
    ("Die Größe misst man: ".encode() + b"\xff.", "Die Größe misst man: \ufffd."),  # one is wrong
    ("\ufeffDie Größe".encode(), "Die Größe"),
    ("# \ufeffGröße\ufeff".encode(), "# Größe"),
    ("Die Größe".encode("utf-16"), "Die Größe"),
    (b"\xfe\xff" + "Die Größe".encode("utf-16-be"), "Die Größe"),
    ("電池は十一時間もちます".encode("shift-jis"), None),  # no Western text: as it was
])  # fmt: skip
def test_text_is_read_in_the_encoding_that_it_is_in(content: bytes, said: str | None) -> None:
    read = files.readable(content)
    assert read == said if said else "\ufffd" in read


def test_an_openapi_file_is_found_by_its_operations(tmp_path: Path) -> None:
    spec = {
        "openapi": "3.1.0",
        "info": {"title": "Lamps", "version": "1"},
        "paths": {
            "/lamps/{id}": {
                "put": {
                    "operationId": "dimLamp",
                    "summary": "Dim one lamp",
                    "description": "Slowly.",
                },
                "get": {"summary": "Read the wattage of a lamp"},
            }
        },
    }
    repository.write(tmp_path, "openapi.json", json.dumps(spec, indent=2))
    index = Index(tmp_path / "x" / "index.sqlite3")
    index.refresh(tmp_path)
    passage = first(index, "how do I dim one lamp")
    assert (passage.title, passage.kind) == ("PUT /lamps/{id}", "operation")
    lines = (tmp_path / "openapi.json").read_text().splitlines()
    assert '"put"' in lines[passage.start_line - 1]
    assert "dimLamp" in "\n".join(lines[passage.start_line - 1 : passage.end_line])


def test_a_comment_in_fenced_code_is_no_heading_of_a_notebook() -> None:
    text = repository.notebook(
        ("markdown", "# Title\n\nSome words."),
        ("markdown", "See:\n\n```python\n# a_file.py\nx = 1\n```"),
    )
    assert [chunk.title for chunk in notebooks.chunks(text, "x")] == ["Title"]


def test_a_target_before_the_first_heading_is_no_passage() -> None:
    text = ".. _a_very_long_target_name:\n\nTitle\n=====\n\nWords that say something.\n"
    assert [chunk.title for chunk in documents.restructured(text, "stem")] == ["Title"]


def cells(*cells: dict[str, object], **notebook: object) -> str:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, **notebook}, indent=1)


WORDS: dict[str, object] = {
    "cell_type": "markdown",
    "metadata": {},
    "source": ["# Lamps\n", "\n", "They glow."],
}


@pytest.mark.parametrize(
    "metadata",
    [None, {}, [], "x", {"kernelspec": None}, {"kernelspec": "python3"},
     {"kernelspec": {"language": None}}, {"language_info": {"name": "python"}}],
)  # fmt: skip
def test_a_notebook_without_metadata_is_read(metadata: object) -> None:
    code = {"cell_type": "code", "source": "x = 1", "outputs": None}
    (chunk,) = notebooks.chunks(cells(WORDS, code, metadata=metadata), "x")  # type: ignore[arg-type]
    assert (chunk.title, "```python\nx = 1\n```" in chunk.text) == ("Lamps", True)


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"tags": ["remove-cell"]}, ""),
        ({"tags": ["remove_input", 1]}, "```\n1\n```"),
        ({"tags": ["remove-output"]}, "```python\nlit = 1\n```"),
        ({"tags": ["hide-input"]}, "```python\nlit = 1\n```\n\n```\n1\n```"),
        ({"nbsphinx": "hidden"}, ""),
        ({"tags": None}, "```python\nlit = 1\n```\n\n```\n1\n```"),
    ],
)
def test_what_a_cells_tags_leave_out_is_not_quoted(metadata: object, said: str) -> None:
    code: dict[str, object] = {
        "cell_type": "code", "source": "lit = 1", "outputs": [{"text": "1\n"}],
        "metadata": metadata,
    }  # fmt: skip
    hidden: dict[str, object] = {
        "cell_type": "markdown",
        "source": "For tests.",
        "metadata": {"tags": ["remove-cell"]},
    }
    (chunk,) = notebooks.chunks(cells(WORDS, code, hidden), "x")
    assert (chunk.content or chunk.text) == f"# Lamps\n\nThey glow.\n\n{said}".strip()


def test_a_notebook_of_format_3_is_read() -> None:
    old = [
        {"cell_type": "heading", "level": 2, "source": ["Lamps"]},
        {"cell_type": "code", "input": ["x = 1"], "outputs": [{"text": ["1\n"]}]},
    ]
    text = json.dumps({"worksheets": [{"cells": old}], "nbformat": 3}, indent=1)
    (chunk,) = notebooks.chunks(text, "x")
    assert chunk.title == "Lamps"
    assert chunk.content == "## Lamps\n\n```python\nx = 1\n```\n\n```\n1\n```"


def test_each_heading_of_a_cell_is_a_section_at_its_own_lines() -> None:
    rows = ["# One\n", "\n", "Words of one.\n", "## Two {#own .big}\n", "Words of two."]
    text = cells({"cell_type": "markdown", "metadata": {}, "source": rows})
    one, two = notebooks.chunks(text, "x")
    lines = text.splitlines()
    assert [one.title, two.title, two.anchor] == ["One", "One > Two", "own"]
    assert "Words of one." in "\n".join(lines[one.start_line - 1 : one.end_line])
    assert "Two" not in "\n".join(lines[one.start_line - 1 : one.end_line])
    assert "## Two" in lines[two.start_line - 1] and "Words of two." in lines[two.end_line - 1]
    assert two.content == "## Two\n\nWords of two."


@pytest.mark.parametrize("kind", ["raw", "markdown"])
def test_a_notebooks_front_matter_names_it_and_is_not_quoted(kind: str) -> None:
    front = {"cell_type": kind, "metadata": {}, "source": "---\ntitle: A guide\ndraft: x\n---"}
    words = {"cell_type": "markdown", "metadata": {}, "source": "Words that say something."}
    (chunk,) = notebooks.chunks(cells(front, words), "x")  # type: ignore[arg-type]
    assert (chunk.title, chunk.text) == ("A guide", "Words that say something.")


def test_what_steers_nbdev_and_what_a_cell_hides_is_not_shown() -> None:
    code = [
        "#| export\ndef dim(): ...",
        "#| hide\nsecret()",
        "#| echo: false\nsecret()",
        "#|default_exp core",
    ]
    written = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": each}
               for each in code]  # fmt: skip
    (chunk,) = notebooks.chunks(cells(WORDS, *written), "x")  # type: ignore[arg-type]
    assert chunk.content == "# Lamps\n\nThey glow.\n\n```python\ndim()\n```"


def test_what_a_cell_prints_is_shown_where_its_code_is_hidden_and_the_other_way_round() -> None:
    printed = [{"output_type": "stream", "name": "stdout", "text": "41 lamps\n"}]
    code, output = "```python\ncount()\n```", "```\n41 lamps\n```"
    for marks, shown in {
        "": f"{code}\n\n{output}",
        "#| echo: false\n": output,
        "#| hide_input\n": output,
        "#| output: false\n": code,
        "#| hide\n": "",
    }.items():
        cell = {
            "cell_type": "code",
            "metadata": {},
            "outputs": printed,
            "source": f"{marks}count()",
        }
        (chunk,) = notebooks.chunks(cells(WORDS, cell), "x")  # type: ignore[arg-type]
        said = chunk.content or chunk.text
        assert said == f"# Lamps\n\nThey glow.\n\n{shown}".rstrip()


def test_colors_of_a_terminal_are_not_quoted_nor_where_they_are_written_out() -> None:
    printed = [
        {"output_type": "stream", "name": "stdout", "text": "\x1b[31mon\x1b[0m, '\\x1b[1;31moff'"}
    ]
    cell = {"cell_type": "code", "metadata": {}, "outputs": printed, "source": "state()"}
    (chunk,) = notebooks.chunks(cells(WORDS, cell), "x")  # type: ignore[arg-type]
    assert chunk.content.endswith("```\non, 'off'\n```")


@pytest.mark.parametrize(("rows", "is_shown"), [(6, True), (7, False)])
def test_the_source_of_a_large_element_is_not_quoted(rows: int, is_shown: bool) -> None:
    html = "```html\n" + "<p>\n" * rows + "```\n"
    output = [{"output_type": "execute_result", "data": {"text/markdown": html}, "metadata": {}}]
    cell = {"cell_type": "code", "metadata": {}, "outputs": output, "source": "P(P())"}
    (chunk,) = notebooks.chunks(cells(WORDS, cell), "x")  # type: ignore[arg-type]
    assert ("<p>" in (chunk.content or chunk.text)) == is_shown


def test_a_notebook_that_is_too_large_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_NOTEBOOK_BYTES", 100)
    repository.write(tmp_path, "big.ipynb", cells(WORDS))
    with pytest.raises(UnreadableFile, match="too large"):
        files.read(tmp_path, PurePosixPath("big.ipynb"))


@pytest.mark.parametrize("end", ["---\n", ""])
def test_a_page_of_front_matter_alone_says_nothing(tmp_path: Path, end: str) -> None:
    front = (
        "---\nlayout: home\n\nhero:\n  name: Lamps of all kinds\n  actions:\n    - theme: brand\n"
    )
    repository.write(tmp_path, "index.md", front + end)
    assert files.read(tmp_path, PurePosixPath("index.md")) == []


def test_a_rule_at_the_top_of_a_page_is_no_front_matter(tmp_path: Path) -> None:
    repository.write(
        tmp_path, "index.md", "---\n\nNote: lamps of all kinds are told of here.\nAll.\n"
    )
    (chunk,) = files.read(tmp_path, PurePosixPath("index.md"))
    assert "lamps of all kinds" in chunk.text


def test_a_readme_that_nbdev_makes_of_a_notebook_is_not_read_beside_it(tmp_path: Path) -> None:
    mark = "<!-- WARNING: THIS FILE WAS AUTOGENERATED! DO NOT EDIT! -->"
    repository.write(tmp_path, "README.md", f"# Lamps\n\n\n{mark}\n\nWords.\n")
    assert files.read(tmp_path, PurePosixPath("README.md"), rules.read(tmp_path))
    repository.write(tmp_path, "pyproject.toml", "[tool.nbdev]\n")
    repository.write(tmp_path, "nbs/index.ipynb", "{}")
    assert not files.read(tmp_path, PurePosixPath("README.md"), rules.read(tmp_path))
    repository.write(tmp_path, "README.md", "# Lamps\n\nWords.\n")
    assert files.read(tmp_path, PurePosixPath("README.md"), rules.read(tmp_path))
