"""What machines read, from the real server."""

from pathlib import Path

import httpx

from tests.leaks import KEY
from tests.search.test_whole_pages import held_to_form
from tests.server import Serve


def test_the_listing_leads_to_every_page(serve: Serve) -> None:
    server = serve()
    answer = httpx.get(f"{server.url}/llms.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-robots-tag"] == "noindex"
    lists = held_to_form(answer.text)
    links = [line.partition("](")[2].partition(")")[0] for line in lists["Documentation"]]
    assert links == [f"{server.url}/pages/guide.md"]
    page = httpx.get(links[0])
    assert page.headers["content-type"] == "text/markdown; charset=utf-8"
    assert page.headers["link"] == '<https://lantern.example/guide/>; rel="canonical"'
    assert page.text.startswith("# Lantern\n\nLantern lights rooms")
    assert "## Dimming a lamp" in page.text
    assert f"{server.url}/mcp" in answer.text
    whole = httpx.get(f"{server.url}/llms-full.txt").text
    assert page.text in whole


def test_a_page_is_markdown_where_that_is_asked_for_and_else_itself(serve: Serve) -> None:
    url = f"{serve().url}/pages/guide"
    asked = httpx.get(url, headers={"Accept": "text/markdown"})
    assert asked.text.startswith("# Lantern")
    assert "accept" in asked.headers["vary"].lower()
    plain = httpx.get(url)
    assert (plain.status_code, plain.headers["location"]) == (302, "https://lantern.example/guide/")


NO_PAGES = [
    "nothing.md", "%2e%2e/%2e%2e/etc/passwd", "lantern.py", "a" * 3_000, "%00",
    "https://evil.example/x", "-e", "%F0%9F%99%82", "%FF",
]  # fmt: skip


def test_there_is_no_other_page(serve: Serve) -> None:
    url = serve().url
    for path in NO_PAGES:
        answer = httpx.get(f"{url}/pages/{path}")
        assert answer.status_code == 404, path
        assert answer.json()["error"]["message"] == "There is nothing at this address."


def test_no_key_is_in_what_machines_read(serve: Serve, repository: Path) -> None:
    with (repository / "docs" / "guide.md").open("a") as guide:
        guide.write(f"\nThe key is {KEY}.\n")
    url = serve().url
    assert KEY not in httpx.get(f"{url}/pages/guide.md").text
    assert KEY not in httpx.get(f"{url}/llms-full.txt").text


def test_an_address_reads_so_much_a_minute(serve: Serve) -> None:
    url = serve(changes_per_minute_per_address=3).url
    for path in ("llms.txt", "llms-full.txt", "pages/guide.md"):
        statuses = [httpx.get(f"{url}/{path}").status_code for _ in range(9)]
        assert 429 in statuses
    refused = httpx.get(f"{url}/llms.txt")
    assert refused.json()["error"]["code"] == "too_many_requests"
