"""A function in a process of its own, bounded in time and memory."""

import ctypes
import faulthandler
import os
import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from hyperrun.search.bounded import Exceeded, Worker


def work(question: str) -> object:
    match question:
        case "hang":
            return re.match(r"(a+)+$", "a" * 60 + "b")
        case "sleep":
            time.sleep(60)
        case "eat":
            return len([bytes(1 << 20) for _ in range(10_000)])
        case "crash":
            faulthandler.disable()  # of pytest
            return ctypes.string_at(0)
        case "exit":
            os._exit(3)
        case "raise":
            raise ValueError("no such thing")
        case "large":
            return "x" * 20_000_000
        case "unsendable":
            return lambda: None
        case "print":
            print("never seen")
    return question.upper()


@contextmanager
def worker(wall_s: float = 20.0) -> Iterator[Worker[str, object]]:
    with closing(Worker(work, cpu_s=1, wall_s=wall_s, memory_bytes=1 << 28)) as made:
        yield made


@pytest.mark.parametrize(("question", "reason"), [
    ("hang", "took more than 1 s of work"),
    ("sleep", "took longer than 1 s"),
    ("eat", "took more memory than it may"),
    ("crash", "ended its reader [(]SIGSEGV[)]"),
    ("exit", "ended its reader"),
])  # fmt: skip
def test_a_call_that_goes_too_far_costs_that_call(question: str, reason: str) -> None:
    with worker(wall_s=1 if question == "sleep" else 20) as calls:
        for each, wanted in ((question, None), ("next", "NEXT"), (question, None), ("x", "X")):
            calls.ask(each)
            if wanted is None:
                with pytest.raises(Exceeded, match=reason):
                    calls.answer()
            else:
                assert calls.answer() == wanted


def test_what_it_raises_is_raised_and_the_process_goes_on() -> None:
    with worker() as calls:
        calls.ask("raise")
        with pytest.raises(ValueError, match="no such thing"):
            calls.answer()
        calls.ask("unsendable")
        with pytest.raises(RuntimeError):
            calls.answer()
        calls.ask("large")
        assert calls.answer() == "x" * 20_000_000


def test_nothing_it_prints_reaches_our_output(capfd: pytest.CaptureFixture[str]) -> None:
    with worker() as calls:
        calls.ask("print")
        assert calls.answer() == "PRINT"
    assert capfd.readouterr() == ("", "")


def test_no_process_is_left() -> None:
    with worker() as calls:
        calls.ask("a")
        calls.answer()
        process = calls._process
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
