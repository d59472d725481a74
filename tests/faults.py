"""What may happen to a running server from outside, and what is to come of it.

`python -m tests.faults` writes `docs/faults.md`; the tests hold each line of it.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hyperrun.storage.schema import FILE

TABLE = Path(__file__).parent.parent / "docs" / "faults.md"


@dataclass(frozen=True)
class Place:
    """Where a server's things are."""

    data: Path
    repository: Path

    @property
    def index(self) -> Path:
        """The index's file."""
        return next((self.data / "index").glob("*.sqlite3"))

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.data / FILE


@dataclass(frozen=True)
class Fault:
    """One fault and what is to come of it. `why` is said of what does not mend itself."""

    name: str
    harm: Callable[[Place], object]
    lost: str = "no"  # is anything lost?
    answers: bool = True  # does the next question get an answer?
    healthy: bool = True  # does /healthz say 200 in the end?
    told: str = ""  # what /healthz says meanwhile or in the end
    mends: bool = True
    why: str = ""


def _overwrite(path: Path) -> None:
    path.write_bytes(b"nonsense" * 10_000)


def _remove_database(place: Place) -> None:
    for path in place.data.glob(f"{FILE}*"):
        path.unlink()


FAULTS = (
    Fault("the index is overwritten", lambda place: _overwrite(place.index)),
    Fault("the index is cut short", lambda place: os.truncate(place.index, 4_096)),
    Fault("the index is emptied", lambda place: os.truncate(place.index, 0)),
    Fault("the index is removed", lambda place: place.index.unlink()),
    Fault("the index's folder is removed", lambda place: shutil.rmtree(place.data / "index")),
    Fault("the repository's folder is gone", lambda place: place.repository.rename(
        place.repository.with_name("elsewhere"))),
    Fault("a file that cannot be read appears", lambda place: os.mkfifo(
        place.repository / "pipe.md")),
    Fault("`token.key` is cut short", lambda place: os.truncate(place.data / "token.key", 3),
          told="a key file is broken", mends=False,
          why="it must be brought back, or every reader's conversations are theirs no more; the "
              "server goes on with the one it has read, and does not start again with it"),
    Fault("the database is removed", _remove_database, lost="what stood in it"),
    Fault("the database is overwritten", lambda place: _overwrite(place.database),
          lost="what stood in it", healthy=False, told="store", mends=False,
          why="the file is not touched: it may be wanted for what is left in it"),
)  # fmt: skip

# What cannot be done to a server within a test's process is held elsewhere.
ELSEWHERE = (
    ("the disk is full, or the database at its limit", "new answers are not kept", "yes",
     "yes, and that answers are not kept", "when there is room",
     "tests/storage/test_store_faults.py"),
    ("there are no more file handles", "no", "to those who are connected; others are not let in",
     "200, or 503, “store”, where that must be opened", "when there are some again",
     "tests/test_handles.py"),
    ("a `-shm` file, which SQLite maps, is cut short under the server", "no",
     "after a restart: the process ends", "-",
     "no: a map cannot be guarded, and without one no command could read beside the server; "
     "whatever starts it again has it whole", "tests/test_handles.py"),
    ("the process is killed", "what an answer said in the last second", "after a restart", "-",
     "yes", "tests/test_crash.py"),
    ("a git is ended in the middle of a fetch", "no", "yes", "the commit, and since when",
     "at the next fetch", "tests/search/test_checkout.py"),
    ("the git server is gone", "no", "yes, as of the last fetch", "since when",
     "at the next fetch", "tests/search/test_checkout.py"),
    ("the clock is far ahead at a start", "no", "yes", "yes", "after a day",
     "tests/storage/test_store_look.py"),
    ("a second server is started on the same folder, its lock's file removed",
     "no", "yes, the first's", "yes", "the second does not start",
     "tests/storage/test_store_look.py"),
    ("the database is of a newer version, or none", "no", "it does not start", "-",
     "no: one line names the file, which is not touched", "tests/storage/test_store_look.py"),
)  # fmt: skip


def table() -> str:
    """The page, as it is to stand in `docs`."""
    lines = [
        "# What may happen, and what comes of it",
        "",
        "Made by `python -m tests.faults`; `tests/test_fault_table.py` does each of these to a "
        "running server.",
        "",
        "| fault | is anything lost? | do answers go on? | `/healthz` | does it mend itself? |",
        "| --- | --- | --- | --- | --- |",
    ]
    for each in FAULTS:
        answers = "yes" if each.answers else "no"
        health = ("200" if each.healthy else "503") + (f", “{each.told}”" if each.told else "")
        mends = "yes" if each.mends else f"no: {each.why}"
        lines.append(f"| {each.name} | {each.lost} | {answers} | {health} | {mends} |")
    lines += [
        "",
        "Held by tests of their own:",
        "",
        "| fault | is anything lost? | do answers go on? | `/healthz` | does it mend itself? "
        "| test |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += ["| " + " | ".join(row[:5]) + f" | `{row[5]}` |" for row in ELSEWHERE]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
