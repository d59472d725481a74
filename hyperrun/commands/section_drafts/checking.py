"""Whether a draft holds: its patch applies, the site builds, its test turns green, none breaks."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hyperrun.commands.section_drafts.building import Build, Built
from hyperrun.commands.section_drafts.patch import applied, copied, patch_of
from hyperrun.commands.testing.questions import AnswerTest
from hyperrun.commands.testing.results import Comparison, compared, whys
from hyperrun.commands.testing.running import ask_all_of_tree
from hyperrun.commands.testing.verdict import Verdict
from hyperrun.domain import Source
from hyperrun.settings import Settings
from hyperrun.text import plain


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft's patch, and what came of trying it on a copy of the tree."""

    patch: str
    missing: tuple[str, ...] = ()  # cited lines that do not exist
    refused: str = ""  # why the patch does not apply
    built: Built | None = None
    built_before: bool = True
    own: tuple[Verdict, Verdict] | None = None  # the draft's test, before and after
    others: Comparison | None = None

    @property
    def faults(self) -> list[str]:
        """What does not hold, each in a sentence."""
        found = [f"{place} does not exist" for place in self.missing]
        if self.refused:
            found.append(f"the patch does not apply: {plain(self.refused)}")
        if self.built is not None and self.built.problem and self.built_before:
            found.append(f"the site does not build: {plain(self.built.problem, 500)}")
        if self.own is not None and not self.own[1].holds:
            found.append(f"its test does not hold: {'; '.join(whys(self.own[1]))}")
        if self.own is not None and self.own[0].holds:
            found.append("its test holds without it, so it is no gap any more")
        for _, after in self.others.broken if self.others else ():
            found.append(f"“{plain(after.test.ask)}” holds no more: {'; '.join(whys(after))}")
        return found


def missing_lines(root: Path, cited: Sequence[Source]) -> tuple[str, ...]:
    """Places that are cited, but are not there in the tree as it stands."""
    return tuple(place(each) for each in cited if not _exists(root, each))


def place(source: Source) -> str:
    """Where a cited passage stands."""
    passage = source.passage
    lines = f":{passage.start_line}-{passage.end_line}" if passage.start_line else ""
    return f"{passage.file}{lines}"


def _exists(root: Path, source: Source) -> bool:
    passage = source.passage
    path = (root / passage.file).resolve()
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        return False
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return 1 <= passage.start_line <= passage.end_line <= len(lines)


async def check(
    settings: Settings,
    root: Path,
    changed: Mapping[str, str],
    cited: Sequence[Source],
    tests: tuple[AnswerTest, Sequence[AnswerTest]],
    build: Build | None,
) -> Checked:
    """Try new texts of files on a copy of the tree. `tests` are the draft's own and the others.

    Raises `BadSetting` and `SearchError`; of the working tree nothing is touched.
    """
    patch = await asyncio.to_thread(patch_of, root, changed)
    checked = Checked(patch, missing_lines(root, cited))
    own, others = tests
    with TemporaryDirectory() as folder:
        # Under the repository's own name, which its questions may hold.
        before, after = (Path(folder) / side / root.name for side in ("before", "after"))
        for tree in (before, after):
            tree.parent.mkdir()
            await asyncio.to_thread(copied, root, tree)
        refused = await asyncio.to_thread(applied, after, patch)
        if refused:
            return replace(checked, refused=refused)
        verdicts = []
        for tree in (before, after):
            there = replace(
                settings, repo_path=str(tree), data_dir=tree.parent / "data", search="embedded",
                embedding_model="off", crawl="off",
            )  # fmt: skip
            verdicts.append(await ask_all_of_tree(there, [own, *others]))
        if build is not None:
            built = await asyncio.to_thread(build.run, after)
            checked = replace(checked, built=built)
            if built.problem:
                alone = await asyncio.to_thread(build.run, before)
                checked = replace(checked, built_before=not alone.problem)
    then, now = verdicts
    return replace(
        checked, own=(then[0], now[0]), others=compared("the draft", then[1:], now[1:])
    )  # fmt: skip
