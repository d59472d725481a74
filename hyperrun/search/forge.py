"""Where a passage's lines can be read at the indexed commit: on the forge its repository is on."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

# Forge -> the address of lines `a` to `b` of a file at a commit.
_LINES = {
    "github": "{base}/blob/{commit}/{file}{text}#L{a}-L{b}",
    "gitlab": "{base}/-/blob/{commit}/{file}{text}#L{a}-{b}",
    "codeberg": "{base}/src/commit/{commit}/{file}{text}#L{a}-L{b}",
}
# What they show as a page, which has no lines, and how each is asked for the text of it.
_PAGES = (
    ".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd", ".rst", ".adoc", ".asciidoc",
    ".org", ".textile", ".rdoc", ".creole", ".mediawiki", ".csv", ".svg",
)  # fmt: skip
_AS_TEXT = {"github": "?plain=1", "gitlab": "?plain=1", "codeberg": "?display=source"}
_SCP = re.compile(r"(?:[\w.-]+@)?([\w.-]+\.[\w-]+):(?!//)/?(.+)")  # user@host:path, as git has it


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
        return _LINES[self.kind].format(
            base=self.base, commit=self.commit, file=quote(file), a=start, b=end,
            text=_AS_TEXT[self.kind] if file.lower().endswith(_PAGES) else "",
        )  # fmt: skip

    def file(self, file: str) -> str | None:
        """The permalink to a whole file, as the forge shows it."""
        lines = self.lines(file, 1, 1)
        return lines.partition("#")[0].partition("?")[0] if lines else None


def read(root: Path) -> Forge:
    """The forge of the repository at `root`, asked of git."""
    url = _git(root, "config", "--get", "remote.origin.url")
    commit = _git(root, "rev-parse", "HEAD")
    address = _address(url)
    host = urlsplit(address).hostname or ""
    for kind in _LINES:
        if host == f"{kind}.com" or host == f"{kind}.org" or host.startswith(f"{kind}."):
            return Forge(kind, address, commit)
    return Forge(commit=commit)


def _address(remote: str) -> str:
    """Where people see the repository that git fetches from `remote`; "" where that is no forge.

    What git says of SSH is of no use to a browser: its user, its port, a host for it alone.
    """
    if found := _SCP.fullmatch(remote):
        remote = f"ssh://{found[1]}/{found[2]}"
    parts = urlsplit(remote)
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:  # a port that is none
        return ""
    path = re.sub(r"(?:\.git)?/*$", "", parts.path)
    if parts.scheme in ("http", "https"):
        return f"{parts.scheme}://{host}{f':{port}' if port else ''}{path}"
    if parts.scheme in ("ssh", "git", "git+ssh"):
        return f"https://{re.sub(r'^(?:alt)?ssh[.]', '', host)}{path}"
    return ""


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
