"""Where a passage's lines can be read at the indexed commit: on the forge its repository is on."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

# Forge -> the address of lines `a` to `b` of a file at a commit.
_LINES = {
    "github": "{base}/blob/{commit}/{file}#L{a}-L{b}",
    "gitlab": "{base}/-/blob/{commit}/{file}#L{a}-{b}",
    "codeberg": "{base}/src/commit/{commit}/{file}#L{a}-L{b}",
}


@dataclass(frozen=True, slots=True)
class Forge:
    """A repository's place on a forge, and the commit that is read; empty where there is none."""

    kind: str = ""
    base: str = ""
    commit: str = ""

    def lines(self, file: str, start: int, end: int) -> str | None:
        """The permalink to lines at the indexed commit."""
        if not (self.kind and self.commit):
            return None
        template = _LINES[self.kind]
        return template.format(base=self.base, commit=self.commit, file=quote(file), a=start, b=end)


def read(root: Path) -> Forge:
    """The forge of the repository at `root`, asked of git."""
    url = _git(root, "config", "--get", "remote.origin.url")
    commit = _git(root, "rev-parse", "HEAD")
    url = re.sub(r"^(?:ssh://)?git@([^:/]+)[:/]", r"https://\1/", url)
    url = re.sub(r"\.git/?$", "", url).rstrip("/")
    parts = urlsplit(url)
    host = parts.hostname or ""
    for kind in _LINES:
        if parts.scheme == "https" and (host == f"{kind}.com" or host == f"{kind}.org" or
                                        host.startswith(f"{kind}.")):  # fmt: skip
            return Forge(kind, f"https://{host}{parts.path}", commit)
    return Forge(commit=commit)


def _git(root: Path, *arguments: str) -> str:
    """What git says about the repository whose top is `root`; "" where it is none."""
    if not (root / ".git").exists():
        return ""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True, text=True, timeout=10, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
