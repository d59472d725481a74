"""The documentation's own site: built strictly, without a dead link, and its commands are run."""

import os
import re
import shlex
import signal
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from hyperrun.__main__ import VERBS
from hyperrun.commands.completion import options_of
from hyperrun.commands.doctor.names import variables
from hyperrun.llm.endpoints import KEY_VARIABLES
from scripts.settings_page import COMMANDS, SETTINGS, commands_page, settings_page
from tests.plugins import site
from tests.server import write_repository
from tests.server_process import free_port

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
OF_OTHERS = {
    "DOMAIN",
    "SITE",
    "REPOSITORY",
    "UV_TOOL_DIR",
    "UV_TOOL_BIN_DIR",
    "UV_PYTHON_INSTALL_DIR",
    "CI",
}
KEYS = {name for names in KEY_VARIABLES.values() for name in names}


def blocks(page: Path) -> list[str]:
    """The shell blocks of a page."""
    return re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """Every line of every shell block, with its page."""
    return [
        (page.relative_to(ROOT).as_posix(), line)
        for page in PAGES
        for block in blocks(page)
        for line in block.replace("\\\n", " ").splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]


def parted(line: str) -> tuple[dict[str, str], list[str]]:
    """The variables that a line sets, and its command."""
    words = shlex.split(line, comments=True)
    environment = {}
    while words and re.match(r"[A-Z_]+=", words[0]):
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    return environment, words


def ours(words: list[str]) -> list[str] | None:
    """The arguments of `hyperrun`, however it is called; None where it is not."""
    for called in (["hyperrun"], ["uvx", "hyperrun"], ["uv", "run", "main.py"],
                   ["uv", "run", "python", "-m", "hyperrun"]):  # fmt: skip
        if words[: len(called)] == called:
            return words[len(called) :]
    return None


def rows(page: str) -> set[tuple[str, str]]:
    """Each setting with what it does."""
    return set(re.findall(r"^\| `([A-Z_]+)` \|[^|]*\| *(.*?) *\|$", page, re.MULTILINE))


def test_the_pages_that_are_made_from_the_code_are_as_the_code_is() -> None:
    run = "run: uv run --no-sync python scripts/settings_page.py"
    assert rows(SETTINGS.read_text()) == rows(settings_page()), run
    assert COMMANDS.read_text() == commands_page(COMMANDS.read_text()), run


def test_there_are_shell_blocks_and_a_shell_can_read_them() -> None:
    found = [block for page in PAGES for block in blocks(page)]
    assert len(found) > 15
    for block in found:
        done = subprocess.run(["bash", "-n"], input=block, text=True, capture_output=True)
        assert done.returncode == 0, block + done.stderr


@pytest.mark.parametrize(("page", "line"), commands())
def test_a_command_of_the_pages_names_what_is_there(page: str, line: str) -> None:
    environment, words = parted(line)
    assert set(environment) <= {*variables(), *KEYS, *OF_OTHERS}
    arguments = ours(words)
    if arguments is not None:
        verb = arguments[0] if arguments and not arguments[0].startswith("-") else "serve"
        options = {each for each in arguments if each.startswith("--")}
        assert options <= set(options_of(VERBS[verb].module, verb)), line
        return
    # What is not ours is checked as far as it names files of ours.
    for word in words:
        if re.fullmatch(
            r"(deploy|scripts|packages|examples|bench|tests)/[\w./-]+|Dockerfile", word
        ):
            assert (ROOT / word).exists(), line


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_command_of_ours_on_the_pages_runs(tmp_path: Path) -> None:
    repository = write_repository(tmp_path)
    for name in ("index.html", "guide/index.html"):  # as a generator would have written
        built = repository / "site" / name
        built.parent.mkdir(exist_ok=True)
        built.write_text(
            "<!doctype html><meta name=generator content=mkdocs><title>Lantern</title>"
            "<main><h1 id=dim>Dimming a lamp</h1><p>Call lantern.dim(level).</p></main>"
        )
    done = []
    for page, line in commands():
        environment, words = parted(line)
        arguments = ours(words)
        if arguments is None or line in done:
            continue
        done.append(line)
        folders = [str(repository) if each in (".", "/path/to/your/project", "REPO") else each
                   for each in arguments]  # fmt: skip
        status, said = run(tmp_path, repository, environment, folders)
        assert status in (0, 1), f"{page}: {line}\n{said}"
        assert "Traceback" not in said, f"{page}: {line}\n{said}"
    assert len(done) > 10


def run(
    folder: Path, repository: Path, environment: dict[str, str], arguments: list[str]
) -> tuple[int, str]:
    """One command to its end; a server until it says where it answers."""
    is_server = not arguments or arguments[0].startswith("-") or arguments[0] == "serve"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HYPERRUN_")}
    running = subprocess.Popen(
        [sys.executable, "-m", "hyperrun", *arguments],
        cwd=repository, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=kept | {"PYTHONPATH": str(ROOT), "HYPERRUN_DATA_DIR": str(folder / "data"),
                    "HYPERRUN_SEARCH": "embedded", "PYTHONUNBUFFERED": "1",
                    "PORT": str(free_port())} | environment,
    )  # fmt: skip
    said = ""
    with running:
        assert running.stdout is not None
        for line in running.stdout:
            said += line
            if is_server and "answers about" in line:
                running.send_signal(signal.SIGTERM)
        status = running.wait(60)
    return (0 if is_server and "answers about" in said else status), said


class Links(HTMLParser):
    """Where a page leads, and its anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif value and ((tag, name) in (("a", "href"), ("img", "src"), ("script", "src"))):
                self.links.append(value)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_site_is_built_strictly_and_no_link_of_it_is_dead(tmp_path: Path) -> None:
    built = tmp_path / "site"
    command = site.python("mkdocs", "build", "--strict", "--site-dir", str(built))
    site.build(tmp_path, *command, cwd=ROOT)
    pages = {path: Links(path.read_text()) for path in built.rglob("*.html")}
    assert len(pages) > 30
    dead = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or path.name == "404.html":
                assert parts.scheme in ("", "https", "http"), link
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file() or (
                parts.fragment and target in pages and unquote(parts.fragment) not in
                {*pages[target].ids, "__comments"}
            ):  # fmt: skip
                dead.append(f"{path.relative_to(built)}: {link}")
    assert dead == []


def test_the_readme_leads_to_pages_that_are_there() -> None:
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) < 120, "two minutes of reading"
    links = re.findall(r"\]\(((?!https?://)[^)#]+)", text)
    assert len(links) > 10
    for link in links:
        assert (ROOT / link).exists(), link
