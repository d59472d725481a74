"""By which names the server answers, and what strangers may send to it."""

import hashlib
import hmac
from collections.abc import Iterator

import httpx
import pytest

from hyperrun.errors import BadSetting
from hyperrun.logs import MAX_VALUE_CHARS, cut
from hyperrun.settings import Settings
from hyperrun.text import in_markdown
from hyperrun.web.origins import host_name, is_own_host, own_names
from hyperrun.web.proxies import Proxies
from tests.server import RunningServer, Serve

OWN = ["localhost", "localhost:5001", "127.0.0.1:5001", "[::1]:5001", "192.168.1.7", "lamps",
       "a.localhost:5001", "ask.example", "ASK.example:443", "ask.example."]  # fmt: skip
FOREIGN = ["evil.example", "evil.example:5001", "127.0.0.1.evil.example", "ask.example.evil.org",
           "localhost.evil.example"]  # fmt: skip


@pytest.fixture
def server(serve: Serve) -> Iterator[RunningServer]:
    yield serve(public_url="https://ask.example", reindex_secret="s", metrics=True)


def test_only_hosts_that_are_ours_are_answered() -> None:
    names = own_names(Settings(public_url="https://ask.example/chat"))
    assert [host for host in OWN if not is_own_host(host_name(host), names)] == []
    assert [host for host in FOREIGN if is_own_host(host_name(host), names)] == []


def test_a_page_that_leads_its_own_name_here_is_refused_with_a_sentence(
    server: RunningServer,
) -> None:
    for host in OWN:
        assert httpx.get(f"{server.url}/healthz", headers={"Host": host}).status_code == 200
    for host in FOREIGN:
        for path in ("/", "/healthz", "/embed", "/chat-standalone"):
            refused = httpx.get(f"{server.url}{path}", headers={"Host": host})
            assert refused.status_code == 421
            assert f"does not answer to the name {host_name(host)}" in refused.text
            assert "HYPERRUN_PUBLIC_URL" in refused.text


def test_a_trusted_proxy_may_ask_by_any_name(serve: Serve) -> None:
    server = serve(trusted_proxies=("127.0.0.1", "::1"))
    assert httpx.get(f"{server.url}/healthz", headers={"Host": "any.example"}).status_code == 200


PROXIES_SAY = (
    "X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "CF-Connecting-IP", "True-Client-IP",
    "X-Client-IP", "X-Cluster-Client-IP", "Fastly-Client-IP", "X-Forwarded", "CDN-Loop",
)  # fmt: skip


def test_the_numbers_are_shut_for_what_came_through_a_proxy(server: RunningServer) -> None:
    assert httpx.get(f"{server.url}/metrics").status_code == 200
    for header in PROXIES_SAY:
        through = httpx.get(f"{server.url}/metrics", headers={header: "10.0.0.1"})
        assert through.status_code == 404


def test_a_large_push_that_is_signed_is_taken_and_another_is_not(server: RunningServer) -> None:
    body = b"x" * 300_000
    signed = hmac.new(b"s", body, hashlib.sha256).hexdigest()
    url = f"{server.url}/reindex"
    taken = httpx.post(url, content=body, headers={"X-Hub-Signature-256": f"sha256={signed}"})
    assert taken.status_code == 202
    assert httpx.post(url, content=body).status_code == 413
    wrong = httpx.post(url, content=body, headers={"X-Hub-Signature-256": "sha256=00"})
    assert wrong.status_code == 404
    huge = httpx.post(url, content=body * 20, headers={"X-Hub-Signature-256": "sha256=00"})
    assert huge.status_code == 413


def test_a_network_of_IPv4_addresses_written_as_IPv6_is_what_it_means() -> None:
    proxies = Proxies(["::ffff:10.0.0.0/104"])
    assert proxies.trusts("10.1.2.3") and proxies.trusts("::ffff:10.1.2.3")
    assert not proxies.trusts("11.1.2.3")
    assert Proxies(["::ffff:10.0.0.1"]).trusts("10.0.0.1")
    with pytest.raises(BadSetting, match="write /96 or longer"):
        Proxies(["::ffff:10.0.0.0/90"])


@pytest.mark.parametrize("evil", [
    "![x](https://evil.example/x.png)", "<img src=x onerror=alert(1)>", "<details open>",
    "[a](javascript:alert(1))", "https://evil.example", "www.evil.example", "a@evil.example",
    "| a | b |", "`code`", "**bold**", "&lt;b&gt;", "# heading", "a\n\n# b", "\\[a](b)",
])  # fmt: skip
def test_what_readers_wrote_stays_text_in_a_report(evil: str) -> None:
    from markdown_it import MarkdownIt

    page = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(
        f"| a |\n| --- |\n| {in_markdown(evil)} |"
    )
    for tag in ("<img", "<a ", "<details", "<code", "<strong", "<h1"):
        assert tag not in page
    assert page.count("<td>") == 1


def test_what_a_stranger_wrote_is_cut_in_a_log() -> None:
    assert cut("short") == "short"
    long = cut("x" * 100_000)
    assert len(long) < MAX_VALUE_CHARS + 40
    assert long.endswith("… (99000 characters more)")
