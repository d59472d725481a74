"""Answers for the version of the documentation that the reader is on, from page to permalink."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, expect

from tests.host_sites import OPEN_ROOTS, docs, embedding
from tests.leaks import KEY
from tests.model_server import ModelServer, Script, Tool
from tests.search import repository
from tests.server import RunningServer, Serve

pytestmark = pytest.mark.browser

QUESTION = "How do I wind the gramophone?"


@dataclass(frozen=True)
class Project:
    """A repository with a tag for each version, and what each says."""

    root: Path
    commits: dict[str, str]


WAYS = {"1.0": "by a crank", "2.0": "by a wire", "latest": "by a wish"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Tags v1.0 and v2.0, and a commit after them."""
    root = tmp_path / "gramophone"
    repository.write(root, "README.md", "# Gramophone\n")
    repository.git(root, "init", "-q")
    repository.git(root, "remote", "add", "origin", "https://github.com/lamps/gramophone.git")
    commits = {}  # type: ignore[var-annotated]
    for version, way in WAYS.items():
        # A longer page each time: the same words stand on other lines.
        before = "More was said.\n\n" * len(commits)
        page = f"# Setup\n\n{before}Wind the gramophone {way}.\n"
        repository.write(root, "docs/setup.md", page)
        repository.git(root, "add", ".")
        repository.git(root, "commit", "-qm", version)
        commits[version] = repository.git(root, "rev-parse", "HEAD")
        if version != "latest":
            repository.git(root, "tag", f"v{version}")
    return Project(root, commits)


@pytest.fixture
def server(serve: Serve, project: Project, model_server: ModelServer) -> Iterator[RunningServer]:
    yield serve(
        repo_path=str(project.root),
        model="openai/scripted",
        api_base=model_server.url,
        api_key=KEY,
    )


def asked(chat: FrameLocator, question: str = QUESTION) -> None:
    """Send the question and wait for the whole answer."""
    chat.locator("html[data-ready]").wait_for()
    chat.locator("#query").fill(question)
    chat.locator("#query").press("Enter")
    expect(chat.locator(".exchange")).to_have_count(1)
    expect(chat.locator(".actions")).to_have_count(1, timeout=30_000)


def test_an_answer_is_of_the_version_whose_page_the_reader_is_on(
    server: RunningServer, project: Project, model_server: ModelServer, chromium: Browser
) -> None:
    page_of = embedding(server.url)
    with docs({f"/{version}/setup/": page_of for version in WAYS}) as site:
        # One reader after the other, with no wait in between.
        for version, way in WAYS.items():
            model_server.script(Script(tools=[Tool("wind the gramophone")]), f"Wind it {way} [1].")
            before = len(model_server.requests)
            context = chromium.new_context()
            context.add_init_script(OPEN_ROOTS)
            page = context.new_page()
            page.goto(site.url(f"/{version}/setup/"))
            page.locator("hyper-run .ask").click()
            chat = page.frame_locator("hyper-run iframe")
            asked(chat)
            told = str([each["messages"] for each in model_server.requests[before:]])
            for other, words in WAYS.items():
                assert (words in told.replace(f"Wind it {way} [1].", "")) == (other == version)
            link = chat.locator("a.citation")
            place = f"https://github.com/lamps/gramophone/blob/{project.commits[version]}/docs/"
            # While the answer streams it leads to the card below.
            expect(link).to_have_attribute(
                "href", re.compile(rf"^{re.escape(place)}setup.md\?plain=1#L")
            )
            chat.locator(".source-chip").first.click()
            expect(chat.locator(".source-card-float")).to_contain_text(f"gramophone {way}")
            page.reload()
            chat.locator(".source-chip").first.click(timeout=15_000)
            expect(chat.locator(".source-card-float")).to_contain_text(f"gramophone {way}")
            context.close()


def test_the_version_that_the_tag_names_wins_over_the_pages(
    server: RunningServer, model_server: ModelServer, chromium: Browser
) -> None:
    tagged = embedding(server.url, attributes='async data-version="1.0"')
    with docs({"/2.0/setup/": tagged}) as site:
        model_server.script(Script(tools=[Tool("wind the gramophone")]), "Wind it by a crank [1].")
        context = chromium.new_context()
        context.add_init_script(OPEN_ROOTS)
        page = context.new_page()
        page.goto(site.url("/2.0/setup/"))
        page.locator("hyper-run .ask").click()
        chat = page.frame_locator("hyper-run iframe")
        asked(chat)
        chat.locator(".source-chip").first.click()
        expect(chat.locator(".source-card-float")).to_contain_text("gramophone by a crank")
        context.close()
