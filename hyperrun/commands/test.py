"""Test answers like code: `python -m hyperrun test`.

    python -m hyperrun test [--repo PATH] [--questions FILE]
    python -m hyperrun test --changed REVISION [--comment FILE]
    python -m hyperrun test --model [--best-of N] [--budget USD]
    python -m hyperrun test --draft [--readers]

`questions.toml` in the repository says what readers have to be told: `ask`, and any of `page`,
`section`, `must`, `must_not`, `absent`, `follows`, `on`, `version`, `lang`, `known`. Without a
model it is tested what is found and what its lines say, in seconds; with --model what is written.

0 where all hold, 1 where some do not, 2 where it could not run.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hyperrun.answering.answerers import Answerers
from hyperrun.answering.research import FIRST_PASSAGES
from hyperrun.commands.arguments import usd
from hyperrun.commands.testing import drafting, results
from hyperrun.commands.testing.asking import Asker
from hyperrun.commands.testing.by_model import SPENT, ByModel, in_turn
from hyperrun.commands.testing.questions import FILE, AnswerTest, read
from hyperrun.commands.testing.results import Comparison, compared
from hyperrun.commands.testing.revision import checked_out
from hyperrun.commands.testing.running import ask_all
from hyperrun.commands.testing.verdict import Verdict
from hyperrun.errors import BadSetting, SearchError, StoreError
from hyperrun.llm.models import Models
from hyperrun.search.checkout import is_url
from hyperrun.search.engine import MAX_RESULTS, Search
from hyperrun.settings import Settings
from hyperrun.settings.env_file import load_env
from hyperrun.storage.opening import store_of
from hyperrun.text import counted

AT_ONCE = 4  # answers of a model
DRAFTED_DAYS = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask the questions, and tell what does not hold."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.best_of < 1 or options.most < 1 or not 1 <= options.k <= MAX_RESULTS:
        parser.error("--best-of and --most are 1 or more, -k is 1 to 50")
    load_env()
    try:
        settings = Settings.from_environment()
        if options.repo:
            settings = replace(settings, repo_path=options.repo)
        if settings.search == "auto":  # the same on every machine
            settings = replace(settings, search="embedded")
        if options.draft:
            return asyncio.run(_draft(settings, options))
        return _test(settings, options)
    except (BadSetting, SearchError, StoreError, OSError) as error:
        print(f"hyperrun: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hyperrun test", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("--repo", help="a folder or a git URL (HYPERRUN_REPO_PATH)")
    add("--questions", type=Path, help=f"the file with the questions ({FILE} in the repository)")
    add(
        "-k",
        type=int,
        default=FIRST_PASSAGES,
        help="how many passages count as found (%(default)s)",
    )
    add("--changed", metavar="REVISION", help="compare with a revision of git")
    add("--model", action="store_true", help="let the model answer, too (HYPERRUN_MODEL)")
    add("--best-of", type=int, default=1, help="with --model: attempts, the best counts (1)")
    add("--budget", type=usd, default=1.0, help="with --model: USD of one run (1.0)")
    add("--junit", type=Path, metavar="FILE", help="write JUnit's XML")
    add("--summary", type=Path, metavar="FILE", help="write Markdown (GITHUB_STEP_SUMMARY)")
    add("--comment", type=Path, metavar="FILE", help="write a pull request's comment")
    add("--json", action="store_true", help="print JSON")
    add("--draft", action="store_true", help="propose questions as TOML, for a person to keep")
    add("--readers", action="store_true", help="with --draft: from what readers asked, too")
    add("--most", type=int, default=40, help="with --draft: how many (40)")
    return parser


def _test(settings: Settings, options: argparse.Namespace) -> int:
    """Run the tests. Raises what stands against it."""
    root = Path(settings.repo_path).expanduser()
    if options.questions is None and is_url(settings.repo_path):
        raise BadSetting("the questions of a git URL are named: --questions FILE")
    if not is_url(settings.repo_path) and not root.is_dir():
        raise BadSetting(f"{root} is not a folder")
    tests = read(options.questions or root / FILE)
    began = time.monotonic()
    verdicts = asyncio.run(_run(settings, tests, options))
    comparison = _compared(settings, root, tests, verdicts, options) if options.changed else None
    seconds = time.monotonic() - began
    _tell(verdicts, comparison, seconds, options)
    if any(each.error and each.breaks for each in verdicts):
        spent = sum(each.error == SPENT for each in verdicts)
        if spent:
            print(f"hyperrun: {spent} questions are not asked: the budget of "
                  f"{options.budget:g} USD is spent", file=sys.stderr)  # fmt: skip
        return 2
    return int(any(each.breaks for each in verdicts))


def _compared(
    settings: Settings,
    root: Path,
    tests: Sequence[AnswerTest],
    verdicts: Sequence[Verdict],
    options: argparse.Namespace,
) -> Comparison:
    with checked_out(root, options.changed) as then, TemporaryDirectory() as data:
        # What is remembered of a model's answers counts there, too.
        before = replace(settings, repo_path=str(then))
        return compared(
            options.changed, asyncio.run(_run(before, tests, options, Path(data))), verdicts
        )


async def _run(
    settings: Settings,
    tests: Sequence[AnswerTest],
    options: argparse.Namespace,
    index_in: Path | None = None,
) -> list[Verdict]:
    """The verdicts, in the questions' order. The index is brought up to the files first."""
    search = Search(replace(settings, data_dir=index_in or settings.data_dir))
    models = Models(settings)
    try:
        await search.prepare()
        if not options.model:
            return await ask_all(settings, search, tests, options.k)
        answerers = Answerers(settings, search, models)
        asker = Asker(search, answerers.of(None), options.k, settings.site_url)
        choice = models.operators()
        if choice is None:
            raise BadSetting(models.note or "--model needs a model: set HYPERRUN_MODEL")
        await models.library()
        writer = Asker(search, answerers.of(choice), options.k, settings.site_url)
        by_model = ByModel(
            settings, asker, writer, choice.name, options.best_of, options.budget
        )  # fmt: skip
        by_model.recall()
        try:
            return await in_turn(
                tests, lambda test: by_model.verdict(test, tests), AT_ONCE
            )  # fmt: skip
        finally:
            by_model.keep()
            print(f"{by_model.asked} asked, {by_model.remembered} remembered, "
                  f"{by_model.spent_usd:.4f} USD", file=sys.stderr)  # fmt: skip
    finally:
        await models.close()
        await search.close()


def _tell(
    verdicts: Sequence[Verdict],
    comparison: Comparison | None,
    seconds: float,
    options: argparse.Namespace,
) -> None:
    if options.json:
        rows = [asdict(each) | {"holds": each.holds} for each in verdicts]
        told: dict[str, object] = {"questions": rows, "seconds": seconds}
        if comparison is not None:
            told["changed"] = {
                "since": comparison.revision,
                "breaks": [after.test.ask for _, after in comparison.broken],
                "mends": [after.test.ask for _, after in comparison.mended],
            }
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        print(results.text(verdicts, comparison, seconds))
    if options.junit:
        options.junit.write_text(results.junit(verdicts, seconds), encoding="utf-8")
    summary = results.markdown(verdicts, comparison)
    if options.summary:
        options.summary.write_text(summary, encoding="utf-8")
    elif os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as file:
            file.write(summary + "\n")
    if options.comment:
        options.comment.write_text(results.comment(verdicts, comparison), encoding="utf-8")


async def _draft(settings: Settings, options: argparse.Namespace) -> int:
    """Print proposed questions as TOML."""
    search = Search(settings)
    models = Models(settings)
    try:
        await search.prepare()
        asker = Asker(search, Answerers(settings, search, models).of(None), options.k)
        drafts: list[tuple[AnswerTest, str]] = []
        if options.readers:
            async with store_of(settings).open_alongside_server() as store:
                rows = await store.summaries(time.time() - DRAFTED_DAYS * 86_400)
            drafts = await drafting.from_readers(rows, asker, options.most)
        headed = await drafting.from_headings(search, asker, options.most - len(drafts))
        drafts += [(test, "") for test in headed]
        print(drafting.toml(drafts), end="")
        said = "keep those that readers ask, and say what must stand in their answers"
        print(f"{counted(len(drafts), 'question')}: {said}", file=sys.stderr)
    finally:
        await models.close()
        await search.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
