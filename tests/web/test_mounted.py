"""Two servers for two repositories in one process, each under a path of its own."""

import asyncio
import contextlib
import faulthandler
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import httpx
import pytest
import uvicorn
from mcp import Client
from starlette.applications import Starlette
from starlette.routing import Mount

from hyperrun.settings import Settings
from main import create_app
from tests.browser import eventually
from tests.server import write_repository
from tests.uvicorn_thread import serving
from tests.web.test_webhook import BODY, signed

FROM_THE_PAGE = {"HX-Request": "true"}


def is_ready(url: str) -> bool:
    """Its index is there. Where nothing is told in time, all threads say where they are."""
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TimeoutException:
        faulthandler.dump_traceback(2)
        return False


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where both stand: one at /lamps, the other at /docs/boats."""
    tmp_path = tmp_path_factory.mktemp("mounted")
    settings = Settings(port=0, search="embedded")
    lamps = replace(
        settings,
        repo_path=str(write_repository(tmp_path / "one")),
        data_dir=tmp_path / "lamps",
        reindex_secret="of the lamps",
        share=True,
    )
    boats = tmp_path / "boats"
    boats.mkdir()
    (boats / "README.md").write_text("# Boats\n\n## Mooring\n\nMoor a boat with two ropes.\n")
    others = replace(
        settings,
        repo_path=str(boats),
        data_dir=tmp_path / "others",
        reindex_secret="of the boats",
        starters=("How do I moor, and where?",),
    )
    apps = [create_app(lamps), create_app(others)]

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            for app in apps:
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    both = Starlette(
        routes=[Mount("/lamps", apps[0]), Mount("/docs/boats", apps[1])], lifespan=lifespan
    )
    config = uvicorn.Config(both, port=0, log_level="warning")
    with serving(config, stops_within_s=60) as port:
        url = f"http://localhost:{port}"
        for path in ("lamps", "docs/boats"):
            eventually(lambda path=path: is_ready(f"{url}/{path}"), 30)  # type: ignore[misc]
        yield url


def ask(url: str, question: str) -> tuple[str, str]:
    """A question's exchange as HTML and its answer's events."""
    answer = httpx.post(f"{url}/ask", data={"query": question}, headers=FROM_THE_PAGE)
    assert answer.status_code == 200, answer.text
    stream = answer.text.partition('sse-connect="')[2].partition('"')[0]
    return answer.text, httpx.get(f"{url}/{stream}", timeout=30).text


def test_each_answers_from_its_own_repository_and_keeps_its_own_readers(url: str) -> None:
    shown, lamps = ask(f"{url}/lamps", "How do I dim a lamp?")
    _, boats = ask(f"{url}/docs/boats", "How do I moor a boat?")
    assert "lantern.dim" in lamps and "event: close" in lamps and "ropes" not in lamps
    assert "two ropes" in boats and "lantern" not in boats
    token = shown.partition('name="token"')[2].partition('value="')[2].partition('"')[0]
    ours, theirs = (
        httpx.post(f"{url}/{path}/history", data={"token": token}, headers=FROM_THE_PAGE).text
        for path in ("lamps", "docs/boats")
    )
    assert "How do I dim a lamp?" in ours
    assert "How do I dim a lamp?" not in theirs, "a token of another site opens nothing"


def test_pages_scripts_and_errors_lead_back_to_their_own_path(url: str) -> None:
    for path in ("lamps", "docs/boats"):
        page = httpx.get(f"{url}/{path}/")
        assert page.status_code == 200 and f"{url}/{path}/embed" in page.text
        script = page.text.partition('src="assets/')[2].partition('"')[0]
        assert httpx.get(f"{url}/{path}/assets/{script}").status_code == 200
        assert httpx.get(f"{url}/{path}/embed").status_code == 200
        gone = httpx.get(f"{url}/{path}/shared/none", headers={"Sec-Fetch-Dest": "document"})
        assert gone.status_code == 404
        sheet = gone.text.partition('rel="stylesheet"')[2].partition('href="')[2].partition('"')[0]
        assert httpx.get(httpx.URL(str(gone.url)).join(sheet)).status_code == 200


def test_each_has_its_own_webhook(url: str) -> None:
    for path, secret in (("lamps", "of the lamps"), ("docs/boats", "of the boats")):
        for tried, status in ((secret, 202), ("of nobody", 404)):
            headers = {"X-Hub-Signature-256": signed(tried, BODY)}
            answer = httpx.post(f"{url}/{path}/reindex", content=BODY, headers=headers)
            assert answer.status_code == status, (path, tried)
    other = {"X-Hub-Signature-256": signed("of the boats", BODY)}
    assert httpx.post(f"{url}/lamps/reindex", content=BODY, headers=other).status_code == 404
    assert httpx.post(f"{url}/lamps/ask", data={"query": "How?"}).status_code == 403, "no page's"


def test_the_operators_starters_stand_on_every_page(url: str) -> None:
    for page in ("", "chat-standalone"):
        text = httpx.get(f"{url}/docs/boats/{page}").text
        assert "How do I moor, and where?" in text
        assert "How do I moor, and where?" not in httpx.get(f"{url}/lamps/{page}").text


def test_programs_come_in_below_each_path(url: str) -> None:
    for path, words in (("lamps", "dim a lamp"), ("docs/boats", "moor a boat")):
        home = f"{url}/{path}"
        listed = httpx.get(f"{home}/llms.txt").text
        (page,) = re.findall(rf"\(({re.escape(home)}/pages/[^)]+)\)", listed)
        assert httpx.get(page).headers["content-type"].startswith("text/markdown")
        found = httpx.post(f"{home}/api/search", json={"query": words}).json()["results"]
        assert words.split()[0] in found[0]["text"].lower()
        assert httpx.get(f"{home}/openapi.json").json()["servers"] == [{"url": home}]

        async def agent(home: str = home, page: str = page, words: str = words) -> None:
            async with Client(f"{home}/mcp") as client:
                told = await client.call_tool("search", {"query": words})
                assert not told.is_error
                assert [str(each.uri) for each in (await client.list_resources()).resources] == [
                    page
                ]

        asyncio.run(agent())
