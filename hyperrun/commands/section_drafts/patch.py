"""A change of some files as a patch that `git apply` takes, and trees that it is tried on."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from hyperrun.errors import BadSetting

TIMEOUT_S = 120
# What a copy of a tree does without, where git cannot say what belongs to it.
LEFT_OUT = (
    ".git", "node_modules", ".venv", "venv", "__pycache__", ".hyperrun", ".tox", ".mypy_cache",
    ".ruff_cache", ".pytest_cache",
)  # fmt: skip


def patch_of(root: Path, changed: Mapping[str, str]) -> str:
    """The difference that the new texts of files make, as git writes it. Raises `BadSetting`."""
    with TemporaryDirectory() as folder:
        for name, text in changed.items():
            for side in ("a", "b"):
                place = Path(folder) / side / name
                place.parent.mkdir(parents=True, exist_ok=True)
                old = root / name
                if side == "b":
                    place.write_bytes(text.encode())
                elif old.exists():
                    place.write_bytes(old.read_bytes())
        done = _git(
            Path(folder), "-c", "core.autocrlf=false", "-c", "core.quotepath=false", "diff",
            "--no-index", "--no-prefix", "--no-color", "--no-ext-diff", "--no-textconv", "a", "b",
        )  # fmt: skip
    if done.returncode > 1:
        raise BadSetting(f"git makes no patch: {_why(done)}")
    # Without these lines a copy of the patch may be sent by mail and still applies.
    return re.sub(r"^index [0-9a-f.]+(?: \d+)?\n", "", done.stdout.decode(), flags=re.MULTILINE)


def applied(tree: Path, patch: str) -> str:
    """Apply a patch to a copy of a tree. Why it does not apply; "" where it does."""
    done = _git(tree, "apply", "--whitespace=nowarn", "-", told=patch.encode())
    return _why(done) if done.returncode else ""


def _git(
    folder: Path, *arguments: str, told: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    # A folder for the moment may stand inside of a repository, which is then none of ours.
    environment = os.environ | {"GIT_CEILING_DIRECTORIES": str(folder.resolve().parent)}
    try:
        return subprocess.run(
            ["git", *arguments], cwd=folder, input=told or b"", capture_output=True,
            timeout=TIMEOUT_S, env=environment, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise BadSetting(f"git cannot be run: {error}") from error


def _why(done: subprocess.CompletedProcess[bytes]) -> str:
    return done.stderr.decode(errors="replace").strip()[-300:] or "git does not say why"


def copied(root: Path, place: Path) -> None:
    """Copy a working tree as it stands: what git knows or would take, else all but what is made.

    Packages of node, which a build may need, are led to and not copied.
    """
    names = _files(root)
    if names is None:
        shutil.copytree(root, place, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
    else:
        place.mkdir(parents=True)
        for name in names:
            old, new = root / name, place / name
            if old.is_symlink() or old.is_file():
                new.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(old, new, follow_symlinks=False)
    for packages in (root / "node_modules", *root.glob("*/node_modules")):
        led = place / packages.relative_to(root)
        if packages.is_dir() and led.parent.is_dir() and not led.exists():
            led.symlink_to(packages.resolve(), target_is_directory=True)


def _files(root: Path) -> list[str] | None:
    """The files of a working tree, by git; None where it is none, or holds none."""
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root, capture_output=True, timeout=TIMEOUT_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    names = [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
    return names if not done.returncode and names else None
