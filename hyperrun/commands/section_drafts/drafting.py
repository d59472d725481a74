"""From a gap to a patch: what is found for it, what the model writes of that, what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hyperrun.answering.dialogue import Dialogue
from hyperrun.commands.section_drafts import writing
from hyperrun.commands.section_drafts.building import build_of
from hyperrun.commands.section_drafts.checking import Checked, check, place
from hyperrun.commands.section_drafts.pages import is_writable, with_section
from hyperrun.commands.section_drafts.writing import Draft
from hyperrun.commands.testing.drafting import toml
from hyperrun.commands.testing.questions import FILE, AnswerTest, read
from hyperrun.domain import Source
from hyperrun.errors import BadSetting
from hyperrun.files import read_own
from hyperrun.insights.gaps import Gap
from hyperrun.insights.wording import language_of
from hyperrun.llm.models import Models
from hyperrun.search.engine import Search
from hyperrun.search.questions import is_for_readers
from hyperrun.settings import Settings
from hyperrun.storage.opening import store_of
from hyperrun.text import counted, plain

ATTEMPTS = 2
MAX_SOURCES = 14
MAX_PAGES = 5
MAX_SEARCHES = 4  # the gap's name and the commonest wordings
FOUND = 8  # passages of one search
MAX_TOKENS = 2_500


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft with what it stands on, and what came of trying it."""

    draft: Draft
    cited: tuple[Source, ...]
    test: AnswerTest
    checked: Checked
    doubtful: tuple[str, ...] = ()
    usd: float | None = 0.0


class Drafter:
    """Drafts sections for one repository with the operator's model."""

    def __init__(self, settings: Settings, build: str) -> None:
        self._settings = settings
        self._build = build
        self._search = Search(settings)
        self._models = Models(settings)
        self.spent_usd = 0.0  # by all that was asked, as the day's budget counts it

    async def close(self) -> None:
        """Close the index and the connections."""
        await self._models.close()
        await self._search.close()

    async def draft(self, gap: Gap) -> Drafted:
        """The first draft that holds, else the last. Raises `BadSetting` where there is none, and
        `ModelError` and `SearchError`."""
        choice = self._models.operators()
        if choice is None:
            raise BadSetting(self._models.note or "--draft needs a model: set HYPERRUN_MODEL")
        await self._search.prepare()
        root = self._search.trees[0].root
        sources = await self._sources(gap)
        pages = self._pages(root, sources)
        if not pages:
            raise BadSetting(f"no page is found that “{gap.name}” could stand on")
        told = writing.request(gap, sources, pages)
        system = writing.SYSTEM.replace("{project}", self._search.called)
        messages = [{"role": "system", "content": system}, {"role": "user", "content": told}]
        dialogue = await Dialogue.of(self._models, choice, self._settings)
        found: Drafted | None = None
        why: Sequence[str] = ()
        for _ in range(ATTEMPTS):
            said = await dialogue.say(messages, MAX_TOKENS)
            self.spent_usd = dialogue.spent_usd
            if said.strip().strip("*.").upper() == "NOTHING":
                raise BadSetting(f"what is known of the project does not answer “{gap.name}”")
            draft = writing.read(said)
            why = ["It is not in the form that was asked for."]
            if draft is not None:
                why = list(writing.faults(draft, sources, pages))
                if not why:
                    found = await self._tried(gap, draft, sources, pages, root)
                    found = replace(found, usd=dialogue.usd)
                    if not found.checked.faults and not found.doubtful:
                        return found
                    why = [
                        *found.checked.faults,
                        *(f"“{each}” is not what its passage says" for each in found.doubtful),
                    ]
            messages += [{"role": "assistant", "content": said},
                         {"role": "user", "content": writing.again(why)}]  # fmt: skip
        if found is None:
            raise BadSetting(f"the model's draft cannot be used: {' '.join(why)}")
        return found

    async def _sources(self, gap: Gap) -> tuple[Source, ...]:
        """What is found for the need in any of its wordings, the best of each first."""
        queries = list(dict.fromkeys((gap.name, *gap.wordings)))[:MAX_SEARCHES]
        results = [await self._search.search(query, FOUND) for query in queries]
        inside = {
            passage: None
            for rank in range(FOUND)
            for found in results
            for passage in found[rank : rank + 1]
            if passage.start_line and not passage.version
        }
        return tuple(Source(number, each) for number, each in enumerate(inside, 1))[:MAX_SOURCES]

    def _pages(self, root: Path, sources: Sequence[Source]) -> dict[str, str]:
        """Pages of the first source that a section may be put into, and what they say."""
        prefix = self._search.trees[0].prefix
        names = [each.passage.file for each in sources]
        names += [file for file, _ in self._search.index.sections()]
        pages: dict[str, str] = {}
        for name in dict.fromkeys(names):
            file = name.removeprefix(prefix)
            is_ours = name.startswith(prefix) and is_writable(file) and is_for_readers(file)
            if is_ours and len(pages) < MAX_PAGES and (root / file).is_file():
                pages[file] = (root / file).read_bytes().decode("utf-8", "replace")
        return pages

    async def _tried(
        self, gap: Gap, draft: Draft, sources: Sequence[Source], pages: Mapping[str, str],
        root: Path,
    ) -> Drafted:  # fmt: skip
        prefix = self._search.trees[0].prefix
        page = pages[draft.page]
        changed = {
            draft.page: with_section(draft.page, page, draft.after, draft.heading, draft.text)
        }
        test = AnswerTest(
            ask=_question(gap),
            page=prefix + draft.page, section=draft.heading, must=draft.must,
        )  # fmt: skip
        questions = root / FILE
        others = read(questions) if questions.is_file() else []
        if not any(each.ask == test.ask for each in others):
            kept = read_own(questions).rstrip() if others else ""
            changed[FILE] = f"{kept}\n\n{toml([(test, '')])}".lstrip()
        cited = tuple(each for each in sources if each.number in draft.numbers)
        build = build_of(root, draft.page, self._build)
        checked = await check(
            self._settings, root, changed, cited,
            (test, [each for each in others if each.ask != test.ask]), build,
        )  # fmt: skip
        doubtful = tuple(writing.doubtful(draft, sources))
        return Drafted(draft, cited, test, checked, doubtful)


async def drafted(settings: Settings, gap: Gap, build: str) -> Drafted:
    """A gap's section, drafted and tried; what it costs is of the day's budget. Raises as
    `Drafter.draft` does, and `StoreError`."""
    drafter = Drafter(settings, build)
    try:
        return await drafter.draft(gap)
    finally:
        await drafter.close()
        if drafter.spent_usd:
            async with store_of(settings).open_alongside_server() as store:
                await store.add_spend(drafter.spent_usd)


def _question(gap: Gap) -> str:
    """The commonest wording in the language of the gap's name."""
    language = language_of(gap.name)
    same = [words for words in gap.wordings if language_of(words) == language]
    return plain(next(iter((*same, *gap.wordings)), gap.name), 500)


def as_patch(done: Drafted, gap: Gap, days: float) -> str:
    """The patch under what it is for and what it stands on; `git apply` passes that over."""
    draft, checked = done.draft, done.checked
    lines = [
        f"Subject: Docs: {plain(draft.heading, 120)}",
        "",
        f"Needed in {counted(days, 'day')} by {gap.told_by}:",
        *(f"  {plain(words, 200)}" for words in gap.wordings[:5]),
        "",
        "Drafted by a model, to be read by a person. It stands on:",
        *(f"  [{each.number}] {place(each)} {plain(each.passage.title, 120)}"
          for each in done.cited),
        "",
        "With its citations:",
        *(f"  {line}".rstrip() for line in draft.body.split("\n")),
    ]  # fmt: skip
    if done.doubtful:
        lines += ["", "Not what the cited lines say, word for word:"]
        lines += [f"  {plain(each)}" for each in done.doubtful]
    if checked.faults:
        lines += ["", "It does not hold:", *(f"  {each}" for each in checked.faults)]
    return "\n".join([*lines, "", "---", checked.patch])


def told(done: Drafted, path: Path) -> str:
    """What came of it, for a terminal."""
    draft, checked = done.draft, done.checked
    own, others, built = checked.own, checked.others, checked.built
    behind = f", behind “{draft.after}”" if draft.after else ", at its end"
    lines = [f"{path}: {draft.heading}", f"  page     {draft.page}{behind}"]
    lines += [f"  cites    {place(each)}" for each in done.cited]
    lines.append(f"  applies  {'no' if checked.refused else 'yes'}")
    if built is None:
        lines.append("  builds   not tried: name the site's build with --build COMMAND")
    elif not built.problem:
        lines.append(f"  builds   yes: {built.command}")
    else:
        also = "" if checked.built_before else ", nor without the draft"
        lines.append(f"  builds   no{also}: {built.command}")
    if own is not None:
        then, now = ("holds" if each.holds else "does not hold" for each in own)
        lines.append(f"  test     “{done.test.ask}” {then} before, {now} after")
    if others is not None:
        lines.append(f"  others   {len(others.broken)} broken, {len(others.mended)} mended")
    lines += [f"  look at  {each}" for each in done.doubtful]
    lines += [f"  wrong    {each}" for each in checked.faults]
    if done.usd:
        lines.append(f"  cost     {done.usd:.4f} USD")
    if not checked.faults:
        lines.append(f"Read it, then: git apply {path}")
    return "\n".join(lines)
