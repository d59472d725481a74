"""A repository as it was at a revision of git, in a folder of its own."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hyperrun.errors import BadSetting

TIMEOUT_S = 120


@contextmanager
def checked_out(repository: Path, revision: str) -> Iterator[Path]:
    """The files of `repository` at `revision`, for the length of a block. Raises `BadSetting`.

    Nothing of the working tree is touched.
    """
    try:
        commit = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options",
                      f"{revision}^{{commit}}").decode().strip()  # fmt: skip
        prefix = _git(repository, "rev-parse", "--show-prefix").decode().strip()
        tree = f"{commit}:{prefix.rstrip('/')}" if prefix else commit
        archive = _git(repository, "archive", "--format=tar", tree)
    except (subprocess.SubprocessError, OSError) as error:
        raise BadSetting(f"git knows no revision {revision!r} of {repository}") from error
    with TemporaryDirectory() as folder:
        place = Path(folder) / (repository.name or "repository")
        place.mkdir()
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(place, filter="data")
        yield place


def _git(repository: Path, *arguments: str) -> bytes:
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments],
        capture_output=True, check=True, timeout=TIMEOUT_S, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.stdout
