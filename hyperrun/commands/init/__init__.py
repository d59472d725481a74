"""Add the line to your documentation: `hyperrun init`.

It looks for the documentation's generator, shows what it would change in its configuration, and
asks before it writes. What is there already is not added again. With --plugin the generator's own
plugin is entered (MkDocs and Sphinx), which must be installed where the documentation is built.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from hyperrun.commands.init.edit import ByHand, Edit, has_tag, read
from hyperrun.commands.init.generators import BY_KIND, PLUGINS, file_of, kind_of, tag
from hyperrun.search.site import configuration, literals, rules
from hyperrun.search.sources import FILE

SERVER = "http://127.0.0.1:5001"


def main(arguments: Sequence[str] | None = None) -> int:
    """Find, show, ask, write. 1 where something is left to do by hand, 2 where it fails."""
    parser = argparse.ArgumentParser(
        prog="hyperrun init", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("folder", nargs="?", default=".", help="the repository (this folder)")
    parser.add_argument("--server", help=f"where HyperRun will be (HYPERRUN_PUBLIC_URL, {SERVER})")
    parser.add_argument("--plugin", action="store_true", help="enter the generator's plugin")
    parser.add_argument("--yes", action="store_true", help="write without asking")
    options = parser.parse_args(arguments)
    root = Path(options.folder).expanduser().resolve()
    if not root.is_dir():
        print(f"hyperrun: {root} is not a folder", file=sys.stderr)
        return 2
    server = (options.server or os.environ.get("HYPERRUN_PUBLIC_URL") or SERVER).rstrip("/")
    if not re.fullmatch(r"https?://[\w.:/\[\]-]+", server):
        print(f"hyperrun: {server} is no http(s) address", file=sys.stderr)
        return 2
    found = rules.main_site(root)
    if found is None:
        for config in configuration.find(root):
            if why := literals.fault(config):
                print(f"{config.relative_to(root)} cannot be read: {why}\n")
        print(
            f"No generator that is known was found. Each page wants this line:\n\n  {tag(server)}"
        )
        return 1
    kind, config = kind_of(found[1], found[0]), file_of(root, found[1], found[0])
    print(f"{kind}, configured in {config.relative_to(root)}")
    edits, status = _edits(root, config, kind, server, options.plugin)
    if status:
        return status
    edits += _sources_file(root, found[1].url)
    if not edits:
        return 0
    for edit in edits:
        print(f"\n{edit.diff(root)}", end="")
    if not options.yes and not _agreed():
        return 1
    try:
        for edit in edits:
            edit.write()
    except OSError as error:
        print(f"hyperrun: {error}", file=sys.stderr)
        return 2
    print(f"\nWritten. Next: hyperrun --repo {options.folder}")
    if server == SERVER:
        print("Before you publish, put your server's own address there.")
    return 0


def _edits(
    root: Path, config: Path, kind: str, server: str, plugin: bool
) -> tuple[list[Edit], int]:
    """What adds the line; nothing where it is there, and where it must be done by hand."""
    try:
        edit = BY_KIND[kind](config, server, plugin and kind in PLUGINS)
        if any(has_tag(text) for text in (read(config), edit.before)):
            print("The line is there already.")
            return [], 0
        return [edit], 0
    except ByHand as error:
        what = "Add to what it makes" if error.entry else "The line is"
        print(
            f"It is not changed by a program: {error}.\n{what}:\n\n  {error.entry or tag(server)}"
        )
        return [], 1


def _sources_file(root: Path, url: str) -> list[Edit]:
    """A minimal `hyperrun.toml`, where there is none."""
    file = root / FILE
    if file.exists():
        return []
    label = re.sub(r"[^A-Za-z0-9_.-]", "-", root.name).strip("-.")[:40] or "docs"
    lines = ["# What HyperRun answers about.", "[[source]]", f'label = "{label}"', 'path = "."']
    if url:
        lines.append(f'url = "{url}"')
    return [Edit(file, "", "\n".join(lines) + "\n")]


def _agreed() -> bool:
    """Does whoever sits there say yes? Nobody does where there is no terminal."""
    if not sys.stdin.isatty():
        print("\nNothing was written: hyperrun init --yes writes it.")
        return False
    return input("\nWrite this? [Y/n] ").strip().lower() in ("", "y", "yes")
