"""One table of secrets' shapes: each kind, planted wherever a secret can get in."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from hyperrun.domain import Outcome, Turn
from hyperrun.logs import Lines
from hyperrun.passage import Passage
from hyperrun.redaction import REDACTED, REMOVED, SHAPES, Shape, redacted, without_secrets
from hyperrun.search.engine import Search
from hyperrun.settings import Settings
from tests.model_server import ModelServer
from tests.server import RunningServer

FROM_THE_PAGE = {"HX-Request": "true"}
LONG = "a1B2c3D4e5" * 20
HEX = "a1b2c3d4e5" * 20
# Of kinds that are more than a mark and characters after it.
SPELLED = {
    "private key": ["-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----"],
    "age key": ["AGE-SECRET-KEY-1" + "QQ2S3D4F5G" * 6],
    "JSON web token": [f"eyJ{LONG[:20]}.eyJ{LONG[:20]}.{LONG[:20]}"],
    "Fernet": ["gAAAAABm" + LONG[:40] + "=="],
    "AWS": [f"{mark}ABCDEFGH12345678" for mark in ("AKIA", "ASIA", "ABIA", "ACCA")],
    "Google": ["AIza" + LONG[:35]],
    "Azure storage": ["AccountKey=" + LONG[:86] + "=="],
    "Azure sign-in": ["abc8Q~" + LONG[:34]],
    "Terraform": [LONG[:14] + ".atlasv1." + LONG[:67]],
    "OpenAI, Anthropic, OpenRouter, DeepSeek": [
        f"sk-{kind}{LONG[:48]}" for kind in ("", "proj-", "ant-api03-", "or-v1-", "svcacct-")
    ],
    "Slack webhook": [f"hooks.slack.com/services/T0AB1CD2E/B0AB1CD2E/{LONG[:24]}"],
    "Discord webhook": [f"discord.com/api/webhooks/123456789012345678/{LONG[:68]}"],
    "Telegram": ["1234567890:AA" + LONG[:33]],
    "SendGrid": [f"SG.{LONG[:22]}.{LONG[:43]}"],
    "Mailchimp": [HEX[:32] + "-us12"],
    "Mailgun": ["key-" + HEX[:32]],
    "Twilio": ["SK" + HEX[:32]],
    "Airtable": [f"pat{LONG[:14]}.{HEX[:64]}"],
}
HEXADECIMAL = {
    "ElevenLabs", "DigitalOcean", "Databricks", "Cloudflare", "Pulumi", "RubyGems", "Shopify",
}  # fmt: skip
CAPITALS = {"New Relic", "Dynatrace"}


def samples(shape: Shape) -> list[str]:
    """One secret for each of a kind's marks, as long as the longest are."""
    if shape.kind in SPELLED:
        return SPELLED[shape.kind]
    rest = HEX if shape.kind in HEXADECIMAL else LONG.upper() if shape.kind in CAPITALS else LONG
    return [mark + rest[:120] for mark in shape.marks]


SECRETS = [(shape.kind, each) for shape in SHAPES for each in samples(shape)]
TEXT = "".join(f"Set `lamp{number} = '{each}'` here.\n" for number, (_, each) in enumerate(SECRETS))


def kept(text: str) -> list[str]:
    """The kinds of which a whole secret, or most of one, stands in `text`."""
    middles = {kind: each[4 + len(each) // 4 : 28 + len(each) // 4] for kind, each in SECRETS}
    return [
        kind for kind, each in SECRETS
        if each in text or (kind in SPELLED and middles[kind] in text)
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "secret"), SECRETS, ids=[kind for kind, _ in SECRETS])
@pytest.mark.parametrize(
    "frame", ["{}", "key={}", '"{}"', "see {}.", "a/{}/b", "x\n{}\ny", "token-{}"]
)
def test_every_kind_is_taken_out_wherever_it_stands(kind: str, secret: str, frame: str) -> None:
    text = frame.format(secret)
    assert not kept(without_secrets(text)), kind
    assert REMOVED in without_secrets(text)
    assert without_secrets(text).count("\n") == text.count("\n"), "lines keep their numbers"
    assert not kept(redacted(text)) and REDACTED in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "class='sk-folding-cube sk-circle-fade-dot-animation'",
        "task-runner, desk-lamp, risk-free; `sk-` begins a key",
        "pa-thfinder-of-the-very-long-lowercase-kebab-case-words-here",
        "0123456789abcdef0123456789abcdef01234567",  # a commit
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "550e8400-e29b-41d4-a716-446655440000",
        "hf_hub_download, r8_unorm, npm_config_registry, fw_update, gsk_index",
        "sk_live_…, `ghp_xxxx`, AKIA…, eyJhbGciOiJIUzI1NiJ9 alone",
        "https://user.example.org/api/webhooks/list",
    ],
)
def test_documentation_about_keys_stays_as_it_is(text: str) -> None:
    assert without_secrets(text) == text


def test_no_line_of_the_log_holds_one() -> None:
    for as_json in (True, False):
        record = logging.LogRecord("x", logging.INFO, "x.py", 1, "%s", (TEXT,), None)
        assert not kept(Lines(as_json=as_json).format(record))


def test_no_passage_of_a_repository_holds_one(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "docs").mkdir(parents=True)
    (root / "docs" / "lamps.md").write_text(f"# Lamps\n\n{TEXT}")
    (root / "lamps.py").write_text(f'def lamps():\n    """{TEXT}"""\n')
    settings = replace(
        Settings(), repo_path=str(root), data_dir=tmp_path / "data", search="embedded"
    )

    async def found() -> list[Passage]:
        search = Search(settings)
        await search.start()
        try:
            return [*await search.search("lamps set here", 50)]
        finally:
            await search.close()

    passages = asyncio.run(found())
    text = "".join(f"{passage.text}{passage.content}" for passage in passages)
    assert {passage.file for passage in passages} == {"docs/lamps.md", "lamps.py"}
    assert text.count(REMOVED) >= len(SECRETS) and not kept(text)


def test_no_question_keeps_one_and_no_model_is_sent_one(
    serve: Callable[..., RunningServer], model_server: ModelServer, tmp_path: Path
) -> None:
    server = serve(model="openai/scripted", api_base=model_server.url, log_questions=True)
    fields = {"query": f"Why?\n{TEXT}"[:7_000], "selection": TEXT[:3_900], "token": ""}
    shown = httpx.post(f"{server.url}/ask", headers=FROM_THE_PAGE, data=fields).text
    stream = shown.partition('sse-connect="')[2].partition('"')[0]
    shown += httpx.get(f"{server.url}/{stream}", timeout=30).text
    assert not kept(shown)
    (request,) = model_server.requests
    sent = str(request)
    assert sent.count(REMOVED) > 20 and not kept(sent)
    for file in server.settings.data_dir.glob("hyperrun.sqlite3*"):
        assert not kept(file.read_bytes().decode(errors="replace")), file.name


def test_what_an_older_version_has_stored_is_not_sent_either(
    serve: Callable[..., RunningServer], model_server: ModelServer
) -> None:
    server = serve(model="openai/scripted", api_base=model_server.url)
    session = server.services.tokens.new()
    turn = Turn(
        "t",
        session.conversation,
        TEXT[:20_000],
        answer="So.",
        outcome=Outcome.ANSWERED,
        started=1.0,
    )
    asyncio.run(server.services.store.save([turn]))
    shown = httpx.post(
        f"{server.url}/ask",
        headers=FROM_THE_PAGE,
        data={"query": "And now?", "token": session.token},
    ).text
    stream = shown.partition('sse-connect="')[2].partition('"')[0]
    httpx.get(f"{server.url}/{stream}", timeout=30)
    sent = str(model_server.requests[-1])
    assert sent.count(REMOVED) > 20 and not kept(sent)
