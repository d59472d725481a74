"""Gaps as issues of a forge: drafts to be looked at, sent where that is asked for."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from hyperrun.errors import BadSetting
from hyperrun.insights.gap_files import Issue, issue
from hyperrun.insights.gaps import Gap
from hyperrun.text import plain

TOKEN = "HYPERRUN_FORGE_TOKEN"
TIMEOUT_S = 30.0


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


def forge_of(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Forge | None:
    """The forge that the command line names. Ends the program where it names none of use."""
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


def write_issues(found: Sequence[Gap], forge: Forge, options: argparse.Namespace) -> int:
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
