"""Whatever stands beside them, good files are found, in bounded time and memory; and what is bad
is named once."""

import logging
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperrun.search.index import Index
from tests.search import repository
from tests.search.zoo import Animal, animals

MAX_WORK_S = 20.0  # a file's own bound is 10 s; of work, for the machine may be busy
MAX_GROWTH_KB = 300_000

ZOO = list(animals())


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "root"
    repository.write(folder, "a.md", "# First\n\nA theremin can be found in here.\n")
    repository.write(folder, "z/z.md", "# Last\n\nA harmonica can be found in here.\n")
    repository.write(folder, "z/z.py", "def play_bandoneon():\n    return 1\n")
    yield folder
    subprocess.run(["rm", "-rf", str(folder)], check=True)  # some are too deep for anything else


def test_the_zoo_is_large_enough() -> None:
    assert len({animal.name for animal in ZOO}) == len(ZOO) >= 120


def _worked() -> float:
    """Seconds of work, of this process and of those that it has ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


@pytest.mark.parametrize("animal", [
    pytest.param(each, id=each.name, marks=[pytest.mark.slow] if each.is_slow else [])
    for each in ZOO
])  # fmt: skip
def test_what_stands_beside_a_bad_thing_is_found(
    animal: Animal, root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "hyperrun")
    animal.make(root)
    index = Index(tmp_path / "data" / "index" / "x.sqlite3")
    held_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = _worked()
    index.refresh(root)
    assert _worked() - began < MAX_WORK_S
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held_kb < MAX_GROWTH_KB
    assert index.is_complete()
    for word, file in (("theremin", "a.md"), ("harmonica", "z/z.md"), ("bandoneon", "z/z.py")):
        assert file in {passage.file for passage, _ in index.search(word, 50)}
    named = [record.getMessage() for record in caplog.records]
    assert len(named) == len(index.unreadable())
    assert len(named) == animal.named if animal.named >= 0 else len(named) <= 1, named
    assert all(line.isprintable() for line in named)
    index.refresh(root)
    assert len(caplog.records) == len(named)
    index.close()
