"""What answer tests have shown: for people, for CI as JUnit, and as Markdown for a pull request."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hyperrun.commands.testing.verdict import Verdict
from hyperrun.text import in_markdown, plain, without_controls

MAX_QUOTED_CHARS = 700


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same questions before a change and after it."""

    revision: str
    broken: tuple[tuple[Verdict, Verdict], ...]  # before, after
    mended: tuple[tuple[Verdict, Verdict], ...]

    @property
    def sentence(self) -> str:
        """What the change does, in one line."""
        if not self.broken and not self.mended:
            return f"This change since {self.revision} breaks no answer."
        breaks = f"breaks {counted(len(self.broken), 'answer')}" if self.broken else ""
        mends = f"mends {len(self.mended)}" if self.mended else ""
        return f"This change since {self.revision} {', '.join(filter(None, (breaks, mends)))}."


def compared(revision: str, before: Sequence[Verdict], after: Sequence[Verdict]) -> Comparison:
    """Which questions hold no more, and which hold now."""
    pairs = list(zip(before, after, strict=True))
    return Comparison(
        plain(revision, 60),
        tuple((one, other) for one, other in pairs if one.holds and not other.holds),
        tuple((one, other) for one, other in pairs if not one.holds and other.holds),
    )


def counted(number: int, noun: str) -> str:
    """ "1 answer", "3 answers"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def sentence(verdicts: Sequence[Verdict]) -> str:
    """How many hold, in one line."""
    holding = sum(each.holds for each in verdicts)
    known = sum(not each.holds and not each.breaks for each in verdicts)
    said = f"{holding} of {counted(len(verdicts), 'answer')} hold"
    if known:
        said += f", {known} known not to"
    usd = sum(each.usd for each in verdicts)
    return said + (f"; {usd:.4f} USD" if usd else "")


def text(verdicts: Sequence[Verdict], comparison: Comparison | None, seconds: float) -> str:
    """For a terminal: what does not hold, each with why and what was found."""
    lines = []
    for each in verdicts:
        if each.holds and each.test.known:
            lines += [f"holds now     {plain(each.test.ask)}",
                      f"              it was known not to: {plain(each.test.known)}"]  # fmt: skip
        if each.holds:
            continue
        mark = "does not hold" if each.breaks else "known        "
        lines.append(f"{mark} {plain(each.test.ask)}")
        lines += [f"              {plain(why)}" for why in whys(each)]
        if each.test.known:
            lines.append(f"              known: {plain(each.test.known)}")
        lines += [f"              found {plain(place)}" for place in each.found[:3]]
    if comparison is not None:
        lines.append(comparison.sentence)
        lines += [f"  breaks {plain(after.test.ask)}" for _, after in comparison.broken]
        lines += [f"  mends  {plain(after.test.ask)}" for _, after in comparison.mended]
    lines.append(f"{sentence(verdicts)} ({seconds:.1f} s).")
    return "\n".join(lines)


def whys(verdict: Verdict) -> Sequence[str]:
    """What does not hold, in sentences."""
    return (verdict.error,) if verdict.error else verdict.wrong


def junit(verdicts: Sequence[Verdict], seconds: float) -> str:
    """JUnit's XML: a case for each question; one that is known not to hold is skipped."""
    suite = ET.Element("testsuite", {
        "name": "hyperrun answers", "tests": str(len(verdicts)), "time": f"{seconds:.3f}",
        "failures": str(sum(each.breaks and not each.error for each in verdicts)),
        "errors": str(sum(each.breaks and bool(each.error) for each in verdicts)),
        "skipped": str(sum(not each.holds and not each.breaks for each in verdicts)),
    })  # fmt: skip
    for each in verdicts:
        case = ET.SubElement(suite, "testcase", {
            "classname": in_xml(each.test.page or "questions"), "name": in_xml(each.test.ask),
            "time": f"{each.seconds:.3f}",
        })  # fmt: skip
        if each.holds:
            continue
        kind = "skipped" if not each.breaks else "error" if each.error else "failure"
        why = each.test.known if kind == "skipped" else "; ".join(whys(each))
        told = ET.SubElement(case, kind, {"message": in_xml(why)})
        told.text = in_xml("\n".join([*whys(each), "", *each.found, "", each.answer]))
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def in_xml(text: str) -> str:
    """Text that XML 1.0 can hold."""
    return "".join(
        letter for letter in without_controls(text) if letter not in "\ufffe\uffff"
    )  # fmt: skip


def markdown(verdicts: Sequence[Verdict], comparison: Comparison | None) -> str:
    """A summary for a pull request: what the change does, then what does not hold."""
    title = comparison.sentence if comparison else f"{sentence(verdicts)}."
    lines = [f"### Answers: {in_markdown(title)}", ""]
    if comparison is not None:
        lines += [f"{in_markdown(sentence(verdicts))}.", ""]
        for before, after in comparison.broken:
            lines += _details(after, "Breaks", {"Before": before.answer, "After": after.answer})
        for before, after in comparison.mended:
            lines += _details(after, "Mends", {"Before": before.answer, "After": after.answer})
    told = {after.test.ask for _, after in comparison.broken} if comparison else set()
    for each in verdicts:
        if each.breaks and each.test.ask not in told:
            lines += _details(each, "Does not hold", {"Answer": each.answer})
    known = [each for each in verdicts if not each.holds and not each.breaks]
    if known:
        lines += ["Known not to hold:", ""]
        lines += [
            f"- {in_markdown(each.test.ask)}: {in_markdown(each.test.known)}" for each in known
        ]
        lines.append("")
    return "\n".join(lines)


def comment(verdicts: Sequence[Verdict], comparison: Comparison | None) -> str:
    """The same as a comment, with a mark by which the next one finds it to take its place."""
    return f"<!-- hyperrun answers -->\n{markdown(verdicts, comparison)}"


def _details(verdict: Verdict, what: str, answers: Mapping[str, str]) -> list[str]:
    lines = [f"<details><summary>{what}: {in_markdown(verdict.test.ask)}</summary>", ""]
    lines += [f"- {in_markdown(why)}" for why in whys(verdict)]
    lines += [f"- found: {in_markdown(place)}" for place in verdict.found[:3]]
    for name, answer in answers.items():
        quoted = without_controls(answer)[:MAX_QUOTED_CHARS].strip() or "(nothing)"
        fence = "`" * (_longest_ticks(quoted) + 3)
        lines += ["", f"{name}:", "", f"{fence}text", quoted, fence]
    return [*lines, "", "</details>", ""]


def _longest_ticks(text: str) -> int:
    longest = run = 0
    for letter in text:
        run = run + 1 if letter == "`" else 0
        longest = max(longest, run)
    return longest
