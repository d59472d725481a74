"""What is tried at the desk's door, at its sessions, its pages and its frame, and fails."""

import asyncio
import functools
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx
import pytest

from hyperrun.domain import Asker, Door, Outcome, PageContext, Turn
from hyperrun.errors import BadSetting
from hyperrun.settings import Settings
from hyperrun.storage.sqlite import SQLiteStore
from hyperrun.web.desk import passwords
from hyperrun.web.desk.passwords import hashed, matches
from main import create_app
from tests.server import RunningServer, running, settings_in, write_repository
from tests.storage.test_store import TURN
from tests.web.desk.seat import PASSWORD, READ_PASSWORD, Seat, seat

PAGES = (
    "/desk", "/desk/conversations", "/desk/conversation/turn-1", "/desk/gaps", "/desk/searches",
    "/desk/pages", "/desk/sources", "/desk/limits", "/desk/settings", "/desk/export.csv",
    "/desk/export.json", "/desk/report.json", "/desk/report.md", "/desk/report.html",
    "/desk/reader/turn-1.json",
)  # fmt: skip
XSS = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><b>"


def save(server: RunningServer, *turns: Turn) -> None:
    """Put turns into a running server's store, by another process, as commands do."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        processes.submit(save_beside, server.settings, turns).result(60)


def save_beside(settings: Settings, turns: Sequence[Turn]) -> None:
    """What the other process does."""

    async def work() -> None:
        async with SQLiteStore(settings).open_alongside_server() as store:
            await store.save(turns)

    asyncio.run(work())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with a desk, two passwords, and one hostile turn."""
    folder = tmp_path_factory.mktemp("desk")
    settings = settings_in(
        folder, desk_password=PASSWORD, desk_read_password=hashed(READ_PASSWORD),
        changes_per_minute_per_address=0,
    )  # fmt: skip
    with running(settings) as started:
        started.wait_until_ready()
        save(started, hostile())
        yield started


def hostile() -> Turn:
    """A turn whose every text is an attack."""
    now = time.time()
    return replace(
        TURN, outcome=Outcome.ANSWERED, started=now, ended=now + 1, question=XSS, answer=XSS,
        page=PageContext(f"https://docs.example/{XSS}", XSS, XSS, XSS), error=XSS, notice="",
        asker=Asker(Door.MCP, XSS), language="en", suggestions=(XSS,),
        usage=replace(TURN.usage, model=XSS),
    )  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def remembered() -> Iterator[None]:
    """What a password's slow hash is, 50 ms of CPU, is found out once for each password."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "_scrypt", functools.cache(passwords._scrypt))
        yield


@pytest.fixture(autouse=True)
def forgiving(server: RunningServer) -> None:
    """Each test has its own attempts."""
    server.services.limits.rates._windows = None


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_led_to_the_door(server: RunningServer, path: str) -> None:
    answer = Seat(server.url).get(path)
    assert answer.status_code == 303
    assert httpx.URL(server.url + path).join(answer.headers["location"]).path == "/desk/login"
    assert "script" not in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_for_the_operator_and_is_kept_by_nobody(
    server: RunningServer, path: str
) -> None:
    answer = seat(server).get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("path", [page for page in PAGES if "export" not in page])
def test_what_strangers_wrote_is_text_on_every_page(server: RunningServer, path: str) -> None:
    text = seat(server).get(path).text
    if path.endswith((".md", ".json")):
        return
    assert "<script" not in text
    assert not re.search(r"<[^>]*\sonerror", text)
    assert "<b>" not in text


@pytest.mark.parametrize(
    "password",
    ["", " ", "wrong", PASSWORD + " ", PASSWORD.upper(), PASSWORD[:-1], "x" * 100_000, "\0",
     "' OR 1=1 --", hashed(READ_PASSWORD), "🙂" * 20],
)  # fmt: skip
def test_another_password_opens_nothing(server: RunningServer, password: str) -> None:
    visitor = Seat(server.url)
    answer = visitor.log_in(password)
    assert answer.status_code in (403, 413)
    assert "set-cookie" not in answer.headers
    assert visitor.get("/desk").status_code == 303


def test_guessing_is_slowed_before_a_password_is_compared(server: RunningServer) -> None:
    visitor = Seat(server.url)
    answers = [visitor.log_in(f"guess number {at}").status_code for at in range(11)]
    assert set(answers) == {403, 429}  # a minute slides on meanwhile
    assert answers.count(403) < 10
    slowed = visitor.log_in()  # the right one, too
    assert slowed.status_code == 429
    assert int(slowed.headers["retry-after"]) > 0
    assert "set-cookie" not in slowed.headers


def test_a_forwarded_address_makes_no_new_guesser(server: RunningServer) -> None:
    visitor = Seat(server.url)
    answers = {
        visitor.post(
            "/desk/login", {"password": "wrong wrong"}, X_Forwarded_For=f"10.0.0.{at}"
        ).status_code
        for at in range(11)
    }
    assert 429 in answers


def test_the_cookie_is_bound_to_the_host_and_out_of_reach(server: RunningServer) -> None:
    cookie = Seat(server.url).log_in().headers["set-cookie"]
    assert cookie.startswith("__Host-hyperrun-desk=")
    for part in ("Path=/", "Secure", "HttpOnly", "SameSite=strict", "Max-Age=43200"):
        assert part in cookie
    assert "Domain" not in cookie


def test_a_session_that_an_attacker_has_fixed_is_not_taken(server: RunningServer) -> None:
    visitor = Seat(server.url, "__Host-hyperrun-desk=fixed-by-somebody-else")
    assert visitor.get("/desk").status_code == 303
    before = visitor.cookie
    assert visitor.log_in().status_code == 303
    assert visitor.cookie != before
    assert Seat(server.url, before).get("/desk").status_code == 303


@pytest.mark.parametrize(
    "held", ["", "x", "a" * 43, "../../etc", "' OR ''='", "\x7f", "a" * 5_000, "desk/", "%00"]
)
def test_a_forged_session_is_none(server: RunningServer, held: str) -> None:
    visitor = Seat(server.url, f"__Host-hyperrun-desk={held}")
    assert visitor.get("/desk").status_code in (303, 400, 431)


def test_a_session_of_another_name_is_none(server: RunningServer) -> None:
    held = seat(server).cookie.partition("=")[2]
    assert Seat(server.url, f"hyperrun-desk={held}").get("/desk").status_code == 303


def test_what_stands_in_the_store_is_no_session(server: RunningServer) -> None:
    visitor = seat(server)
    held = visitor.cookie.partition("=")[2]
    # By another process: to close the file in this one would end SQLite's locks on it.
    found = subprocess.run(
        ["grep", "-rlF", "-e", held, str(server.settings.data_dir)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (found.returncode, found.stdout) == (1, "")


def test_logging_out_ends_the_session_for_good(server: RunningServer) -> None:
    visitor = seat(server)
    form = visitor.form
    answer = visitor.post("/desk/logout", {"form": form})
    assert answer.status_code == 303
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert visitor.get("/desk").status_code == 303


def test_logging_in_again_ends_the_session_before(server: RunningServer) -> None:
    visitor = seat(server)
    old = visitor.cookie
    visitor.log_in()
    assert Seat(server.url, old).get("/desk").status_code == 303
    assert visitor.get("/desk").status_code == 200


def test_a_session_expires(tmp_path: Path) -> None:
    settings = replace(
        Settings(), port=0, repo_path=str(write_repository(tmp_path)), data_dir=tmp_path / "data",
        search="embedded", desk_password=PASSWORD, desk_session_h=0.5 / 3_600,
    )  # fmt: skip
    with running(settings) as server:
        visitor = seat(server)
        deadline = time.monotonic() + 10
        while visitor.get("/desk").status_code == 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_another_password_ends_every_session(tmp_path: Path) -> None:
    settings = replace(
        Settings(), port=0, repo_path=str(write_repository(tmp_path)), data_dir=tmp_path / "data",
        search="embedded", desk_password=PASSWORD,
    )  # fmt: skip
    with running(settings) as server:
        visitor = seat(server)
    with running(replace(settings, desk_password=PASSWORD + " 2")) as server:
        assert Seat(server.url, visitor.cookie).get("/desk").status_code == 303
    with running(settings) as server:  # and a restart alone does not
        assert Seat(server.url, seat(server).cookie).get("/desk").status_code == 200


CHANGES = ("/desk/logout", "/desk/reindex", "/desk/reader/turn-1/delete")


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize("form", ["", "forged", "x" * 32])
def test_a_forged_form_changes_nothing(server: RunningServer, path: str, form: str) -> None:
    visitor = seat(server)
    assert visitor.post(path, {"form": form, "sure": "yes"}).status_code == 403
    assert visitor.get("/desk/conversation/turn-1").status_code == 200


@pytest.mark.parametrize("path", CHANGES)
def test_another_sessions_form_changes_nothing(server: RunningServer, path: str) -> None:
    one, other = seat(server), seat(server)
    assert one.post(path, {"form": other.form, "sure": "yes"}).status_code == 403


@pytest.mark.parametrize("path", [*CHANGES, "/desk/login"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost.evil.example", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_foreign_pages_form_is_refused(
    server: RunningServer, path: str, headers: dict[str, str]
) -> None:
    visitor = seat(server)
    data = {"form": visitor.form, "sure": "yes", "password": PASSWORD}
    answer = httpx.post(
        f"{server.url}{path}", data=data, headers={"Cookie": visitor.cookie} | headers
    )
    assert answer.status_code == 403
    assert visitor.get("/desk").status_code == 200


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_cannot_be_asked_for_by_a_link(server: RunningServer, path: str) -> None:
    assert seat(server).get(f"{path}?form=x&sure=yes").status_code in (404, 405)


def test_who_only_looks_changes_nothing(server: RunningServer) -> None:
    visitor = Seat(server.url)
    assert visitor.log_in(READ_PASSWORD).status_code == 303
    assert visitor.get("/desk/conversations").status_code == 200
    form = re.search(r'name="form" value="([^"]+)"', visitor.get("/desk").text)
    assert form
    for path in CHANGES[1:]:
        assert visitor.post(path, {"form": form[1], "sure": "yes"}).status_code == 403
    assert "Delete all of it" not in visitor.get("/desk/conversation/turn-1").text
    assert visitor.get("/desk/conversation/turn-1").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/desk/chat-standalone", "/desk/embed", "/desk/embed/x", "/desk/assets/x", "/desk/embed.js",
     "/desk/conversation/chat-standalone"],
)  # fmt: skip
def test_no_path_of_the_desk_can_be_framed(server: RunningServer, path: str) -> None:
    for visitor in (Seat(server.url), seat(server)):
        headers = visitor.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    ["/desk/../desk", "/desk/..%2fsettings", "/desk/%2e%2e/healthz", "//desk", "/desk//settings",
     "/DESK", "/desk;/settings", "/desk/settings/", "/desk/.css", "/desk/access.py",
     "/desk/..%2f..%2fhyperrun.sqlite3", "/desk/desk.css", "/desk/settings%00",
     "/desk/reader/.json",
     "/desk/conversation/..%2f..%2fkeys.key"],
)  # fmt: skip
def test_no_trick_of_paths_leads_past_the_door(server: RunningServer, path: str) -> None:
    import http.client

    host = httpx.URL(server.url)
    connection = http.client.HTTPConnection(host.host, host.port)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status in (303, 307, 400, 404)
    assert b"HYPERRUN_DESK_PASSWORD" not in body


SSO: dict[str, Any] = {
    "desk_header": "Remote-User", "desk_users": ("ann", "bob:reader"),
    "trusted_proxies": ("192.0.2.1",),
}  # fmt: skip


@pytest.fixture(scope="module")
def behind_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose proxy, 127.0.0.1, signs people in."""
    folder = tmp_path_factory.mktemp("sso")
    settings = settings_in(
        folder, **(SSO | {"trusted_proxies": ("127.0.0.1", "::1")}),
    )  # fmt: skip
    with running(settings) as server:
        server.wait_until_ready()
        yield server


@pytest.mark.parametrize(
    ("user", "status"),
    [("ann", 200), ("bob", 200), ("eve", 403), ("", 403), ("ANN", 403), ("ann,eve", 403),
     ("*", 403), ("ann:operator", 403), ("a" * 300, 403)],
)  # fmt: skip
def test_the_named_proxy_says_who_it_is(
    behind_proxy: RunningServer, user: str, status: int
) -> None:
    assert Seat(behind_proxy.url).get("/desk", Remote_User=user).status_code == status


def test_behind_a_proxy_there_is_no_password(behind_proxy: RunningServer) -> None:
    visitor = Seat(behind_proxy.url)
    assert visitor.get("/desk/login").status_code == 404
    assert visitor.log_in("").status_code == 404


def test_two_users_in_one_request_are_none(behind_proxy: RunningServer) -> None:
    headers = [("Remote-User", "ann"), ("Remote-User", "bob")]
    assert httpx.get(f"{behind_proxy.url}/desk", headers=headers).status_code == 403


def test_who_only_looks_by_the_proxy_changes_nothing(behind_proxy: RunningServer) -> None:
    visitor = Seat(behind_proxy.url)
    page = visitor.get("/desk", Remote_User="bob").text
    form = re.search(r'name="form" value="([^"]+)"', page)
    assert form
    answer = visitor.post("/desk/reindex", {"form": form[1]}, Remote_User="bob")
    assert answer.status_code == 403
    other = visitor.post("/desk/reindex", {"form": form[1]}, Remote_User="ann")
    assert other.status_code == 403  # bob's form


def test_the_header_of_anybody_else_counts_for_nothing(tmp_path: Path) -> None:
    settings = replace(
        Settings(), port=0, repo_path=str(write_repository(tmp_path)), data_dir=tmp_path / "data",
        search="embedded", desk_password=PASSWORD, **SSO,
    )  # fmt: skip
    with running(settings) as server:
        for name in ("Remote-User", "remote-user", "X-Forwarded-For"):
            assert Seat(server.url).get("/desk", **{name: "ann"}).status_code == 303


@pytest.mark.parametrize(
    "changes",
    [
        {"desk_password": "short"}, {"desk_read_password": "short"},
        {"desk_header": "Remote-User"},
        {"desk_header": "X-Forwarded-User", "trusted_proxies": ("10.0.0.1",)},
    ],
)  # fmt: skip
def test_settings_that_open_the_desk_to_anybody_stop_the_start(changes: dict[str, Any]) -> None:
    with pytest.raises(BadSetting):
        replace(Settings(), **changes).check()


@pytest.mark.parametrize("value", ["scrypt:", "scrypt:a:b", "scrypt:AAAA:AAAA", "scrypt:a:b:c"])
def test_a_hash_that_is_none_stops_the_start(tmp_path: Path, value: str) -> None:
    with pytest.raises(BadSetting, match="is no hash"):
        create_app(replace(Settings(), data_dir=tmp_path, desk_password=value))


def test_a_hash_is_the_password_without_telling_it() -> None:
    one, other = hashed(PASSWORD), hashed(PASSWORD)
    assert one != other
    assert PASSWORD not in one
    assert matches(PASSWORD, one) and matches(PASSWORD, other)
    assert not matches(one, one)


def test_without_a_desk_its_paths_are_like_any_other(tmp_path: Path) -> None:
    settings = replace(
        Settings(), port=0, repo_path=str(write_repository(tmp_path)), data_dir=tmp_path / "data",
        search="embedded",
    )  # fmt: skip
    with running(settings) as server:
        visitor = Seat(server.url)
        nowhere = visitor.get("/nowhere")
        for path in (*PAGES, "/desk/login"):
            answer = visitor.get(path)
            assert (answer.status_code, answer.text) == (nowhere.status_code, nowhere.text)
        assert visitor.log_in().status_code == visitor.post("/nowhere", {}).status_code


def test_nothing_of_the_desk_stands_on_readers_pages(server: RunningServer) -> None:
    for path in ("/", "/chat-standalone", "/embed", "/healthz"):
        assert "desk" not in httpx.get(f"{server.url}{path}").text


def test_no_secret_stands_on_the_settings_page(server: RunningServer) -> None:
    text = seat(server).get("/desk/settings").text
    assert PASSWORD not in text
    assert "scrypt:" not in text
    assert "HYPERRUN_DESK_PASSWORD" in text


@pytest.mark.parametrize("formula", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1"])
def test_a_spreadsheet_takes_no_question_for_a_formula(formula: str) -> None:
    from hyperrun.web.desk.exports import _cell

    assert _cell(formula).startswith("'")
