"""What is this, and how do I begin? What every newcomer asks, and the passages that say it."""

import asyncio
from pathlib import Path

import pytest

from hyperrun.answering.extractive import extract
from hyperrun.domain import Source
from hyperrun.passage import Passage
from hyperrun.search.engine import Search
from hyperrun.search.introductions import asks_how_to_start, asks_what_it_is
from hyperrun.search.wanted import Wanted
from tests.search import repository
from tests.search.running import searched

NAMES = frozenset(("gin", "web", "framework"))
BADGES = "[![build](https://ci.example/a.svg)](https://ci.example/a)\n![logo](logo.png)\n"
CONTENTS = "- [Install](#install)\n- [Usage](#usage)\n"


@pytest.mark.parametrize(
    "question",
    [
        "What is Gin?", "what's gin", "What does this project do?", "Tell me about gin",
        "Why should I use Gin?", "what is this library for", "Describe the Gin web framework",
        "gin", "overview", "How does gin work?", "what is it?", "Who is this for?",
        "ginとは何ですか？", "これは何？", "このプロジェクトとは？",
        "Was ist Gin?", "Was macht das?",
        "Qu’est-ce que Gin ?", "c'est quoi ce projet", "¿Qué es Gin?", "O que é o Gin?",
        "gin是什么？", "这个项目是做什么的？", "Gin이란 무엇인가요?", "이 프로젝트는 무엇인가요?",
    ],
)  # fmt: skip
def test_a_question_about_the_whole_is_told_from_its_words(question: str) -> None:
    assert asks_what_it_is(question, NAMES)
    assert not asks_what_it_is(question, frozenset())


@pytest.mark.parametrize(
    "question",
    [
        "What is a router?", "How do I use it?", "how do I run gin", "Where is it configured?",
        "When does gin stop?", "why is gin slow", "tell me about middleware", "", "?", "🙂", "use",
        "ルーターとは何ですか", "、とは", "Was ist ein Router?", "路由是什么",
        "run", "What does gin.Default do?", "How does gin work with TLS?",
    ],
)  # fmt: skip
def test_a_question_about_a_part_is_none(question: str) -> None:
    assert not asks_what_it_is(question, NAMES)


@pytest.mark.parametrize(
    "question",
    [
        "How do I get started?", "getting started", "Quick start", "where should I start", "begin",
        "How can I start with Gin?", "How to get started with the gin framework?", "First steps",
    ],
)  # fmt: skip
def test_a_question_of_how_to_begin_is_told_from_its_words(question: str) -> None:
    assert asks_how_to_start(question, NAMES)
    assert not asks_what_it_is(question, NAMES)


@pytest.mark.parametrize(
    "question",
    [
        "How do I start the server?", "get started with middleware", "When does it start?", "", "?",
        "start with " + " " * 100_000 + "x", "what is " + "gin " * 100_000,
    ],
)  # fmt: skip
def test_to_start_something_is_another_question(question: str) -> None:
    assert not asks_how_to_start(question, NAMES)
    assert not asks_what_it_is(question, NAMES)


def found(folder: Path, files: dict[str, str], question: str, version: str = "") -> list[Passage]:
    """What is found in a project of these files for `question`."""
    root = folder / "lantern"
    for name, text in files.items():
        repository.write(root, name, text)
    passages: list[Passage] = []

    async def work(search: Search) -> None:
        passages.extend(await search.search(question, 6, version=version))

    searched(root, folder / "data", work)
    return passages


README = f"# Lantern\n\n{BADGES}\nLights a room in many colours.\n\n## Install\n\npip install it\n"
GUIDE = "# Lantern in depth\n\nLantern, lantern, lantern: how a lantern is made.\n"


@pytest.mark.parametrize("question", ["What is Lantern?", "What does this project do?"])
def test_the_readme_and_the_first_page_come_first(tmp_path: Path, question: str) -> None:
    index = "# Welcome\n\nThe documentation of Lantern begins here.\n"
    passages = found(
        tmp_path, {"README.md": README, "docs/guide.md": GUIDE, "docs/index.md": index}, question
    )
    assert [passage.file for passage in passages[:2]] == ["README.md", "docs/index.md"]
    assert "many colours" in passages[0].text
    places = [(passage.file, passage.start_line) for passage in passages]
    assert len(places) == len(set(places))


@pytest.mark.parametrize(
    ("readme", "first"),
    [
        # Nothing but badges and a list of contents is no introduction.
        (f"# Lantern\n\n{BADGES}\n# Contents\n\n{CONTENTS}\n# Why\n\nTo light any room.\n", "any"),
        # News stand above the sentence that says it.
        (f"# Lantern\n\n{BADGES}\n## Version 9!\n\nIt is out.\n\n**Lantern** is a lamp.\n", "lamp"),
        (f"{BADGES}\n# Lantern\n\nLights up any room you like.\n", "any room"),
    ],
)  # fmt: skip
def test_of_a_file_the_passage_that_says_it_is_taken(
    tmp_path: Path, readme: str, first: str
) -> None:
    passages = found(tmp_path, {"README.md": readme, "docs/guide.md": GUIDE}, "What is lantern?")
    assert passages[0].file == "README.md"
    assert first in passages[0].text


STEPS = "".join(f"### Step {n}\n\nHere you do the thing number {n}.\n\n" for n in range(5))


@pytest.mark.parametrize(
    ("name", "page", "titles"),
    [
        ("README.md", f"{README}\n## Getting started\n\n{STEPS}## More\n\nRead all about it.\n",
         [f"Lantern > Getting started > Step {n}" for n in range(3)]),
        ("README.md", f"{README}\n## 🚀 Quick Start\n\nLight it with a match.\n\n## X\n\nRead.\n",
         ["Lantern > 🚀 Quick Start"]),
        ("docs/quickstart.md", "# The first hour\n\nLight it with a match.\n",
         ["The first hour"]),
        ("docs/tutorial/first-steps.md", "# A match\n\nLight it with a match.\n", ["A match"]),
    ],
)  # fmt: skip
def test_where_one_begins_comes_first_and_in_its_order(
    tmp_path: Path, name: str, page: str, titles: list[str]
) -> None:
    files = {"docs/api/lamp.md": "# Starting\n\nHow to get a thing started, started, started.\n"}
    passages = found(tmp_path, files | {name: page}, "How do I get started?")
    assert [passage.title for passage in passages[: len(titles)]] == titles
    assert {passage.file for passage in passages[: len(titles)]} == {name}
    assert not titles[-1].startswith(passages[len(titles)].title)


def test_a_part_with_an_introduction_of_its_own_is_not_the_project(tmp_path: Path) -> None:
    files = {
        "introduction.md": "# Introduction\n\nLantern is a lamp for each room of a house.\n",
        "data-loaders/index.md": "# Data Loaders\n\nData loaders bring light from elsewhere.\n",
    }
    assert found(tmp_path, files, "what are data loaders")[0].file == "data-loaders/index.md"


def test_a_version_is_introduced_by_its_own_pages(tmp_path: Path) -> None:
    files = {
        "README.md": README,
        "docs/v1/index.md": "# Lantern 1\n\nOnce it had one colour only.\n",
        "docs/v1/guide.md": GUIDE,
    }
    passages = found(tmp_path, files, "what is lantern", version="v1")
    assert passages[0].file == "docs/v1/index.md"


def test_without_an_introduction_it_is_a_question_like_any_other(tmp_path: Path) -> None:
    files = {"docs/guide.md": GUIDE, "CHANGELOG.md": "# Lantern 2\n\nLantern is a new lamp.\n"}
    assert found(tmp_path, files, "What is Lantern?")[0].file == "docs/guide.md"


def test_the_answer_without_a_model_is_how_the_introduction_begins() -> None:
    whole = Passage(
        "README.md",
        1,
        5,
        "Lantern",
        "section",
        f"# Lantern\n\n{BADGES}\nIt lights.\n",
        content="# Lantern\n\nIt lights.",
    )
    other = Passage("docs/guide.md", 1, 3, "Guide", "section", "# Guide\n\nWhat is lantern oil?\n")

    async def alone(source: Source) -> list[Source]:
        return [source]

    async def said() -> str:
        sources = [Source(1, whole), Source(2, other)]
        pieces = extract(Wanted.of("What is Lantern?"), sources, alone, "en", introducing=1)
        return "".join([piece async for piece in pieces])

    assert asyncio.run(said()).endswith("**Lantern** [1]\n\nIt lights.\n\n")
