"""What is to be read: the repository, its documentation, its rendered site, and with what."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from hyperrun.commands.doctor.finding import Finding, good, note, wrong
from hyperrun.errors import BadSetting
from hyperrun.search import ignore, sources
from hyperrun.search.checkout import is_bare, is_url, no_folder
from hyperrun.search.colgrep.engine import find_program
from hyperrun.search.site import configuration, literals, rules
from hyperrun.search.site import folder as site_folder
from hyperrun.search.site import source as site_source
from hyperrun.search.sources import SourceTree
from hyperrun.settings import Settings
from hyperrun.text import counted

DOCUMENTS = (".md", ".mdx", ".markdown", ".rst", ".ipynb", ".qmd", ".adoc", ".html", ".txt")
MAX_LOOKED_AT, MAX_CONFIGURATIONS = 20_000, 20


def check(settings: Settings) -> Iterator[Finding]:
    """Every source, and what searches it."""
    try:
        trees = sources.read(settings)
    except BadSetting as error:
        yield wrong("sources", str(error), "hyperrun pages  # shows what is read of each source")
        return
    for tree in trees:
        about = f"source {tree.label}" if tree.label else "repository"
        if not tree.place:
            yield good(about, f"the published site {tree.site_url}")
        elif is_url(tree.place):
            yield from _remote(about)
        else:
            yield from _folder(about, tree)
            yield from _site(tree)
    yield from _logo(settings, trees[0])
    yield from _colgrep(settings)


def _logo(settings: Settings, main: SourceTree) -> Iterator[Finding]:
    """The picture that is named, where it should be a file of the first source."""
    logo, root = settings.logo, Path(main.place).expanduser()
    if not logo or logo.startswith("https://") or not main.place or is_url(main.place):
        return
    if not (root / logo).is_file():
        yield wrong(
            "logo", f"HYPERRUN_LOGO: {root / logo} is no file", "HYPERRUN_LOGO=docs/logo.svg"
        )


def _remote(about: str) -> Iterator[Finding]:
    if shutil.which("git") is None:
        yield wrong(
            about,
            "it is a git URL, and there is no git here",
            "apt-get install git  # or give a folder: --repo /path",
        )
    else:
        yield good(about, "a git URL; git is here")


def _folder(about: str, tree: SourceTree) -> Iterator[Finding]:
    root = Path(tree.place).expanduser()
    if not root.is_dir():
        yield wrong(about, no_folder(root), "hyperrun --repo /path/to/your/project")
        return
    if is_bare(root):
        address = shlex.quote(root.resolve().as_uri())
        yield wrong(
            about,
            f"{root.resolve()} is a bare repository: what would be read are git's own files",
            f"hyperrun --repo {address}",
        )
        return
    yield from _ownership(about, root)
    names = ignore.files(root, tree.include, tree.exclude)
    files = [path.name.lower() for path in islice(names, MAX_LOOKED_AT)]
    documents = sum(name.endswith(DOCUMENTS) for name in files)
    if not files:
        yield wrong(
            about,
            f"{root.resolve()} holds nothing to read",
            "hyperrun --repo /path/to/your/project",
        )
    elif not documents:
        yield note(
            about,
            f"{counted(len(files), 'file')} and no documentation: answers come from code alone",
            "HYPERRUN_SITE_URL=https://docs.example.org HYPERRUN_CRAWL=on  # if it is published",
        )
    else:
        yield from _configurations(about, root)
        found = rules.read(root, tree.site_url)
        made_by = type(found.sites[0][0]).__name__ if found.sites else "no known generator"
        yield good(
            about, f"{counted(len(files), 'file')}, {documents:,} of them documents; {made_by}"
        )
        if not found.site_url:
            yield note(
                about,
                "where it is published is not known: citations lead to files, not to pages",
                "HYPERRUN_SITE_URL=https://docs.example.org",
            )


def _ownership(about: str, root: Path) -> Iterator[Finding]:
    """Does git refuse to read the repository, for it is another user's?"""
    if not (root / ".git").exists() or shutil.which("git") is None:
        return
    done = subprocess.run(
        ["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL, env=os.environ | {"LC_ALL": "C"},
    )  # fmt: skip
    if done.returncode and "dubious ownership" in done.stderr:
        yield wrong(
            about,
            "it is another user's, and git does not read it: citations lead to no commit, and "
            "there are no versions by tag",
            f"git config --global --add safe.directory {shlex.quote(str(root.resolve()))}",
        )


def _configurations(about: str, root: Path) -> Iterator[Finding]:
    """Those of generators that nothing can be made of, so that the site's rules are not known."""
    for config in configuration.find(root)[:MAX_CONFIGURATIONS]:
        if why := literals.fault(config):
            name = config.relative_to(root).as_posix()
            yield wrong(about, f"{name} cannot be read: {why[:200]}", f"mend {name}")


def _site(tree: SourceTree) -> Iterator[Finding]:
    """The folder with the rendered pages of a source, where one is named."""
    if not site_source.is_named(tree.site_dir):
        return
    about = f"rendered site of {tree.label}" if tree.label else "rendered site"
    folder = site_source.named(Path(tree.place).expanduser(), tree.site_dir)
    if not folder.is_dir():
        yield wrong(
            about,
            f"HYPERRUN_SITE_DIR: {folder} is not a folder",
            "unset HYPERRUN_SITE_DIR  # it is then looked for",
        )
    elif not any(site_folder.Folder(folder, is_named=True).pages()):
        yield wrong(about, f"{folder} holds no pages", "build the documentation, then start again")
    else:
        yield good(about, str(folder))


def _colgrep(settings: Settings) -> Iterator[Finding]:
    program = find_program(settings.colgrep_program)
    if program is None and settings.search == "colgrep":
        yield wrong(
            "search",
            "HYPERRUN_SEARCH=colgrep, and there is no colgrep: the embedded index answers",
            "cargo install colgrep --locked  # or HYPERRUN_SEARCH=auto",
        )
    elif program is not None and settings.search != "embedded":
        yield good("search", "embedded index and ColGrep")
    else:
        yield good("search", "embedded index")
