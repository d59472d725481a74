"""A missing section as a patch: it applies, builds, cites lines that exist, and turns its test
green."""

import subprocess
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from hyperrun.commands import gaps as command
from hyperrun.commands import test as answer_tests
from hyperrun.commands.section_drafts.pages import headings, with_section
from hyperrun.commands.section_drafts.patch import applied, copied, patch_of
from hyperrun.commands.section_drafts.writing import Draft, faults, read
from hyperrun.domain import PERSON, Grounding, Outcome, Source
from hyperrun.passage import Passage
from tests.leaks import KEY
from tests.model_server import ModelServer
from tests.storage.test_store import TURN, opened
from tests.storage.test_store import run as in_loop

ASKED = (
    "how do I turn a lamp off at night?", "turn off the lamp at night", "switch lamps off at night",
)  # fmt: skip
GOOD = """\
page: docs/guide.md
after: Dimming a lamp
heading: Turning lamps off at night
must: `dim`; a level of 0
---
Call `dim` with a level of 0, for zero turns the lamp off. [{zero}]
"""


@dataclass
class Desk:
    """A repository whose readers lack something, and a model that drafts."""

    repository: Path
    out: Path
    model: ModelServer

    def draft(self, *options: str) -> int:
        """Draft the first gap's section."""
        return command.main(["--draft", "1", "--out", str(self.out), *options])

    @property
    def patch(self) -> Path:
        """What was written."""
        (path,) = self.out.glob("*.patch")
        return path

    def good(self) -> str:
        """A draft that holds, with the number under which the model is given the guide."""
        return GOOD.replace("{zero}", "1")


@pytest.fixture
def desk(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_server: ModelServer
) -> Iterator[Desk]:
    """Three readers who do not find one thing."""
    data = tmp_path / "data"
    for name, value in {
        "HYPERRUN_REPO_PATH": str(repository), "HYPERRUN_DATA_DIR": str(data),
        "HYPERRUN_MODEL": "openai/scripted", "HYPERRUN_API_BASE": model_server.url,
        "HYPERRUN_API_KEY": KEY,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    async def fill() -> None:
        async with opened(data) as store:
            for at, question in enumerate(ASKED):
                turn = replace(
                    TURN, id=f"t{at}", conversation=f"c{at}", question=question, asker=PERSON,
                    outcome=Outcome.ANSWERED, grounding=Grounding.NEAR, started=time.time(),
                )  # fmt: skip
                await store.save([turn])

    in_loop(fill)
    (repository / "questions.toml").write_text(
        '[[question]]\nask = "How bright can a lamp be?"\npage = "docs/guide.md"\n'
        'section = "Dimming a lamp"\nmust = ["between 0 and 100"]\n'
    )
    yield Desk(repository, tmp_path / "gaps", model_server)


def spent(desk: Desk) -> float:
    """What the day has cost, as the server counts it."""
    told: list[float] = []

    async def read() -> None:
        async with opened(desk.out.parent / "data") as store:
            told.append(await store.spent())

    in_loop(read)
    return told[0]


def test_a_draft_applies_builds_cites_lines_that_exist_and_turns_its_test_green(
    desk: Desk, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pytest.importorskip("mkdocs", reason="uv sync --group hosts")
    before = {path: path.read_bytes() for path in desk.repository.rglob("*") if path.is_file()}
    desk.model.script(desk.good())
    assert desk.draft() == 0
    said = capsys.readouterr().out
    assert "builds   yes: " in said
    assert "mkdocs build" in said
    assert "does not hold before, holds after" in said
    assert "0 broken" in said
    assert "docs/guide.md:" in said
    assert desk.model.calls == 1
    asked = str(desk.model.requests[0]["messages"])
    assert all(words in asked for words in ASKED[1:])
    assert {path: path.read_bytes() for path in before} == before, "the tree stays as it is"
    # And so it is where somebody takes it.
    tree = tmp_path / "taken" / "lantern"
    copied(desk.repository, tree)
    subprocess.run(["git", "init", "-q"], cwd=tree, check=True)
    subprocess.run(["git", "apply", str(desk.patch)], cwd=tree, check=True)
    page = (tree / "docs/guide.md").read_text()
    assert page.index("## Dimming a lamp") < page.index("## Turning lamps off at night")
    assert "[1]" not in page
    assert len(tomllib.loads((tree / "questions.toml").read_text())["question"]) == 2
    assert answer_tests.main(["--repo", str(tree)]) == 0
    assert desk.patch.read_text().count("With its citations") == 1


def test_what_cannot_be_used_is_told_to_the_model_once_and_then_to_the_operator(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.model.script(desk.good().replace("[1]", "[99]"), desk.good())
    assert desk.draft("--build", "off") == 0
    assert "There is no passage 99" in str(desk.model.requests[1]["messages"][-1]["content"])
    assert "builds   not tried" in capsys.readouterr().out
    desk.model.script(desk.good().replace("[1]", "[99]"), "no idea")
    assert desk.draft("--build", "off") == 2
    assert "cannot be used" in capsys.readouterr().err
    desk.model.script("NOTHING")
    before = spent(desk)
    assert desk.draft("--build", "off") == 2
    assert "does not answer" in capsys.readouterr().err
    assert spent(desk) > before > 0, "what is of no use is paid for, too"


def test_a_draft_that_breaks_the_build_is_kept_and_told(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.model.script(desk.good(), desk.good())
    guide = (desk.repository / "docs/guide.md").read_text()
    (desk.repository / "docs/as_it_was.txt").write_text(guide)
    breaks = "diff -q docs/guide.md docs/as_it_was.txt"
    assert desk.draft("--build", breaks) == 1
    assert "the site does not build" in capsys.readouterr().out
    assert "It does not hold" in desk.patch.read_text()
    desk.model.script(desk.good())
    assert desk.draft("--build", "false") == 0, "it does not build without the draft either"
    assert "nor without the draft" in capsys.readouterr().out


def test_an_answer_that_a_draft_breaks_is_told(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    with (desk.repository / "questions.toml").open("a") as file:
        file.write(
            '[[question]]\nask = "turning lamps off"\nmust_not = ["for zero turns the lamp off"]\n'
        )
    desk.model.script(desk.good(), desk.good())
    assert desk.draft("--build", "off") == 1
    said = capsys.readouterr().out
    assert "1 broken" in said
    assert "“turning lamps off” holds no more" in said
    assert "git apply" not in said


def test_without_a_model_or_such_a_gap_it_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--draft", "7"]) == 2
    assert "there is no gap 7; of these days there are 1" in capsys.readouterr().err
    for name in ("HYPERRUN_MODEL", "HYPERRUN_API_KEY", "HYPERRUN_API_BASE"):
        monkeypatch.setenv(name, "")
    assert desk.draft() == 2
    assert "set HYPERRUN_MODEL" in capsys.readouterr().err


MARKDOWN = (
    "---\na: 1\n---\n# Guide\n\nx\n\n## One\n\n```\n# no heading\n```\n\n"
    "### Deep\n\ny\n\n## Two\n\nz\n"
)
RESTRUCTURED = (
    "=====\nGuide\n=====\n\nx\n\nOne\n---\n\nText.\n\nDeep\n~~~~\n\ny\n\n"
    ".. _two:\n\nTwo\n---\n\nz\n"
)


@pytest.mark.parametrize(
    ("file", "text", "after", "wanted"),
    [
        ("a.md", MARKDOWN, "One", "y\n\n## New\n\nBody.\n\n## Two\n"),
        ("a.md", MARKDOWN, "Deep", "y\n\n### New\n\nBody.\n\n## Two\n"),
        ("a.md", MARKDOWN, "Two", "z\n\n## New\n\nBody.\n"),
        ("a.md", MARKDOWN, "Guide", "z\n\n## New\n\nBody.\n"),
        ("a.md", MARKDOWN.replace("\n", "\r\n"), "Two", "z\r\n\r\n## New\r\n\r\nBody.\r\n"),
        ("a.md", "Text alone", "", "Text alone\n\n## New\n\nBody.\n"),
        ("a.md", "", "", "## New\n\nBody.\n"),
        ("a.rst", RESTRUCTURED, "One", "y\n\nNew\n---\n\nBody.\n\n.. _two:\n\nTwo\n---\n"),
        ("a.rst", RESTRUCTURED, "Deep", "y\n\nNew\n~~~\n\nBody.\n\n.. _two:\n\nTwo\n---\n"),
        ("a.rst", RESTRUCTURED, "", "z\n\nNew\n---\n\nBody.\n"),
        ("a.rst", "Title\n=====\n\nx\n", "", "x\n\nNew\n---\n\nBody.\n"),
    ],
)
def test_a_section_is_put_behind_another_and_all_that_is_under_it(
    file: str, text: str, after: str, wanted: str
) -> None:
    made = with_section(file, text, after, "New", "Body.")
    assert wanted in made
    assert "New" in [each.text for each in headings(file, made)]
    assert len(headings(file, made)) == len(headings(file, text)) + 1


SOURCES = [Source(1, Passage("a.py", 1, 9, "dim", "function", "def dim(level): ..."))]
PAGES = {"docs/a.md": "# A\n\n## B\n", "docs/b.rst": "B\n=\n", "docs/c.mdx": "# C\n"}
FINE = Draft("docs/a.md", "B", "New", ("dim",), "Call `dim`. [1]")


def test_a_draft_without_a_fault_has_none() -> None:
    assert list(faults(FINE, SOURCES, PAGES)) == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"page": "../etc/passwd"}, "`page` is one of"),
        ({"heading": "b"}, "already"),
        ({"after": "Nowhere"}, "no heading"),
        ({"body": " [1]"}, "no text"),
        ({"body": "Call `dim`."}, "No sentence cites"),
        ({"body": "Call `dim`. [1][7]"}, "no passage 7"),
        ({"must": ()}, "empty"),
        ({"must": ("other",)}, "does not stand in the text"),
        ({"body": "## X\n\nCall `dim`. [1]"}, "headings of its own"),
        ({"body": "Call dim. [1] <script>alert(1)</script>"}, "raw HTML"),
        ({"heading": "New <img src=x onerror=y>"}, "raw HTML"),
        ({"body": "Call dim. [1] [x](javascript:y)"}, "run or read"),
        ({"body": "Call `dim`. [1]\n\n```\n{{ config.__class__ }}\n```"}, "run or read"),
        ({"body": "Call `dim`. [1]\n\n--8<-- '/etc/passwd'"}, "run or read"),
        ({"body": "Call `dim`. [1]\n\n```{include} /etc/passwd\n```"}, "directive “include”"),
        ({"page": "docs/b.rst", "body": "Call `dim`. [1]\n\n.. include:: /etc/passwd"},
         "directive “include”"),
        ({"page": "docs/b.rst", "body": "Call dim. [1] :download:`/etc/passwd`"}, "run or read"),
        ({"page": "docs/c.mdx", "after": "C", "body": "Call dim. [1] {process.env}"}, "Braces"),
        ({"body": "Call `dim`. [1]" + "x" * 9_000}, "longer than"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_draft_is_told_in_a_sentence(
    changes: dict[str, object], why: str
) -> None:
    assert why in " ".join(faults(replace(FINE, **changes), SOURCES, PAGES))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "said", ["", "hello", "page: a\nheading: b", "---\nx", "page: a\n---\nx", "{}", "\x00" * 9],
)  # fmt: skip
def test_what_does_not_keep_the_form_is_no_draft(said: str) -> None:
    assert read(said) is None


def test_the_form_is_read_with_the_marks_that_models_put_around_it() -> None:
    head = "**page:** `docs/a.md`\nafter: “B”\nheading: ## New\nmust: `dim`; x;"
    said = f"```\n{head}\n---\nText. [1]\n```"
    assert read(said) == Draft("docs/a.md", "B", "New", ("dim", "x"), "Text. [1]")


def test_a_patch_is_gits_own_for_files_of_every_kind(tmp_path: Path) -> None:
    root, tree = tmp_path / "one", tmp_path / "two"
    (root / "ü b").mkdir(parents=True)
    (root / "ü b" / "c.md").write_bytes(b"a\r\nb")
    (root / "new.md").write_text("x\n")
    changed = {"ü b/c.md": "a\r\nb\r\nc\r\n", "made/d.md": "+++ b/x\n"}
    patch = patch_of(root, changed)
    copied(root, tree)
    assert applied(tree, patch) == ""
    assert (tree / "ü b" / "c.md").read_bytes() == b"a\r\nb\r\nc\r\n"
    assert (tree / "made/d.md").read_text() == "+++ b/x\n"
    assert "does not apply" in applied(tree, patch)
