"""A chat page over a scripted model, for all tests of reading."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Complaints
from tests.model_server import ModelServer, running_model_server
from tests.server import RunningServer, running, settings_in

MORE = "# More\n" + "".join(
    f"\n## {title}\n\nHow to go about {title.lower()}, in a few plain words.\n"
    for title in ("Grouping lamps", "Waking with light", "Rooms and floors", "Light by schedule",
                  "Lamps on a map", "Sharing a house", "Colours at night", "Saving some power")
)  # fmt: skip


@pytest.fixture(scope="package")
def model() -> Iterator[ModelServer]:
    """The model of all these pages, scripted by each test."""
    with running_model_server() as server:
        yield server


@pytest.fixture(scope="package")
def server(model: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for the whole folder."""
    folder = tmp_path_factory.mktemp("reading")
    settings = settings_in(
        folder,
        model="openai/scripted",
        api_base=model.url,
        share=True,
        human_url="https://forum.example/new?title={question}&body={answer}",
        questions_per_minute=0,
        questions_per_minute_per_address=0,
    )
    (Path(settings.repo_path) / "docs" / "more.md").write_text(MORE)
    with running(settings) as server:
        server.wait_until_ready()
        yield server


@pytest.fixture
def chat(server: RunningServer, model: ModelServer, chromium: Browser) -> Iterator[Page]:
    """The chat page of a new reader; the console must stay quiet."""
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    complaints = Complaints()
    complaints.watch(page)
    page.goto(f"{server.url}/chat-standalone")
    model.forget()
    yield page
    refused = (
        "Failed to load resource: the server responded with a status of 4",
        "Response Status Error Code 4",
        "Response Status Error Code 200",  # which is not ours
        "Failed to load resource: net::ERR_",  # a line that is lost
        "htmx:afterRequest,",
        "htmx:sendError,",
    )
    assert [each for each in complaints.said if not each.startswith(refused)] == []
    context.close()
