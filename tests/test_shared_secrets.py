"""What one process has signed or encrypted is good at another that was started with it, on an empty
database."""

import html
import json
import re
import secrets
from pathlib import Path

import httpx
import pytest

from tests import trials
from tests.browser import eventually
from tests.leaks import KEY
from tests.model_server import ModelServer, Script
from tests.postgresql import PostgreSQL
from tests.server_process import PLAIN, ROOT, ServerProcess
from tests.several import Wanderer, running, settings_over, shown

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

MODEL = "openai/gpt-4o-mini"
READERS = f"{KEY}-own"

# A reader's key goes to the provider's own address; here that is the scripted model's.
PROGRAM = """
import os
from hyperrun.llm.endpoints import OPENAI_BASES

OPENAI_BASES["openai"] = os.environ["HYPERRUN_API_BASE"]
import main

main.main([])
"""


def visitors(server: ServerProcess) -> set[str]:
    """The names of those whose requests a server has written down."""
    lines = [line for line in server.log.splitlines() if line.startswith("{")]
    return {record["visitor"] for record in map(json.loads, lines) if "visitor" in record}


def forged(signed: str) -> str:
    """The same with another signature: the last letter's last bits would mean nothing."""
    return f"{signed[:-10]}{'A' if signed[-10] != 'A' else 'B'}{signed[-9:]}"


@pytest.mark.parametrize("given", ["", secrets.token_hex(32)], ids=["made once", "given"])
def test_what_one_process_has_signed_or_encrypted_is_good_at_another(
    tmp_path: Path, postgresql: PostgreSQL, model_server: ModelServer, given: str
) -> None:
    url = postgresql.new_database()
    settings = settings_over(
        tmp_path, url, model_server, HYPERRUN_SECRET=given, HYPERRUN_BYOK=MODEL, HYPERRUN_SHARE="on"
    )
    servers = [
        ServerProcess(
            tmp_path / f"server-{n}.log", ROOT, ("-c", PROGRAM),
            **settings | {"HYPERRUN_DATA_DIR": str(tmp_path / f"data-{n}")},
        )
        for n in range(2)
    ]  # fmt: skip
    with running(servers):
        trials.warm(servers)
        model_server.default = Script("It was counted.")
        for mints, other in ((0, 1), (1, 0)):
            reader = Wanderer(servers)
            turn_id = reader.ask(f"Asked at {mints}?", at=mints)
            assert shown(reader.follow(turn_id, at=other)) == "It was counted."
            token = reader.token
            assert f"Asked at {mints}?" in reader.post("history", at=other).text
            reader.follow(reader.ask("And there?", at=other), at=mints)
            assert reader.token == token  # nobody else's conversation was begun
            link = re.search(r'[^"]*/?(shared/[^"]+)"', reader.post(f"share/{turn_id}", mints).text)
            assert link
            address = f"{reader.url(other)}/{html.unescape(link[1])}"
            assert "It was counted." in httpx.get(address, verify=PLAIN).text
            assert httpx.get(forged(address), verify=PLAIN).status_code == 404

            saved = reader.post("save-settings", at=mints, model=MODEL, api_key=READERS)
            assert saved.status_code == 200, saved.text
            assert MODEL in reader.post("key-state", at=other).text
            reader.follow(reader.ask("On my own key?", at=other), at=other)
            assert model_server.headers[-1]["authorization"] == f"Bearer {READERS}"
            reader.post("forget-key", at=other)
            reader.follow(reader.ask("On yours?", at=mints), at=mints)
            assert model_server.headers[-1]["authorization"] == f"Bearer {KEY}"

            reader.token = forged(token)
            assert "Asked at" not in reader.post("history", at=other).text
        # One name of a visitor everywhere: limits count by it.
        eventually(lambda: len(visitors(servers[0])) >= 1 <= len(visitors(servers[1])))
        assert visitors(servers[0]) == visitors(servers[1])
        names = {name for (name,) in trials.rows(url, "SELECT name FROM secrets")}
        assert names == {"token.key", "keys.key", "visitors.key"}
