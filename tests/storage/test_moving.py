"""What one process kept in SQLite, in the database of several."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hyperrun.commands import move
from hyperrun.domain import Outcome
from hyperrun.settings import Settings
from hyperrun.storage.keys import Keys
from hyperrun.storage.opening import store_of
from hyperrun.storage.store import Missed, Store
from hyperrun.storage.tokens import Tokens
from tests.leaks import KEY
from tests.postgresql import PostgreSQL
from tests.storage.test_store import TURN

RATED = replace(TURN, id="rated", outcome=Outcome.ANSWERED, ended=1_001.0)


async def _filled(store: Store) -> str:
    await store.open()
    try:
        session = Tokens(store.secret).new()
        await store.save([TURN, replace(RATED, conversation=session.conversation)])
        await store.rate(session.conversation, "rated", -1, "wrong", "no")
        await store.add_spend(0.5)
        await store.count_missed("fog")
        await store.place("search", ["fog"], "Fog lamps")
        await store.place("turn", ["rated"], "Reasons")
        await Keys(store.secret, store).put(session.conversation, "openai/x", KEY)
        return session.token
    finally:
        await store.close()


def test_a_folder_is_brought_into_an_empty_database_once(
    tmp_path: Path, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    settings: Any = replace(Settings(), data_dir=tmp_path / "data", keep_days=0)
    token = asyncio.run(_filled(store_of(settings)))
    url = postgresql.new_database()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYPERRUN_DATABASE_URL", url)
    assert move.main([str(settings.data_dir)]) == 0
    assert "2 turns" in capsys.readouterr().out

    async def look() -> None:
        store = store_of(replace(settings, database_url=url))
        await store.open()
        try:
            conversation = Tokens(store.secret).check(token)
            assert conversation is not None
            [rated] = await store.turns(conversation)
            assert (rated.rating, rated.comment, rated.answer) == (-1, "no", TURN.answer)
            cut = await store.turn(TURN.id)
            assert cut is not None and cut.outcome is Outcome.INTERRUPTED
            assert await store.spent() == 0.5
            assert await store.missed("2000-01-01") == [Missed("fog", 1, need="Fog lamps")]
            needs = {each.id: each.need for each in await store.summaries(0.0)}
            assert needs == {"rated": "Reasons", TURN.id: None}
            kept = await Keys(store.secret, store).get(conversation)
            assert kept is not None and kept.api_key == KEY
        finally:
            await store.close()

    asyncio.run(look())
    assert move.main([str(settings.data_dir)]) == 2
    assert "has conversations already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "says"), [("", "it is not set"), ("postgresql://", "is no folder")]
)
def test_what_cannot_be_brought_is_told(
    url: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYPERRUN_DATABASE_URL", url)
    assert move.main([str(tmp_path / "nowhere")]) == 2
    assert says in capsys.readouterr().err
