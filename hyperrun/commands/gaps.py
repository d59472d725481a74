"""What the documentation does not answer, a file for each need: `python -m hyperrun gaps`.

    python -m hyperrun gaps [--days 30] [--least 2] [--out FOLDER] [--json]
    python -m hyperrun gaps --issues github|gitlab|forgejo --project OWNER/NAME [--send]

Questions of the last days in clusters, the same need in other words; where an embedding model is
set, by what they mean, too. `--issues` writes drafts of issues, one JSON file each, to be looked
at; they are sent with `--send` alone, and the token in HYPERRUN_FORGE_TOKEN.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from hyperrun.errors import BadSetting, StoreError
from hyperrun.insights.clusters import Embed
from hyperrun.insights.gap_files import Issue, issue, markdown
from hyperrun.insights.gaps import Gap, askings, gaps
from hyperrun.search.vectors import models
from hyperrun.search.vectors.embedder import EmbeddingError
from hyperrun.settings import Settings
from hyperrun.storage.opening import store_of
from hyperrun.text import plain

TOKEN = "HYPERRUN_FORGE_TOKEN"
TIMEOUT_S = 30.0
AT_ONCE = 64  # questions that are embedded in one call


@dataclass(frozen=True, slots=True)
class Forge:
    """Where issues are made, and how it wants them."""

    kind: str
    api: str
    project: str

    @property
    def url(self) -> str:
        """The address that an issue is posted to."""
        if self.kind == "gitlab":
            return f"{self.api}/projects/{quote(self.project, safe='')}/issues"
        owner, _, name = self.project.partition("/")
        return f"{self.api}/repos/{quote(owner, safe='')}/{quote(name, safe='')}/issues"

    def body(self, each: Issue) -> dict[str, object]:
        """An issue as this forge takes it. Forgejo wants numbers of labels, which nobody has."""
        if self.kind == "gitlab":
            return {"title": each.title, "description": each.body, "labels": each.label}
        if self.kind == "forgejo":
            return {"title": each.title, "body": each.body}
        return {"title": each.title, "body": each.body, "labels": [each.label]}

    def headers(self, token: str) -> dict[str, str]:
        """What shows that we may."""
        if self.kind == "gitlab":
            return {"PRIVATE-TOKEN": token}
        scheme = "token" if self.kind == "forgejo" else "Bearer"
        return {"Authorization": f"{scheme} {token}"}


APIS = {"github": "https://api.github.com", "gitlab": "https://gitlab.com/api/v4", "forgejo": ""}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the gaps. 2 where it fails."""
    import dotenv

    parser = _parser()
    options = parser.parse_args(arguments)
    if options.days <= 0 or options.least < 1 or options.most < 1:
        parser.error("--days, --least and --most are more than 0")
    forge = _forge(parser, options)
    if options.behind:
        os.nice(10)
    dotenv.load_dotenv(Path.cwd() / ".env")
    try:
        settings = Settings.from_environment()
        found = asyncio.run(_read(settings, options.days, options.least))[: options.most]
        if forge is not None:
            return _issues(found, forge, options)
    except (BadSetting, StoreError, EmbeddingError, OSError) as error:
        print(f"hyperrun: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps([asdict(gap) | {"trend": gap.trend} for gap in found],
                         ensure_ascii=False, indent=2))  # fmt: skip
        return 0
    for number, gap in enumerate(found, 1):
        name = f"{number:03}-{gap.slug}.md"
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
            (options.out / name).write_text(markdown(gap, options.days), encoding="utf-8")
        print(f"{number:3}. {gap.name}: {gap.readers} readers, {gap.times} times, {gap.trend}")
    if not found:
        print("No gaps.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hyperrun gaps", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("--days", type=float, default=30, help="how far back (30)")
    add("--least", type=int, default=2, help="how often a need was told at least (2)")
    add("--most", type=int, default=50, help="how many gaps (50)")
    add("--out", type=Path, metavar="FOLDER", help="write a file for each gap")
    add("--json", action="store_true", help="print JSON")
    add("--behind", action="store_true", help="let everything else on this machine go first")
    add("--issues", choices=APIS, help="drafts of issues for this kind of forge")
    add("--project", help="its OWNER/NAME")
    add("--api", help="its API's address, where it is not the public one")
    add("--send", action="store_true", help=f"send the drafts ({TOKEN})")
    return parser


def _forge(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Forge | None:
    if options.issues is None:
        if options.send:
            parser.error("--send needs --issues")
        return None
    api = (options.api or APIS[options.issues]).rstrip("/")
    if not options.project or "/" not in options.project:
        parser.error("--issues needs --project OWNER/NAME")
    if not api.startswith(("https://", "http://")):
        parser.error(f"--issues {options.issues} needs --api https://…/api/v1")
    return Forge(options.issues, api, options.project)


async def _read(settings: Settings, days: float, least: int) -> list[Gap]:
    since = time.time() - days * 86_400
    day = time.strftime("%Y-%m-%d", time.gmtime(since))
    async with store_of(settings).open_alongside_server() as store:
        rows = await store.summaries(since)
        missed, reported = await store.missed(day), await store.reported(day)
    asked = askings(rows, missed, reported)
    return await asyncio.to_thread(gaps, asked, days, embedding(settings), least)


def embedding(settings: Settings) -> Embed | None:
    """What tells the meaning of questions; None where no model is set. Raises `EmbeddingError`."""
    if not settings.embedding_model:
        return None
    model = models.read(
        settings.embedding_model, settings.embedding_api_key, settings.embedding_api_base
    )

    def embed(questions: Sequence[str]) -> list[Sequence[float]]:
        found: list[Sequence[float]] = []
        for at in range(0, len(questions), AT_ONCE):
            found += model.embed(questions[at : at + AT_ONCE], is_question=True).vectors
        return found

    return embed


def _issues(found: Sequence[Gap], forge: Forge, options: argparse.Namespace) -> int:
    """Write a draft for each gap; send them where that is asked for."""
    token = os.environ.get(TOKEN, "").strip()
    if options.send and not token:
        raise BadSetting(f"--send needs a token in {TOKEN}")
    folder = options.out or Path("gaps")
    folder.mkdir(parents=True, exist_ok=True)
    for number, gap in enumerate(found, 1):
        body = forge.body(issue(gap, options.days))
        path = folder / f"{number:03}-{gap.slug}.json"
        path.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        if not options.send:
            print(f"{path}: {gap.name}")
            continue
        print(f"{_sent(forge, body, token)}: {gap.name}")
    if not options.send and found:
        print(f"{len(found)} drafts; look at them, then send with --send", file=sys.stderr)
    return 0


def _sent(forge: Forge, body: dict[str, object], token: str) -> str:
    """The address of a new issue. Raises `BadSetting` where the forge refuses."""
    import httpx

    try:
        answer = httpx.post(
            forge.url, json=body, headers=forge.headers(token), timeout=TIMEOUT_S
        )  # fmt: skip
        answer.raise_for_status()
        made = answer.json()
        return plain(str(made.get("html_url") or made.get("web_url") or forge.url), 300)
    except (httpx.HTTPError, ValueError, AttributeError) as error:
        why = f"{type(error).__name__}"
        if isinstance(error, httpx.HTTPStatusError):
            why = f"it answers {error.response.status_code}"
        raise BadSetting(f"{forge.url} takes no issue: {why}") from error


if __name__ == "__main__":
    sys.exit(main())
