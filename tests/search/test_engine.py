"""The search as everything else uses it: fresh, whole after a kill, deaf to hostile questions."""

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from hyperrun.answering.extractive import extract
from hyperrun.answering.research import Research
from hyperrun.domain import Source
from hyperrun.errors import SearchError, SearchUnavailable
from hyperrun.passage import Passage
from hyperrun.search.engine import Search
from hyperrun.search.index import Index
from hyperrun.search.parsing import files
from hyperrun.search.versions import MAX_KEPT
from hyperrun.settings import Settings
from tests.search import repository
from tests.search.running import searched

TOP = Path(__file__).parent.parent.parent


HOSTILE = [
    "", " ", "\n", "\0", "a\0b", "--help", "--uninstall", "-e", "clear", "; rm -rf /", "$(id)",
    '"', "'", '" OR "1"="1', "name:x", "NEAR(a b)", "a AND", "NOT", "*", "^x", "{}", "(((",
    "a\nb", "\u2028", "🙂", "\ud800", "x" * 10_000, "lamp " * 2_000, "-", "%", "日本語の質問",
]  # fmt: skip


def test_any_text_is_a_plain_question_and_harms_nothing(repo: Path, tmp_path: Path) -> None:
    async def work(search: Search) -> None:
        for query in HOSTILE:
            for k in (-1, 0, 1, 50, 10**9):
                found = await search.search(query, k)
                assert len(found) <= 50
        assert (await search.search("dim_lamp", -1))[0].title == "Dimmer.dim_lamp"
        assert len(await search.search("dim_lamp", -1)) == 1
        assert await search.search("", 5) == []

    searched(repo, tmp_path, work)


def test_a_passage_is_located_where_it_stands_now_or_not_at_all(tmp_path: Path) -> None:
    root = repository.make(tmp_path / "root")

    async def work(search: Search) -> None:
        passage = (await search.search("spare filament"))[0]
        assert search.locate(passage) == passage
        repository.write(root, "docs/notes.txt", "\n\nFirst.\n" + passage.text + "\n")
        moved = search.locate(passage)
        assert moved is not None
        assert (moved.start_line, moved.end_line) == (4, 4)
        repository.write(root, "docs/notes.txt", "Something else.\n")
        assert search.locate(passage) is None
        assert search.locate(Passage("../../etc/passwd", 1, 1, "x", "section", "root")) is None
        assert search.locate(Passage("gone.md", 1, 1, "x", "section", "x")) is None

    searched(root, tmp_path / "data", work)


def test_the_part_of_long_cells_that_an_answer_had_is_located(tmp_path: Path) -> None:
    lines = "".join(f"Line {n} says what a lamp of that number does.\n" for n in range(400))
    root = tmp_path / "root"
    repository.write(root, "a.ipynb", repository.notebook(("markdown", f"# Lamps\n\n{lines}")))
    (chunk,) = files.read(root, PurePosixPath("a.ipynb"))
    part = Passage(
        "a.ipynb", chunk.start_line, chunk.start_line + 90, chunk.title, chunk.kind,
        chunk.text[:5_000].rpartition("\n")[0],
    )  # fmt: skip
    search = Search(Settings(repo_path=str(root), data_dir=tmp_path / "data"))
    assert search.locate(part) == part
    assert search.locate(replace(part, text="Something else.")) is None


def test_code_that_a_page_includes_is_cited_where_it_stands_and_read_again_when_it_changes(
    tmp_path: Path,
) -> None:
    root = tmp_path / "root"
    code = "import os\n\n\ndef dim_lamp(level):\n    return level\n"
    page = "# Dimming\n\nTo dim a lamp by its level:\n\n{* ../src/dim.py ln[4:5] *}\n"
    repository.write(root, "src/dim.py", code)
    repository.write(root, "docs/dim.md", page)

    async def work(search: Search) -> None:
        found = await search.search("dim a lamp by its level")
        passage = next(each for each in found if each.file == "docs/dim.md")
        (shown,) = await search.included(passage)
        place = (shown.file, shown.start_line, shown.end_line)
        assert place == ("src/dim.py", 4, 5)
        assert shown.text == "def dim_lamp(level):\n    return level"
        assert search.locate(shown) == shown
        research = Research(search)
        (first, *_) = await research.find("dim a lamp by its level", 6)
        wanted = await search.wanted("how do I dim a lamp by its level?")
        answer = "".join([part async for part in extract(wanted, [first], research.section, "en")])
        number = next(each.number for each in research.sources if each.passage.file == shown.file
                      and each.passage.start_line == 4)  # fmt: skip
        assert f"[{number}]" in answer and "return level" in answer
        repository.write(root, "src/dim.py", code.replace("return level", "return level * 2"))
        await search.reindex()
        found = await search.search("dim a lamp by its level")
        assert "return level * 2" in next(e for e in found if e.file == "docs/dim.md").shown

    searched(root, tmp_path / "data", work)


def test_an_object_of_an_API_is_cited_where_it_is_defined(tmp_path: Path) -> None:
    root = tmp_path / "root"
    code = (
        'class Lamp:\n    """A lamp."""\n\n    def dim(self, level: int) -> int:\n'
        '        """Dim the lantern to a level."""\n\n\nclass Bulb:\n    """A bulb."""\n\n'
        '    def dim(self, level: int) -> int:\n        """Let a bulb glow at a `level`."""\n'
    )
    api = "API\n===\n\n.. module:: lamps\n\n"
    api += "\n".join(f".. autoclass:: {name}\n   :members:\n" for name in ("Lamp", "Bulb"))
    repository.write(root, "lamps.py", code)
    repository.write(root, "docs/conf.py", "project = 'Lamps'\n")
    repository.write(root, "docs/api.rst", api)

    async def work(search: Search) -> None:
        for question, line in (("how do I let a bulb glow?", 11), ("dim the lantern", 4)):
            research = Research(search)
            found = await research.find(question, 6)
            first = next(each for each in found if each.passage.file == "docs/api.rst")
            wanted = await search.wanted(question)
            told = "".join(
                [part async for part in extract(wanted, [first], research.section, "en")]
            )
            defined = next(each for each in research.sources if each.passage.file == "lamps.py"
                           and each.passage.start_line == line)  # fmt: skip
            assert f"[{first.number}][{defined.number}]" in told

    searched(root, tmp_path / "data", work)


def test_cells_are_located_in_their_notebook(tmp_path: Path) -> None:
    root = repository.make(tmp_path / "root")

    async def work(search: Search) -> None:
        passage = (await search.search("hang chandelier"))[0]
        assert passage.file == "nbs/core.ipynb"
        assert search.locate(passage) == passage
        cells = repository.NOTEBOOK.replace('"cells": [', '"cells": [\n\n\n', 1)
        repository.write(root, passage.file, cells)
        moved = search.locate(passage)
        assert moved is not None
        assert moved.start_line == passage.start_line + 3
        repository.write(root, passage.file, repository.notebook(("markdown", "# Other")))
        assert search.locate(passage) is None

    searched(root, tmp_path / "data", work)


def test_a_passage_without_its_key_is_located_all_the_same(tmp_path: Path) -> None:
    root = repository.make(tmp_path / "root")
    repository.write(
        root, "docs/key.md", "# Key\n\nSay ghp_" + "a1B2" * 10 + " to the gramophone.\n"
    )

    async def work(search: Search) -> None:
        passage = (await search.search("gramophone"))[0]
        assert "ghp_" not in passage.text
        assert search.locate(passage) == passage

    searched(root, tmp_path / "data", work)


def test_two_builders_at_once_leave_every_passage_once(tmp_path: Path) -> None:
    root = repository.make(tmp_path / "root")
    for number in range(120):
        repository.write(root, f"docs/page{number}.md", f"# Page {number}\n\nWords of a page.\n")
    path = tmp_path / "index" / "index.sqlite3"
    command = [sys.executable, "-m", "hyperrun.search.build", str(root), str(path)]
    builders = [subprocess.Popen(command, cwd=TOP, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [builder.wait(60) for builder in builders] == [0, 0]
    with sqlite3.connect(path) as connection:
        (twice,) = connection.execute(
            "SELECT count(*) - count(DISTINCT file || char(0) || start_line) FROM passages"
        ).fetchone()
    assert twice == 0


def test_an_index_may_be_made_twice_at_the_same_moment(tmp_path: Path) -> None:
    root = repository.make(tmp_path / "root")
    alone = Index(tmp_path / "data" / "index" / "index.sqlite3").refresh(root).passages
    for number in range(4):
        path = tmp_path / f"data{number}" / "index" / "index.sqlite3"
        command = [sys.executable, "-m", "hyperrun.search.build", "--", str(root), str(path)]
        both = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
        assert [each.wait(60) for each in both] == [0, 0]
        with closing(sqlite3.connect(path)) as connection:
            (passages,) = connection.execute("SELECT count(*) FROM passages").fetchone()
        assert passages == alone


def test_nothing_is_built_and_nothing_blocks_for_a_folder_that_is_not_there(tmp_path: Path) -> None:
    async def run() -> None:
        search = Search(Settings(repo_path=str(tmp_path / "no"), data_dir=tmp_path / "data"))
        with pytest.raises(SearchUnavailable):
            await search.start()
        await search.close()

    asyncio.run(run())


def test_the_event_loop_goes_on_while_an_index_is_built(tmp_path: Path) -> None:
    root = repository.make(tmp_path / "root")
    for number in range(400):
        repository.write(root, f"more/m{number}.py", "def f(x):\n    return x\n" * 50)
    longest = 0.0

    async def work(search: Search) -> None:
        nonlocal longest
        waiting = asyncio.ensure_future(search.search("dim lamp"))
        while not waiting.done():
            before = time.monotonic()
            await asyncio.sleep(0.005)
            longest = max(longest, time.monotonic() - before)
        assert waiting.result()
        assert search.status().ready
        assert search.status().files > 400

    searched(root, tmp_path / "data", work)
    assert longest < 1.0


@pytest.mark.parametrize("moments", [3, pytest.param(10, marks=pytest.mark.slow)])
def test_a_build_killed_at_any_moment_loses_no_later_search(tmp_path: Path, moments: int) -> None:
    root = repository.make(tmp_path / "root")
    for number in range(300):
        text = f"# Part {number}\n\n" + f"Words about part{number}x in a long text. " * 40
        repository.write(root, f"parts/p{number}.md", text + "\n")
    place = tmp_path / "data" / "index.sqlite3"
    chance = random.Random(4)
    for _ in range(moments):
        builder = subprocess.Popen(
            [sys.executable, "-m", "hyperrun.search.build", str(root), str(place)],
            cwd=TOP, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(0.15 + chance.random() * 0.5)
        os.kill(builder.pid, signal.SIGKILL)
        builder.wait()
    index = Index(place)
    index.refresh(root)
    once = Index(tmp_path / "once" / "index.sqlite3")
    once.refresh(root)
    assert index.counts() == once.counts()
    for query in ("dim_lamp", "part7x", "part299x", "harmonica"):
        assert [p for p, _ in index.search(query, 5)] == [p for p, _ in once.search(query, 5)]
    with sqlite3.connect(place) as connection:
        connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")


@pytest.mark.parametrize("damage", ["garbage", "cut", "empty"])
def test_a_broken_index_is_built_anew(tmp_path: Path, damage: str) -> None:
    root = repository.make(tmp_path / "root")
    index = Index(tmp_path / "data" / "index.sqlite3")
    index.refresh(root)
    index.close()
    content = index.path.read_bytes()
    index.path.write_bytes(
        {"garbage": b"\xff" * 5_000, "cut": content[: len(content) // 2], "empty": b""}[damage]
    )
    index.refresh(root)
    assert index.search("dim_lamp", 1)[0][0].title == "Dimmer.dim_lamp"


def test_the_index_of_another_program_version_is_replaced(tmp_path: Path) -> None:
    root = repository.make(tmp_path / "root")
    old = tmp_path / "index" / "abc.v0.sqlite3"
    old.parent.mkdir()
    old.write_bytes(b"old")
    index = Index(old.with_name("abc.v9.sqlite3"))
    index.refresh(root)
    assert not old.exists()
    assert index.search("dim_lamp", 1)


def test_a_tag_is_searched_as_it_was(tmp_path: Path) -> None:
    root = tmp_path / "root"
    repository.write(root, "a.md", "# Setup\n\nInstall the gramophone with a crank.\n")
    repository.git(root, "init", "-q")
    repository.git(root, "remote", "add", "origin", "https://github.com/lamps/lamps.git")
    repository.git(root, "add", ".")
    repository.git(root, "commit", "-qm", "one")
    repository.git(root, "tag", "v1.0")
    then = repository.git(root, "rev-parse", "HEAD")
    repository.write(root, "a.md", "# Setup\n\nInstall the gramophone by a wire.\n")
    repository.git(root, "commit", "-qam", "two")

    async def work(search: Search) -> None:
        old = (await search.search("install the gramophone", version="1.0"))[0]
        assert "crank" in old.text
        assert old.permalink == f"https://github.com/lamps/lamps/blob/{then}/a.md?plain=1#L1-L3"
        assert search.locate(old) == old
        for version in ("", "latest", "9.9", "../x", "--all", "v1.0^{tree}"):
            now = (await search.search("install the gramophone", version=version))[0]
            assert "wire" in now.text

    searched(root, tmp_path / "data", work)


def test_only_so_many_tags_are_read_at_once_however_many_are_named(tmp_path: Path) -> None:
    root = tmp_path / "root"
    repository.git(tmp_path, "init", "-q", str(root))
    for number in range(MAX_KEPT + 1):
        repository.write(root, "a.md", f"# Setup\n\nWind the gramophone {number} times.\n")
        repository.git(root, "add", ".")
        repository.git(root, "commit", "-qm", str(number))
        repository.git(root, "tag", f"v1.{number}")

    async def work(search: Search) -> None:
        asked = [search.search("gramophone", version=f"1.{n}") for n in range(MAX_KEPT + 1)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        for number, found in enumerate(answers):
            if isinstance(found, BaseException):
                assert isinstance(found, SearchUnavailable)
            else:
                assert f"{number} times" in found[0].text
        assert sum(isinstance(each, list) for each in answers) == MAX_KEPT

    searched(root, tmp_path / "data", work)


def test_a_folder_of_one_version_is_searched_alone(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for version in ("1.0", "2.0"):
        text = f"# Setup\n\nTurn the gramophone of {version} by hand.\n"
        repository.write(root, f"docs/version-{version}/a.md", text)

    async def work(search: Search) -> None:
        for version in ("1.0", "2.0"):
            found = await search.search("gramophone", version=version)
            assert [each.file for each in found] == [f"docs/version-{version}/a.md"]

    searched(root, tmp_path / "data", work)


def test_a_name_that_moves_is_the_version_that_the_site_means_by_it(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for version in ("1.0", "2.0"):
        repository.write(root, f"docs/v{version}/a.md", "# Wind\n\nWind it slowly by a crank.\n")
    listed = '[{"version": "2.0", "aliases": []}, {"version": "1.0", "aliases": ["stable"]}]'
    repository.write(root, "mkdocs.yml", "site_name: x\n")
    repository.write(root, "site/index.html", "<main><h1>X</h1><p>All of it.</p></main>")
    repository.write(root, "site/versions.json", listed)

    async def work(search: Search) -> None:
        assert search.moving_names == {"stable": "1.0"}
        found = await search.search("wind it slowly", version="stable")
        assert {each.file for each in found} == {"docs/v1.0/a.md"}

    searched(root, tmp_path / "data", work)


def test_a_git_url_is_searched_and_named_by_its_repository(tmp_path: Path) -> None:
    root = repository.make(tmp_path / "lamps")
    repository.git(root, "init", "-q")
    repository.git(root, "add", ".")
    repository.git(root, "commit", "-qm", "one")

    async def work(search: Search) -> None:
        assert search.project == "lamps"
        assert (await search.search("dim_lamp"))[0].title == "Dimmer.dim_lamp"
        repository.write(root, "docs/new.md", "# New\n\nA theremin can be found in here.\n")
        repository.git(root, "add", ".")
        repository.git(root, "commit", "-qm", "two")
        await search.reindex()
        assert (await search.search("theremin"))[0].file == "docs/new.md"

    searched(root.as_uri(), tmp_path / "data", work)


def test_an_address_that_is_refused_says_so_at_once(tmp_path: Path) -> None:
    with pytest.raises(SearchError):
        Search(Settings(repo_path="ext::sh -c id", data_dir=tmp_path))


def test_a_page_has_questions_of_its_own(tmp_path: Path) -> None:
    root = tmp_path / "root"
    repository.write(root, "mkdocs.yml", "site_name: x\nsite_url: https://lamps.example.org/\n")
    for name in ("a", "b"):
        text = f"# Page {name}\n\nSome words.\n\n## Working with {name}\n\nMore words here.\n"
        repository.write(root, f"docs/{name}.md", text)

    async def work(search: Search) -> None:
        await search.search("words")
        asked = "How do I work with {}?"
        assert search.questions("https://lamps.example.org/b/", 1) == [asked.format("b")]
        assert search.questions()[1:] == [asked.format("a"), asked.format("b")]
        assert search.questions("https://elsewhere.example.org/b/") == []
        found = {each.url for each in await search.search("working with b")}
        assert "https://lamps.example.org/b/#working-with-b" in found

    searched(root, tmp_path / "data", work)


def test_the_pages_that_the_first_one_leads_to_are_asked_about_first(tmp_path: Path) -> None:
    root = tmp_path / "root"
    repository.write(root, "mkdocs.yml", "site_name: x\nsite_url: https://lamps.example.org/\n")
    links = "[scenes](docs/scenes.md#save), [times](https://lamps.example.org/times/)"
    repository.write(root, "README.md", f"# Lamps\n\nSee {links}, and much more.\n")
    for name in ("again", "scenes", "times"):
        text = f"# About {name}\n\nSome words.\n\n## Working with {name}\n\nMore words here.\n"
        repository.write(root, f"docs/{name}.md", text)

    async def work(search: Search) -> None:
        await search.search("words")
        asked = [f"How do I work with {each}?" for each in ("scenes", "times", "again")]
        assert search.questions()[1:] == asked

    searched(root, tmp_path / "data", work)


def test_a_page_is_asked_about_in_its_own_language(tmp_path: Path) -> None:
    root = tmp_path / "root"
    repository.write(root, "mkdocs.yml", "site_name: x\nsite_url: https://lamps.example.org/\n")
    repository.write(root, "docs/index.md", "# Lamps\n\nThe lamp is dimmed with a knob.\n" * 5)
    german = "Die Lampe wird mit dem Knopf gedimmt, und das ist nicht schwer für Sie. " * 6
    repository.write(
        root, "docs/de.md", f"# Lampen\n\n{german}\n\n## Eine Lampe dimmen\n\n{german}"
    )

    async def work(search: Search) -> None:
        await search.search("lamp")
        asked = search.questions("https://lamps.example.org/de/")
        assert "Wie kann ich eine Lampe dimmen?" in asked

    searched(root, tmp_path / "data", work)


def test_what_a_newcomer_reads_first_is_offered_to_start_with(tmp_path: Path) -> None:
    root = tmp_path / "root"
    pages = {
        ".github/TEMPLATE.md": ["Minimal example please"],
        "CHANGELOG.md": ["Version 2.0 of lamps"],
        "docs/api/dimmer.md": ["Dimming every lamp"],
        "docs/getting-started.md": ["Learn more"],
        "CONTRIBUTING.md": ["Dimming the tests"],
        "docs/zh/getting-started.md": ["Another first lamp"],
        "README.md": ["Table of contents", "Lamps for everybody", "Code of conduct",
                      "Lamps of glass", "Lamps of wood"],
    }  # fmt: skip
    for name, headings in pages.items():
        text = "".join(f"## {each}\n\nSome words on lamps, and on light.\n\n" for each in headings)
        repository.write(root, name, text)

    async def work(search: Search) -> None:
        await search.search("words")
        first = [
            "What is root?",
            "How do I dim every lamp?",
            "How do lamps for everybody work?",
        ]
        assert search.questions(limit=9) == first
        assert search.related((), 3) == tuple(first)
        code = Passage("lamp.py", 1, 2, "dim_lamp", "function", "def dim_lamp(): ...")
        assert search.related([Source(1, code)], 3) == tuple(first)

    searched(root, tmp_path / "data", work)


def test_what_stands_nearest_is_asked_next_and_nothing_vague(tmp_path: Path) -> None:
    root = repository.make(tmp_path / "root")
    names = ("Moving lamps", "Settings", "Mounting lamps", "Dimming lamps", "Cleaning lamps")
    text = "# Lamps\n\n" + "".join(f"## {each}\n\nWords on {each}.\n\n" for each in names)
    repository.write(root, "docs/kinds.md", text)

    async def work(search: Search) -> None:
        found = [Source(1, each) for each in await search.search("mounting lamps", 1)]
        assert search.related(found) == (
            "How do I mount lamps?",
            "How do I dim lamps?",
            "How do I clean lamps?",
            "How do I move lamps?",
        )

    searched(root, tmp_path / "data", work)


def test_what_was_found_may_be_asked_about_next_and_then_what_stands_beside_it(
    tmp_path: Path,
) -> None:
    root = repository.make(tmp_path / "root")
    text = "# Lamps\n\n" + "".join(
        f"## Working with {name}\n\nA few words on {name}.\n\n" for name in ("oil", "gas", "wax")
    )
    repository.write(root, "docs/kinds.md", text)

    async def work(search: Search) -> None:
        found = [Source(1, each) for each in await search.search("working with gas", 1)]
        assert search.related(found) == tuple(
            f"How do I work with {name}?" for name in ("gas", "wax", "oil")
        )

    searched(root, tmp_path / "data", work)
