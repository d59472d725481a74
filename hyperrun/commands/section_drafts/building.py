"""The site's build, run on a copy of its sources: by its generator, or by a named command."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory

from hyperrun.settings import Settings

TIMEOUT_S = 900
AUTOMATIC, OFF = "auto", "off"
OUT = "OUT"
# A generator's configuration, and what builds it into OUT, run where that stands.
GENERATORS = (
    ("mkdocs.yml", ("mkdocs", "build", "--quiet", "--site-dir", OUT)),
    ("conf.py", ("sphinx-build", "-q", "-b", "html", ".", OUT)),
    ("book.toml", ("mdbook", "build", "--dest-dir", OUT)),
    ("_quarto.yml", ("quarto", "render", "--output-dir", OUT)),
    ("hugo.toml", ("hugo", "--quiet", "--destination", OUT)),
)
FOLDERS = ("", "docs", "doc", "docs/source", "docs/src", "site", "website", "nbs", "book")


@dataclass(frozen=True, slots=True)
class Built:
    """What became of a build: its command, and why it failed."""

    command: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Build:
    """How a site is built: a command, and the folder that it is run in, below the tree."""

    command: tuple[str, ...]
    folder: str = ""

    def run(self, tree: Path) -> Built:
        """Build the site of a tree. Nothing of our settings' secrets is told to it."""
        with TemporaryDirectory() as out:
            command = [out if part == OUT else part for part in self.command]
            told = shlex.join(self.command)
            try:
                done = subprocess.run(
                    command, cwd=tree / self.folder, env=_environment(), capture_output=True,
                    text=True, errors="replace", timeout=TIMEOUT_S, check=False,
                    stdin=subprocess.DEVNULL,
                )  # fmt: skip
            except (OSError, subprocess.SubprocessError) as error:
                return Built(told, str(error))
        said = (done.stderr.strip() or done.stdout.strip())[-600:]
        return Built(told, said or f"it ends with {done.returncode}") if done.returncode else (
            Built(told)
        )  # fmt: skip


def build_of(root: Path, page: str, told: str) -> Build | None:
    """The build of the site that a page is of; None where none is wanted or known."""
    if told == OFF:
        return None
    if told != AUTOMATIC:
        return Build(tuple(shlex.split(told)))
    for folder in _folders(root, page):
        for name, command in GENERATORS:
            program = _program(command[0], root)
            if program and (root / folder / name).is_file():
                return Build((program, *command[1:]), folder)
    return None


def _folders(root: Path, page: str) -> Iterator[str]:
    """Where a configuration may stand: over the page, from the inside out, then at usual places."""
    above = [each.as_posix() for each in Path(page).parents]
    yield from dict.fromkeys("" if each == "." else each for each in (*above, *FOLDERS))


def _program(name: str, root: Path) -> str | None:
    """A generator's program: of the tree's own environment, of ours, or on the path."""
    for place in (root / ".venv" / "bin", Path(sys.executable).parent):
        if (found := place / name).is_file() and os.access(found, os.X_OK):
            return str(found)
    return shutil.which(name)


def _environment() -> dict[str, str]:
    secret = {each.metadata["variable"] for each in fields(Settings) if not each.repr}
    return {
        name: value
        for name, value in os.environ.items()
        if name not in secret and not name.endswith(("_API_KEY", "_TOKEN", "_PASSWORD", "_SECRET"))
    }
