"""What is wrong with this server's surroundings, and the line that mends it: `hyperrun doctor`.

It looks at the settings, the sources, the data folder and the machine, asks the model's server for
its list of models and the embedding model for one vector. No answer is paid for. With --public it
judges as if readers came from elsewhere; so it does where HOST or HYPERRUN_PUBLIC_URL say that.
"""

import argparse
import asyncio
import json
import os
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace

from hyperrun.commands.doctor import machine, making, meaning, model, names, public, sources
from hyperrun.commands.doctor.finding import Finding, Level, note
from hyperrun.settings.env_file import load_env

MARKS = {Level.WRONG: "WRONG", Level.RISK: "RISK ", Level.NOTE: "note ", Level.GOOD: "good "}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was found. 1 where something is wrong, or a risk in public; else 0."""
    parser = argparse.ArgumentParser(
        prog="hyperrun doctor", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--repo", help="a folder or a git URL (HYPERRUN_REPO_PATH)")
    parser.add_argument("--public", action="store_true", help="judge as if it were public")
    parser.add_argument("--offline", action="store_true", help="ask nothing of the network")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    load_env()
    found = list(
        findings(os.environ, options.repo, is_public=options.public, offline=options.offline)
    )
    print(json.dumps([asdict(each) for each in found], indent=2) if options.json else report(found))
    return int(any(each.level in (Level.WRONG, Level.RISK) for each in found))


def findings(
    environment: Mapping[str, str],
    repo: str | None = None,
    *,
    is_public: bool = False,
    offline: bool = False,
) -> Iterator[Finding]:
    """Everything that was found, in the order in which it is best mended."""
    found = []
    for each in _findings(environment, repo, is_public=is_public, offline=offline):
        found.append(each)
        yield each
    settings, _ = names.read(environment)
    yield from making.check(replace(settings, repo_path=repo or settings.repo_path), found)


def _findings(
    environment: Mapping[str, str], repo: str | None, *, is_public: bool, offline: bool
) -> Iterator[Finding]:
    """What is seen without making a server."""
    yield from names.check(environment)
    settings, unreadable = names.read(environment)
    yield from unreadable
    if repo:
        settings = replace(settings, repo_path=repo)
    yield from sources.check(settings)
    yield from asyncio.run(model.check(settings, offline=offline))
    yield from meaning.check(settings, offline=offline)
    yield from machine.check(settings, offline=offline)
    if is_public or public.is_public(settings):
        yield from public.check(settings)
    else:
        yield note("public", "only this machine can reach it", "hyperrun doctor --public")


def report(found: Sequence[Finding]) -> str:
    """The findings for people, what is wrong first."""
    order = list(MARKS)
    lines = []
    for each in sorted(found, key=lambda each: order.index(each.level)):
        said = f"{MARKS[each.level]}  {each.about}: {each.says}"
        lines += textwrap.wrap(said, 96, subsequent_indent=" " * 7, break_on_hyphens=False)
        if each.mend:
            lines.append(f"         {each.mend}")
    wrongs = sum(each.level is Level.WRONG for each in found)
    risks = sum(each.level is Level.RISK for each in found)
    lines += ["", f"{wrongs} wrong, {risks} at risk."]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
