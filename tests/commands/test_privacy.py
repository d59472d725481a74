"""Export and delete one conversation, from the command line, beside a running server."""

import json
import os
import subprocess
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from hyperrun.domain import Outcome
from tests import standing_by
from tests.storage.test_store import TURN, opened, run


def operators(module: str, data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """An operator's command, as a process of its own."""
    environment = os.environ | {"HYPERRUN_DATA_DIR": str(data_dir)}
    return standing_by.run(module, *arguments, env=environment)


command = partial(operators, "hyperrun.commands.privacy")


@pytest.mark.parametrize("any_id", ["conversation-1", "turn-1"])
def test_a_conversation_is_exported_and_deleted_while_the_server_runs(
    tmp_path: Path, any_id: str
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            other = replace(TURN, id="turn-2", conversation="other")
            await store.save([replace(TURN, outcome=Outcome.ANSWERED), other])
            await store.put_key("conversation-1", b"ciphertext")

            exported = command(tmp_path, "export", any_id)
            assert exported.returncode == 0, exported.stderr
            said = json.loads(exported.stdout)
            assert said["turns"][0]["question"] == TURN.question
            assert said["turns"][0]["sources"][0]["passage"]["file"] == "a.md"
            assert "ciphertext" not in exported.stdout

            assert command(tmp_path, "delete", any_id).returncode == 0
            assert await store.turns("conversation-1") == []
            assert await store.key("conversation-1") is None
            # What the server has in flight is not touched.
            assert await store.turn("turn-2") == other

    run(work)


@pytest.mark.parametrize("any_id", ["nobody", "", "%", "' OR 1=1 --", "--", "-x", "🙂"])
def test_an_id_that_is_not_there_deletes_nothing(tmp_path: Path, any_id: str) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([TURN])
            done = command(tmp_path, "delete", any_id)
            assert done.returncode == 1, done.stderr
            assert "nothing is kept" in done.stderr
            assert await store.turn("turn-1") == TURN

    run(work)


@pytest.mark.parametrize("arguments", [(), ("export",), ("drop", "x"), ("export", "x", "y")])
def test_a_command_that_is_none_is_answered_with_its_usage(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = command(tmp_path, *arguments)
    assert done.returncode == 2
    assert "export ID" in done.stderr


def test_without_a_database_it_says_so_and_makes_none(tmp_path: Path) -> None:
    done = command(tmp_path / "empty", "export", "x")
    assert done.returncode == 2
    assert "there is no" in done.stderr
    assert not (tmp_path / "empty").exists()
