"""What of a repository is read: not what is hidden or git ignores, secrets, binaries, locks,
generated files."""

import os
import re
import stat
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from hyperrun.files import read_text

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_BYTES = 512 * 1024
MAX_NOTEBOOK_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 60  # folders below the root
MAX_ENTRIES = 100_000  # names in one folder
MAX_FILES = 250_000
MAX_RULES = 5_000  # lines of one .gitignore
MAX_ANY_FOLDERS = 3  # `**` in one rule

FOLDERS = {
    "node_modules", "__pycache__", "venv", "_site", "_build", "_proc", "site-packages", "vendor",
    "third_party", "third-party", "bower_components", "htmlcov", "_freeze", "site_libs",
    "_static", "_templates",  # how Sphinx's pages look
    "revdep", "_snaps",  # what R's checks of other packages and testthat's snapshots left
}  # fmt: skip
FILES = re.compile(
    r"(?ix) \.(pem|key|p12|pfx|jks|keystore|asc|gpg)$ | ^id_(rsa|dsa|ecdsa|ed25519)"
    r"| ^(credentials|secrets?)(\.(json|ya?ml|toml|ini|txt|env))?$ | service[-_]?account.*\.json$"
    r"| ^(package-lock|npm-shrinkwrap)\.json$ | ^(pnpm-lock|yarn)\.(yaml|lock)$ | \.lock$"
    r"| ^questions\.toml$"  # tests of answers, which would be found as the answers
    r"| ^go\.sum$ | \.min\.(js|css|mjs)$ | [.-]bundle\.js$ | \.map$ | _pb2(_grpc)?\.pyi?$"
    r"| \.(svg|csv|tsv|log|snap|po|pot|mo)$"
)


def is_passed_over(name: str) -> bool:
    """Is what has this name left out, with all below it? Hidden things are, as by ripgrep and
    ColGrep, but for GitHub's own folder."""
    hidden = name.startswith(".") and name != ".github"
    return hidden or name in FOLDERS or name.endswith(".egg-info")


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to be looked into, and the rules of those above it."""

    place: Path
    prefix: str  # of the paths in it
    rules: tuple[tuple[str, "GitIgnoreSpec"], ...] = ()


def files(
    root: Path,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    tell: Callable[[str, str], object] = lambda path, reason: None,
) -> Iterator[PurePosixPath]:
    """Every file worth reading, relative to `root`, folder by folder. Links are not followed.

    `include` and `exclude` are globs in .gitignore's form; without `include` everything is in.
    What cannot be read, or is more than is read, is passed over, and `tell` called with its path,
    as it can be shown, and the reason.
    """
    wanted = _spec(include, "HYPERRUN_INCLUDE", tell) if include else None
    unwanted = _spec(exclude, "HYPERRUN_EXCLUDE", tell)
    waiting = [_Folder(root, "")]
    found = 0
    while waiting:
        folder = waiting.pop()
        below: list[_Folder] = []
        rules = folder.rules + _own_rules(folder, tell)
        for name, kind in _entries(folder, tell):
            path = folder.prefix + name
            if kind is stat.S_IFDIR:
                if _ignored(path + "/", rules) or unwanted.match_file(path + "/"):
                    continue
                if path.count("/") >= MAX_DEPTH:
                    tell(path, f"lies more than {MAX_DEPTH} folders deep")
                    continue
                below.append(_Folder(folder.place / name, path + "/", rules))
                continue
            if FILES.search(name) or _ignored(path, rules) or unwanted.match_file(path):
                continue
            if wanted is not None and not wanted.match_file(path):
                continue
            if kind is not stat.S_IFREG:
                tell(path, "is no regular file")
                continue
            found += 1
            if found > MAX_FILES:
                tell(path, f"comes after {MAX_FILES} others; it and the rest are not read")
                return
            yield PurePosixPath(path)
        waiting += reversed(below)


def _entries(folder: _Folder, tell: Callable[[str, str], object]) -> list[tuple[str, int]]:
    """Names in a folder that are not passed over, in order, each with its kind: S_IFDIR, S_IFREG,
    or 0 for what is neither."""
    found: list[tuple[str, int]] = []
    here = folder.prefix or "./"
    try:
        with os.scandir(folder.place) as entries:
            for entry in entries:
                name = entry.name
                if is_passed_over(name) or entry.is_symlink():
                    continue
                if not _is_text(name):
                    tell(shown(folder.prefix + name), "its name is not UTF-8")
                    continue
                if len(found) == MAX_ENTRIES:
                    tell(here, f"holds more than {MAX_ENTRIES} names; the rest are not read")
                    break
                # Neither call looks at the disk where the system has told the kind.
                is_folder = entry.is_dir(follow_symlinks=False)
                is_file = not is_folder and entry.is_file(follow_symlinks=False)
                kind = stat.S_IFDIR if is_folder else stat.S_IFREG if is_file else 0
                found.append((name, kind))
    except OSError as error:
        tell(shown(here), f"cannot be read: {error.strerror}")
    return sorted(found)


def _own_rules(
    folder: _Folder, tell: Callable[[str, str], object]
) -> tuple[tuple[str, "GitIgnoreSpec"], ...]:
    """What the folder's own .gitignore says; nothing where there is none or it cannot be read."""
    place = folder.place / ".gitignore"
    name = folder.prefix + ".gitignore"
    if not os.path.lexists(place):
        return ()
    try:
        lines = read_text(place).splitlines()
    except OSError as error:
        if not place.is_dir():
            tell(name, str(error.strerror))
        return ()
    if len(lines) > MAX_RULES:
        tell(name, f"has more than {MAX_RULES} lines; the rest are passed over")
    return ((folder.prefix, _spec(lines[:MAX_RULES], name, tell)),)


@lru_cache(maxsize=16)
def matcher(lines: tuple[str, ...]) -> "GitIgnoreSpec":
    """The rules of a file in .gitignore's form; a line that is none is passed over."""
    return _spec(lines[:MAX_RULES], "", lambda path, reason: None)


def _spec(lines: Sequence[str], name: str, tell: Callable[[str, str], object]) -> "GitIgnoreSpec":
    """The rules that these lines make; a line that is none is passed over, as by git."""
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    patterns = []
    for number, line in enumerate(lines, 1):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # a set in a set, as in [[a]
                pattern = GitIgnoreSpecPattern(line)
                if pattern.regex is not None:
                    pattern.regex = re.compile(_linear(pattern.regex.pattern))
        except (ValueError, re.error, RecursionError, OverflowError):
            tell(f"{name}:{number}", f"is no rule and is passed over: {line[:60]!r}")
            continue
        patterns.append(pattern)
    return GitIgnoreSpec(patterns)


_STARS = re.compile(r"(?:\[\^/\]\*){2,}")
_CHUNK = re.compile(r"\[\^/\]\*((?:\[\^/\](?!\*)|(?!\[\^/\])[^/()])+)(?=\[\^/\]\*)")
_ANY_FOLDERS = re.compile(r"\(\?:(?:\.\+/|/\.\+)\)\?")


def _linear(regex: str) -> str:
    """A rule's expression, so written that no name can make it search for ever.

    Of the stars in one name only the last must be tried at every place: what stands between two
    may stand where it is found first. Raises ValueError where too many `**` are left.
    """
    if len(_ANY_FOLDERS.findall(regex)) > MAX_ANY_FOLDERS:
        raise ValueError("too many **")
    regex = _STARS.sub("[^/]*", regex)
    return _CHUNK.sub(lambda match: f"(?>[^/]*?{match[1]})", regex)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(path: str) -> str:
    """A path as it can be written into a log: bytes that are no UTF-8, and control characters, as
    escapes."""
    text = os.fsencode(path).decode(errors="backslashreplace")
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def _ignored(path: str, rules: Sequence[tuple[str, "GitIgnoreSpec"]]) -> bool:
    """By the innermost .gitignore that says anything about `path`."""
    for prefix, spec in reversed(rules):
        verdict = spec.check_file(path.removeprefix(prefix)).include
        if verdict is not None:
            return bool(verdict)
    return False
