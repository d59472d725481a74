"""The store, its tokens and its keys: what lasts, what is secret, what survives a kill."""

import asyncio
import hmac
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hyperrun.domain import (
    Asker,
    Call,
    Door,
    Grounding,
    Handed,
    Outcome,
    PageContext,
    Source,
    Step,
    Turn,
    Usage,
)
from hyperrun.errors import StoreError
from hyperrun.passage import Passage
from hyperrun.settings import Settings
from hyperrun.storage.files import Secret, secret
from hyperrun.storage.keys import Keys
from hyperrun.storage.schema import MIGRATIONS
from hyperrun.storage.sqlite import SQLiteStore
from hyperrun.storage.tokens import Tokens
from tests.leaks import KEY

TURN = Turn(
    id="turn-1",
    conversation="conversation-1",
    question="How? 🙂\u2028",
    page=PageContext("https://docs.example/a", "A", "B", "selected"),
    answer="So [1].",
    steps=(Step("how", 2), Step("why", failed=True)),
    sources=(Source(1, Passage("a.md", 1, 2, "A > B", "section", "text", url="https://x/")),),
    usage=Usage("openai/x", 10, 5, 0.25),
    started=1_000.0,
    suggestions=("Why?",),
    notice="error_budget",
    asker=Asker(Door.MCP, "claude-code"),
    grounding=Grounding.CITED,
    language="de",
    handed=(Handed(1, "a.md", "A > B", 1, 2, "https://x/", 0.5, 4), Handed(2, "b.md", "B")),
    calls=(Call("openai/x", 10, 5, 0.25, 1.5, "stop"), Call("openai/x")),
)


def secrets_in(folder: Path) -> Secret:
    """Secrets that are kept in `folder`, by their file's name."""
    return lambda name: secret(folder / name)


@asynccontextmanager
async def opened(folder: Path, **changes: Any) -> AsyncIterator[SQLiteStore]:
    store = SQLiteStore(replace(Settings(), data_dir=folder, keep_days=0, **changes))
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def run(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(work())  # type: ignore[arg-type]


def test_a_key_lives_as_long_as_any_conversation_of_its_reader(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([replace(TURN, conversation="living~x", started=time.time())])
            for reader in ("living", "gone"):
                await store.put_key(reader, b"ciphertext")
        with closing(sqlite3.connect(tmp_path / "hyperrun.sqlite3")) as database, database:
            database.execute("UPDATE keys SET kept = 1")
        store = SQLiteStore(replace(Settings(), data_dir=tmp_path, keep_days=30))
        await store.open()
        assert await store.key("living") == b"ciphertext"
        assert await store.key("gone") is None
        await store.close()

    run(work)


def test_a_database_of_the_first_version_is_brought_along(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            assert await store.turns("c") == [replace(OLD, outcome=Outcome.ANSWERED)]
            await store.save([TURN])
            assert await store.turn("turn-1") == TURN

    with sqlite3.connect(tmp_path / "hyperrun.sqlite3") as connection:
        connection.executescript(f"{MIGRATIONS[0]}; PRAGMA user_version = 1")
        connection.execute(
            "INSERT INTO turns VALUES ('t', 'c', 'q', '{}', 'answered', 'a', '[]', '[]', '', 0, 0,"
            " NULL, 0, 'error_budget', '', 5.0, 6.0, 0, '', '')"
        )
    run(work)


OLD = Turn(
    id="t",
    conversation="c",
    question="q",
    answer="a",
    started=5.0,
    ended=6.0,
    notice="error_budget",  # stood where errors do
)


def test_a_database_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([TURN])
        path = tmp_path / "hyperrun.sqlite3"
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        with pytest.raises(StoreError, match="newer version"):
            async with opened(tmp_path):
                pass

    run(work)


def test_nobody_else_can_read_the_data(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path / "data") as store:
            Tokens(secrets_in(tmp_path / "data")).new()
            await Keys(secrets_in(tmp_path / "data"), store).put("c", "openai/x", KEY)

    run(work)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    for name in ("hyperrun.sqlite3", "token.key", "keys.key"):
        assert stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) == 0o600


# Tokens


def test_a_token_speaks_for_its_conversation(tmp_path: Path) -> None:
    tokens = Tokens(secrets_in(tmp_path))
    one, two = tokens.new().token, tokens.new().token
    assert one != two
    assert tokens.check(one) == one.partition(".")[0]
    assert Tokens(secrets_in(tmp_path)).check(one) == tokens.check(one)  # after a restart


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: "",
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token.replace(".", ""),
        lambda token: "A" + token[1:] if token[0] != "A" else "B" + token[1:],
        lambda token: token.partition(".")[0],
        lambda token: token.partition(".")[0] + ".",
        lambda token: "." + token.partition(".")[2],
        lambda token: token + ".x",
        lambda token: "🙂" * 24 + "." + token.partition(".")[2],
        lambda token: token.upper(),
        lambda token: "x" * 100_000,
        lambda token: "\x00",
    ],
)
def test_a_spoiled_token_speaks_for_nobody(tmp_path: Path, spoil: Callable[[str], str]) -> None:
    tokens = Tokens(secrets_in(tmp_path))
    assert tokens.check(spoil(tokens.new().token)) is None


def test_tokens_that_older_versions_have_made_stay_valid(tmp_path: Path) -> None:
    tokens = Tokens(secrets_in(tmp_path))

    def signed(text: str) -> str:
        digest = hmac.digest(secret(tmp_path / "token.key"), text.encode(), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()

    for session in (one := tokens.new(), tokens.new(one.conversation)):
        assert session.token == f"{session.conversation}.{signed(session.conversation)}"
        assert tokens.check(session.token) == session.conversation
    assert tokens.open("").is_new and one.is_new
    assert not tokens.open(one.token).is_new and not tokens.new(one.conversation).is_new
    link = f"a-turn.{signed('share a-turn')}"
    assert tokens.share("a-turn") == link and tokens.shared(link) == "a-turn"


def test_a_token_of_another_server_speaks_for_nobody(tmp_path: Path) -> None:
    assert (
        Tokens(secrets_in(tmp_path / "one")).check(Tokens(secrets_in(tmp_path / "two")).new().token)
        is None
    )


def test_two_processes_agree_on_a_secret(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from hyperrun.storage.files import secret;"
        "sys.stdout.write(secret(Path(sys.argv[1])).hex())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "key")]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]
    said = {process.communicate()[0] for process in started}
    assert len(said) == 1
    assert len(bytes.fromhex(said.pop().decode())) == 32


def test_a_secret_that_was_cut_short_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(ValueError, match="5 bytes"):
        secret(tmp_path / "key")


# Keys


def test_a_readers_key_is_ciphertext_on_disk(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            keys = Keys(secrets_in(tmp_path), store)
            await keys.put("c", "openai/x", KEY)
            kept = await Keys(secrets_in(tmp_path), store).get("c")
            assert kept is not None
            assert (kept.model, kept.api_key) == ("openai/x", KEY)
            assert KEY not in repr(kept)
            assert await keys.get("d") is None
            await keys.put("c", "openai/y", f"{KEY}-another")
            again = await keys.get("c")
            assert again is not None and again.model == "openai/y"

    async def forget() -> None:
        async with opened(tmp_path) as store:
            keys = Keys(secrets_in(tmp_path), store)
            await keys.forget("c")
            assert await keys.get("c") is None

    run(work)
    for path in tmp_path.iterdir():
        assert KEY.encode() not in path.read_bytes()
    run(forget)


def test_a_key_moved_to_another_conversation_is_no_key_of_it(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            keys = Keys(secrets_in(tmp_path), store)
            await keys.put("mine", "openai/x", KEY)
            ciphertext = await store.key("mine")
            assert ciphertext is not None
            await store.put_key("theirs", ciphertext)
            assert await keys.get("theirs") is None
            await store.put_key("theirs", b"\x00 no ciphertext")
            assert await keys.get("theirs") is None

    run(work)


def test_a_key_whose_key_is_gone_is_no_key(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await Keys(secrets_in(tmp_path), store).put("c", "openai/x", KEY)
            (tmp_path / "keys.key").unlink()
            assert await Keys(secrets_in(tmp_path), store).get("c") is None

    run(work)


# Kills

WRITER = """
import asyncio, sys, time
from dataclasses import replace
from pathlib import Path
from hyperrun.domain import Outcome, Turn
from hyperrun.settings import Settings
from hyperrun.storage.sqlite import SQLiteStore

async def main():
    store = SQLiteStore(replace(Settings(), data_dir=Path(sys.argv[1]), keep_days=0))
    await store.open()
    number = int(sys.argv[2])
    while True:
        turn = Turn(id=f"t{number}", conversation="c", question="q" * 50, started=float(number))
        await store.save([turn])
        answer = f"<{number}>" + "x" * 20_000 + f"</{number}>"
        await store.save([replace(turn, answer=answer, outcome=Outcome.ANSWERED, ended=1.0)])
        print(number, flush=True)
        number += 1

asyncio.run(main())
"""


def kill_while_writing(folder: Path, first: int, after_s: float) -> set[str]:
    """Run a writer, kill -9 it; the turns that it said were there."""
    command = [sys.executable, "-c", WRITER, str(folder), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline()]
        time.sleep(after_s)
        os.kill(process.pid, signal.SIGKILL)
        said += process.stdout.readlines()
    return {f"t{line.strip()}" for line in said if line.endswith("\n")}


@pytest.mark.parametrize("kills", [4, pytest.param(50, marks=pytest.mark.slow)])
def test_a_kill_at_any_moment_loses_no_turn_and_leaves_none_half(
    tmp_path: Path, kills: int
) -> None:
    promised: set[str] = set()

    async def newest() -> int:
        async with opened(tmp_path) as store:
            turns = await store._turns("WHERE conversation = 'c' ORDER BY started")  # all
        answered = {turn.id: turn for turn in turns if turn.outcome is Outcome.ANSWERED}
        assert promised <= set(answered)
        for name, turn in answered.items():
            assert turn.answer.startswith(f"<{name[1:]}>")
            assert turn.answer.endswith(f"</{name[1:]}>")
        assert all(turn.outcome is not Outcome.RUNNING for turn in turns)
        return int(turns[-1].started)

    first = 0
    for kill in range(kills):
        promised |= kill_while_writing(tmp_path, first, 0.003 * (kill * 7 % 23))
        first = asyncio.run(newest()) + 1
        with sqlite3.connect(tmp_path / "hyperrun.sqlite3") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
