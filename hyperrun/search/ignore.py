"""What of a repository is read: not what is hidden or git ignores, secrets, binaries, locks,
generated files."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

MOST_BYTES = 512 * 1024
MOST_NOTEBOOK_BYTES = 8 * 1024 * 1024

FOLDERS = {
    "node_modules", "__pycache__", "venv", "_site", "_build", "_proc", "site-packages", "vendor",
    "third_party", "third-party", "bower_components", "htmlcov",
}  # fmt: skip
FILES = re.compile(
    r"(?ix) \.(pem|key|p12|pfx|jks|keystore|asc|gpg)$ | ^id_(rsa|dsa|ecdsa|ed25519)"
    r"| ^(credentials|secrets?)(\.(json|ya?ml|toml|ini|txt|env))?$ | service[-_]?account.*\.json$"
    r"| ^(package-lock|npm-shrinkwrap)\.json$ | ^(pnpm-lock|yarn)\.(yaml|lock)$ | \.lock$"
    r"| ^go\.sum$ | \.min\.(js|css|mjs)$ | [.-]bundle\.js$ | \.map$ | _pb2(_grpc)?\.pyi?$"
    r"| \.(svg|csv|tsv|log|snap|po|pot|mo)$"
)


def is_passed_over(name: str) -> bool:
    """Is what has this name left out, with all below it? Hidden things are, as by ripgrep and
    ColGrep, but for GitHub's own folder."""
    hidden = name.startswith(".") and name != ".github"
    return hidden or name in FOLDERS or name.endswith(".egg-info")


def files(
    root: Path, include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> Iterator[PurePosixPath]:
    """Every file worth reading, relative to `root`, in order. Links are not followed.

    `include` and `exclude` are globs in .gitignore's form; without `include` everything is in.
    A folder that cannot be read is passed over.
    """
    from pathspec import GitIgnoreSpec

    wanted = GitIgnoreSpec.from_lines(include) if include else None
    unwanted = GitIgnoreSpec.from_lines(exclude)

    def walk(folder: Path, rules: list[tuple[str, GitIgnoreSpec]]) -> Iterator[PurePosixPath]:
        here = folder.relative_to(root).as_posix()
        prefix = "" if here == "." else here + "/"
        try:
            entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
            own = folder / ".gitignore"
            if own.is_file():
                lines = own.read_text(encoding="utf-8", errors="replace").splitlines()
                rules = [*rules, (prefix, GitIgnoreSpec.from_lines(lines))]
        except OSError:
            return
        for entry in entries:
            path = prefix + entry.name
            if entry.is_symlink() or is_passed_over(entry.name):
                continue
            if entry.is_dir():
                if not _ignored(path + "/", rules) and not unwanted.match_file(path + "/"):
                    yield from walk(entry, rules)
            elif entry.is_file():
                if FILES.search(entry.name) or _ignored(path, rules) or unwanted.match_file(path):
                    continue
                if wanted is None or wanted.match_file(path):
                    yield PurePosixPath(path)

    yield from walk(root, [])


def _ignored(path: str, rules: list[tuple[str, "GitIgnoreSpec"]]) -> bool:  # type: ignore[name-defined]  # noqa: F821
    """By the innermost .gitignore that says anything about `path`."""
    for prefix, spec in reversed(rules):
        verdict = spec.check_file(path.removeprefix(prefix)).include
        if verdict is not None:
            return bool(verdict)
    return False
