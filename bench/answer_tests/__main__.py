"""Seeded breaking edits and harmless commits of real repositories, against answer tests.

    python -m bench.answer_tests REPOSITORY … [--edits 50] [--commits 50] [--seed 1]

Each REPOSITORY is a clone with its history. Its tests are drafted from its headings, as
`python -m hyperrun test --draft` does; of each, one edit breaks the section it is about. A commit
is harmless where it touches documentation alone, and no heading, number or code of it; the tests
are drafted before it and asked after it.
"""

import argparse
import asyncio
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.answer_tests.edits import KINDS, broken, headings, section_of
from hyperrun.answering.answerers import Answerers
from hyperrun.commands.testing.asking import Asker
from hyperrun.commands.testing.drafting import from_headings
from hyperrun.commands.testing.questions import AnswerTest
from hyperrun.commands.testing.verdict import Verdict, judge
from hyperrun.llm.models import Models
from hyperrun.search.engine import Search
from hyperrun.settings import Settings

TESTS = 100
TELLING = re.compile(r"[`\d#=~^]|::|^\.\. ")


def git(folder: Path, *arguments: str) -> str:
    """What git says."""
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
    )  # fmt: skip
    return done.stdout


class Suite:
    """The tests of one working tree, drafted when it was begun with."""

    def __init__(self, root: Path, data: Path) -> None:
        settings = replace(
            Settings(), repo_path=str(root), data_dir=data, search="embedded", site_dir="off"
        )
        self._root = root
        self.search = Search(settings)
        self._answerers = Answerers(settings, self.search, Models(settings))
        self.tests: list[AnswerTest] = []

    async def draft(self) -> None:
        """Draft the tests of the tree as it stands."""
        await self.search.prepare()
        drafts = await from_headings(self.search, self._asker(), 4 * TESTS)
        told = [replace(each, must_not=("no longer so",)) for each in drafts if each.must]
        # An object of an API whose page is generated has no heading in a file that one could edit.
        self.tests = [each for each in told if self._is_written(each)][:TESTS]

    def _is_written(self, test: AnswerTest) -> bool:
        lines = (self._root / test.page).read_text(encoding="utf-8").splitlines()
        return section_of(lines, test.section.rpartition(" > ")[2]) is not None

    async def run(self, tests: list[AnswerTest] | None = None) -> list[Verdict]:
        """The verdicts on the tree as it stands now."""
        await self.search.prepare()
        asker = self._asker()
        return [judge(each, await asker.answer(each)) for each in tests or self.tests]

    def _asker(self) -> Asker:
        return Asker(self.search, self._answerers.of(None))


def first_broken(
    root: Path, tests: list[AnswerTest], kind: str, chance: random.Random
) -> tuple[AnswerTest | None, dict[Path, str]]:
    """The first test whose section can be broken so, and the new texts of its files."""
    for test in tests:
        heading = test.section.rpartition(" > ")[2]
        if texts := broken(root, test.page, heading, test.must, kind, chance):
            return test, texts
    return None, {}


async def breaking(root: Path, edits: int, seed: int) -> tuple[Counter[str], Counter[str], float]:
    """Edits by kind, those that were caught, and the seconds that all tests take."""
    chance = random.Random(seed)
    tried, caught = Counter[str](), Counter[str]()
    with TemporaryDirectory() as data:
        suite = Suite(root, Path(data))
        await suite.draft()
        began = time.monotonic()
        assert all(each.holds for each in await suite.run())
        seconds = (time.monotonic() - began) / max(1, len(suite.tests)) * 100
        tests = chance.sample(suite.tests, len(suite.tests))
        while sum(tried.values()) < edits:
            kind = KINDS[sum(tried.values()) % len(KINDS)]
            test, texts = first_broken(root, tests, kind, chance)
            if test is None:
                break
            tests.remove(test)
            for path, text in texts.items():
                path.write_text(text, encoding="utf-8")
            tried[kind] += 1
            (verdict,) = await suite.run([test])
            if verdict.holds:
                print(f"  missed: {kind}: {test.page} · {test.section} {test.must}")
            else:
                caught[kind] += 1
            git(root, "checkout", "-q", "--", ".")
            git(root, "clean", "-qfd")
        await suite.search.close()
    return tried, caught, seconds


def harmless(root: Path, most: int) -> list[str]:
    """Commits that touch documentation alone, and no heading, number or code of it."""
    found: list[str] = []
    for commit in git(root, "log", "--no-merges", "--format=%H", "--", "docs").split():
        if len(found) >= most:
            break
        files = git(root, "show", "--format=", "--name-only", commit).split()
        if not files or not all(name.endswith((".md", ".rst")) for name in files):
            continue
        if any("change" in name.casefold() or "release" in name.casefold() for name in files):
            continue
        diff = git(root, "show", "--format=", "-U0", commit).splitlines()
        lines = [line[1:] for line in diff if re.match(r"[+-](?![+-]{2} )", line)]
        is_quiet = 0 < len(lines) <= 40 and not any(map(TELLING.search, lines))
        if is_quiet and all(keeps_headings(root, commit, name) for name in files):
            found.append(commit)
    return found


def keeps_headings(root: Path, commit: str, file: str) -> bool:
    """Does a file have the headings that it had before a commit? One that is new has not."""
    try:
        before, after = (git(root, "show", f"{each}:{file}") for each in (f"{commit}~1", commit))
    except subprocess.CalledProcessError:
        return False
    return headings(before) == headings(after)


async def alarms(root: Path, commits: int) -> tuple[int, int]:
    """How many harmless commits were looked at, and how many raised an alarm."""
    head = git(root, "rev-parse", "HEAD").strip()
    raised, looked_at = 0, 0
    for commit in harmless(root, commits):
        git(root, "checkout", "-qf", f"{commit}~1")
        with TemporaryDirectory() as data:
            suite = Suite(root, Path(data))
            await suite.draft()
            git(root, "checkout", "-qf", commit)
            wrong = [each for each in await suite.run() if not each.holds]
            await suite.search.close()
        looked_at += 1
        raised += bool(wrong)
        for each in wrong:
            print(f"  alarm: {commit[:10]} {each.test.ask}: {'; '.join(each.wrong)}")
    git(root, "checkout", "-qf", head)
    return looked_at, raised


def main() -> int:
    """Print what is caught and what is not."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.answer_tests", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("repositories", type=Path, nargs="+")
    parser.add_argument("--edits", type=int, default=50)
    parser.add_argument("--commits", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for repository in options.repositories:
        with TemporaryDirectory() as folder:
            root = Path(folder) / repository.name
            shutil.copytree(repository, root, symlinks=True)
            tried, caught, seconds = asyncio.run(breaking(root, options.edits, options.seed))
            kinds = ", ".join(f"{kind} {caught[kind]}/{tried[kind]}" for kind in KINDS)
            print(f"{repository.name}: caught {sum(caught.values())}/{sum(tried.values())} "
                  f"({kinds}); 100 questions {seconds:.1f} s", flush=True)  # fmt: skip
            looked_at, raised = asyncio.run(alarms(root, options.commits))
            print(f"{repository.name}: {raised} false alarms of {looked_at} harmless commits",
                  flush=True)  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
