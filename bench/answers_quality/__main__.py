"""How well first answers answer what readers ask: without a language model, or with one.

    python -m bench.answers_quality REPOSITORIES [--set tuning|held_out] [--only NAME …]
        [--misses] [--show ID …] [--second] [--words] [--model] [--check] [--json]

REPOSITORIES holds a checkout per name of the set's repositories.json, at its revision. A server is
started for each, asked over HTTP, and what a reader sees is held against what has to be said. Where
the model of meaning is installed (`--group meaning`) it answers, too; `--words` leaves it out. With
`--model` the language model answers that HYPERRUN_MODEL names, with HYPERRUN_API_KEY and
HYPERRUN_API_BASE.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from bench.answers_quality.answer import Answer
from bench.answers_quality.gold import faults
from bench.answers_quality.judge import Verdict, figures, judge, table
from bench.answers_quality.questions import SETS, Question, Repository, load
from bench.answers_quality.server import serving

MODEL = ("HYPERRUN_MODEL", "HYPERRUN_API_KEY", "HYPERRUN_API_BASE")
UNRELATED = 7  # questions further on, where the same subject is not asked about any more


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is asked for; 1 where the questions are at fault."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.answers_quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("repositories", type=Path)
    parser.add_argument("--set", choices=SETS, default="tuning")
    parser.add_argument("--only", nargs="+", default=(), metavar="NAME")
    parser.add_argument("--misses", action="store_true", help="print what falls short")
    parser.add_argument("--show", nargs="+", default=(), metavar="ID", help="print these answers")
    parser.add_argument(
        "--second",
        action="store_true",
        help="ask those that follow none, each after one it has nothing to do with",
    )
    parser.add_argument("--words", action="store_true", help="without a model of meaning")
    parser.add_argument("--model", action="store_true", help="with the caller's language model")
    parser.add_argument("--check", action="store_true", help="hold the questions, ask nothing")
    parser.add_argument("--json", action="store_true", help="print figures and verdicts as JSON")
    options = parser.parse_args(arguments)
    repositories = load(options.set, options.only)
    if options.check:
        return check(options.repositories, repositories)
    by_name: dict[str, list[Verdict]] = {}
    for repository in repositories:
        questions = wanted(repository.questions, options.show)
        if options.second:
            questions = [each for each in questions if not each.after]
        if not questions:
            continue
        folder = options.repositories / repository.name
        asked = ask_second if options.second else ask
        settings = {"HYPERRUN_EMBEDDING_MODEL": "off" if options.words else "auto"}
        if options.model:
            settings |= {name: os.environ[name] for name in MODEL if name in os.environ}
        answers = asked(folder, questions, settings)
        verdicts = [judge(each, answers[each.id]) for each in questions]
        by_name[repository.name] = verdicts
        for question, verdict in zip(questions, verdicts, strict=True):
            if question.id in options.show:
                print(shown(question, answers[question.id], verdict))
            elif options.misses and verdict.wrong:
                print(
                    f"{question.id:6} {question.kind:8} {', '.join(verdict.wrong)}: {question.text}"
                )
    if not options.show:
        by_name["all"] = [verdict for verdicts in by_name.values() for verdict in verdicts]
        print(as_json(by_name) if options.json else as_table(by_name))
    return 0


def check(folder: Path, repositories: Sequence[Repository]) -> int:
    """Print every fault of the questions; 1 where there is one."""
    found = [fault for each in repositories for fault in faults(folder / each.name, each.questions)]
    print("\n".join(found) or "The questions are fair.")
    return 1 if found else 0


def wanted(questions: Sequence[Question], ids: Sequence[str]) -> list[Question]:
    """The questions of these ids and those before them; all where no id is given."""
    if not ids:
        return list(questions)
    kept = set(ids)
    for question in reversed(questions):
        if question.id in kept:
            kept.add(question.after)
    return [each for each in questions if each.id in kept]


def ask(
    repository: Path, questions: Sequence[Question], settings: Mapping[str, str]
) -> dict[str, Answer]:
    """An answer for each id; a question comes after the one it follows."""
    answers, tokens = dict[str, Answer](), dict[str, str]()
    with serving(repository, settings) as reader:
        for each in questions:
            answer, token = reader.ask(each.text, tokens.get(each.after, ""))
            answers[each.id], tokens[each.id] = answer, token
    return answers


def ask_second(
    repository: Path, questions: Sequence[Question], settings: Mapping[str, str]
) -> dict[str, Answer]:
    """An answer for each id, of a question asked after the one that stands `UNRELATED` on."""
    answers = {}
    with serving(repository, settings) as reader:
        for at, each in enumerate(questions):
            _, token = reader.ask(questions[(at + UNRELATED) % len(questions)].text)
            answers[each.id], _ = reader.ask(each.text, token)
    return answers


def shown(question: Question, answer: Answer, verdict: Verdict) -> str:
    """A question, its answer as a reader sees it, its sources, and what was wanted."""
    lines = [f"{question.id}: {question.text}", "", *answer.lines, "", answer.notices]
    lines += [f"source {each.file} {each.lines} {each.title}" for each in answer.sources]
    lines += [f"wanted {each.file} {each.lines} {each.heading}" for each in question.pages]
    lines += [f"missing {' or '.join(group)}" for group in verdict.missing]
    return "\n".join([*lines, f"wrong: {', '.join(verdict.wrong) or 'nothing'}", ""])


def as_table(by_name: dict[str, list[Verdict]]) -> str:
    """The figures, a line for each repository and one for all."""
    return table({name: figures(verdicts) for name, verdicts in by_name.items()})


def as_json(by_name: dict[str, list[Verdict]]) -> str:
    """The figures of each repository and of all, and every verdict."""
    whole = {
        "figures": {name: asdict(figures(verdicts)) for name, verdicts in by_name.items()},
        "verdicts": [asdict(each) for each in by_name["all"]],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    sys.exit(main())
