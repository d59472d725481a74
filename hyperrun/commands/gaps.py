"""What the documentation does not answer, a file for each need: `python -m hyperrun gaps`.

    python -m hyperrun gaps [--days 30] [--least 2] [--out FOLDER] [--json]
    python -m hyperrun gaps --issues github|gitlab|forgejo --project OWNER/NAME [--send]
    python -m hyperrun gaps --join [new|all]
    python -m hyperrun gaps --draft N [--build COMMAND] [--out FOLDER]

Questions of the last days in clusters, the same need in other words, by their words and by what the
server's index finds for them; where a model of meaning is there, by what they mean, too. `--join`
has the model of HYPERRUN_MODEL say which of them one section would answer, and its heading; what it
says is kept with what was asked, for the desk and this command, and goes with it. It is told
questions that are new, and those that stood alone; with `all` every one again. `--issues` writes
drafts of issues, one JSON file each, to be looked at; they are sent with `--send` alone, and the
token in HYPERRUN_FORGE_TOKEN. `--draft` has the model write the section that the Nth gap lacks, as
a patch for a person to read: it cites what it stands on, and the site's build and the answer tests
are run with it, on a copy. Nothing is pushed.

0; with --draft 1 where the draft does not hold; 2 where it fails.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from hyperrun.commands.arguments import days
from hyperrun.commands.forges import APIS, TOKEN, forge_of, write_issues
from hyperrun.commands.section_drafts.building import AUTOMATIC
from hyperrun.errors import BadSetting, ModelError, SearchError, StoreError
from hyperrun.insights.clusters import FOUND, Embed
from hyperrun.insights.gap_files import markdown
from hyperrun.insights.gaps import Gap, Needs, askings
from hyperrun.insights.wording import in_english, language_of
from hyperrun.search.built import built_index, places
from hyperrun.search.vectors import models
from hyperrun.search.vectors.embedder import EmbeddingError
from hyperrun.settings import Settings
from hyperrun.settings.env_file import load_env
from hyperrun.storage.opening import store_of
from hyperrun.storage.store import MAX_PLACED, Kind, day_of

AT_ONCE = 64  # questions that are embedded in one call


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the gaps, or a draft for one."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if min(options.least, options.most, options.draft or 1) < 1:
        parser.error("--least, --most and --draft are more than 0")
    forge = forge_of(parser, options)
    if options.behind:
        os.nice(10)
    load_env()
    try:
        settings = Settings.from_environment()
        found = asyncio.run(_read(settings, options))[: options.most]
        if forge is not None:
            return write_issues(found, forge, options)
        if options.draft:
            return _draft(settings, found, options)
    except (BadSetting, StoreError, SearchError, ModelError, EmbeddingError, OSError) as error:
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
            (options.out / name).write_text(
                markdown(gap, options.days, settings.desk_url), encoding="utf-8"
            )
        print(f"{number:3}. {gap.name}: {gap.told_by}, {gap.trend}")
    if not found:
        print("No gaps.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hyperrun gaps", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("--days", type=days, default=30, help="how far back (30)")
    add("--least", type=int, default=2, help="how often a need was told at least (2)")
    add("--most", type=int, default=50, help="how many gaps (50)")
    add("--join", nargs="?", const="new", choices=("new", "all"),
        help="have the model join and name them: what is new, or all again")  # fmt: skip
    add("--out", type=Path, metavar="FOLDER", help="write a file for each gap")
    add("--json", action="store_true", help="print JSON")
    add("--behind", action="store_true", help="let everything else on this machine go first")
    add("--issues", choices=APIS, help="drafts of issues for this kind of forge")
    add("--project", help="its OWNER/NAME")
    add("--api", help="its API's address, where it is not the public one")
    add("--send", action="store_true", help=f"send the drafts ({TOKEN})")
    add("--draft", type=int, metavar="N", help="draft the section that gap N lacks, as a patch")
    add(
        "--build",
        default=AUTOMATIC,
        metavar="COMMAND",
        help="with --draft: what builds the site; `off`: it is not built (its generator, if known)",
    )
    return parser


async def _read(settings: Settings, options: argparse.Namespace) -> list[Gap]:
    since = time.time() - options.days * 86_400
    day, lately = day_of(since), day_of(since + options.days * 43_200)
    async with store_of(settings).open_alongside_server() as store:
        rows = await store.summaries(since)
        missed, reported = await store.missed(day, lately), await store.reported(day, lately)
    asked = askings(rows, missed, reported)
    embed = embedding(settings, [each.text for each in asked])
    index = built_index(settings)
    try:
        find = partial(places, index, most=FOUND) if index else None
        needs = await asyncio.to_thread(Needs.of, asked, embed, find)
    finally:
        if index:
            index.close()
    if options.join:
        needs = await _joined(settings, needs, anew=options.join == "all")
    return needs.gaps(options.days, options.least)


async def _joined(settings: Settings, needs: Needs, *, anew: bool) -> Needs:
    """The needs as the operator's model sees them, which is kept."""
    from hyperrun.insights.joiner import joined_by_model

    before = [None if anew else heading for heading in needs.headings]
    done = await joined_by_model(settings, needs.questions, needs.clusters, before)
    print(done.told, file=sys.stderr)
    headings = [
        old if new is None else new for old, new in zip(needs.headings, done.headings, strict=True)
    ]
    told: dict[tuple[Kind, str], set[str]] = {}
    for group, heading in zip(needs.wordings, headings, strict=True):
        for each in group:
            kind, key = each.row
            if heading is not None and heading != each.need:
                told.setdefault((kind, heading), set()).add(key)
    async with store_of(settings).open_alongside_server() as store:
        if done.spent_usd:
            await store.add_spend(done.spent_usd)
        for (kind, heading), keys in told.items():
            ordered = sorted(keys)
            for at in range(0, len(ordered), MAX_PLACED):
                await store.place(kind, ordered[at : at + MAX_PLACED], heading)
    return replace(needs, headings=headings)


def _draft(settings: Settings, found: Sequence[Gap], options: argparse.Namespace) -> int:
    """Draft the section that one gap lacks; 1 where the draft does not hold."""
    from hyperrun.commands.section_drafts.drafting import as_patch, drafted, told

    number = options.draft
    if number > len(found):
        raise BadSetting(f"there is no gap {number}; of these days there are {len(found)}")
    gap = found[number - 1]

    done = asyncio.run(drafted(replace(settings, search="embedded"), gap, options.build))
    folder = options.out or Path("gaps")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{number:03}-{gap.slug}.patch"
    path.write_text(as_patch(done, gap, options.days), encoding="utf-8", newline="")
    print(told(done, path))
    return int(bool(done.checked.faults))


def embedding(settings: Settings, questions: Sequence[str] = ()) -> Embed | None:
    """What tells the meaning of questions; None where no model is set, or one of English alone and
    most of the questions are not. Raises `EmbeddingError`."""
    name = models.meant(settings.embedding_model)
    if not name:
        return None
    model = models.read(name, settings.embedding_api_key, settings.embedding_api_base)
    is_english = model.language == "en"
    if is_english and 2 * sum(language_of(each) != "en" for each in questions) > len(questions):
        return None

    def embed(questions: Sequence[str]) -> list[Sequence[float]]:
        if is_english:
            questions = [in_english(question) or question for question in questions]
        found: list[Sequence[float]] = []
        for at in range(0, len(questions), AT_ONCE):
            found += model.embed(questions[at : at + AT_ONCE], is_question=True).vectors
        return found

    return embed


if __name__ == "__main__":
    sys.exit(main())
