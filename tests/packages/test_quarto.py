"""The Quarto extension, as far as it goes without Quarto, which no package registry has: its filter
runs in pandoc, with Quarto's two functions in their place, and its scripts as Quarto calls them."""

import json
import os
import subprocess
import sys
from html import unescape
from pathlib import Path

import httpx
import pytest

import embed
from hyperrun.search.site import manifest
from tests import generators
from tests.plugins import site
from tests.search.site.generated import write

EXTENSION = site.ROOT / "packages/quarto/_extensions/hyperrun"
# What Quarto gives a filter: which format it is, and a place for text.
QUARTO = """
quarto = { doc = {
  is_format = function(name) return FORMAT:match("html") ~= nil and name == "html" end,
  include_text = function(place, text)
    local file = io.open(os.getenv("INCLUDED"), "a")
    file:write(place, " ", text, "\\n")
    file:close()
  end,
} }
"""
OPTIONS = """---
hyperrun:
  server: https://chat.example.org/
  color: "#e92063"
  open: true
  selection: false
  questions:
    - How do I dim a lamp?
    - What is "it" & why?
    - What does `a | b` do?
---

Text.
"""


def filtered(folder: Path, text: str, to: str = "html") -> list[str]:
    """What the filter includes in a page."""
    try:
        import pypandoc
    except ImportError:
        generators.missing("pypandoc_binary is not installed: uv sync --group hosts")
    included = folder / "included"
    included.unlink(missing_ok=True)
    (folder / "filter.lua").write_text(QUARTO + (EXTENSION / "hyperrun.lua").read_text())
    subprocess.run(
        [pypandoc.get_pandoc_path(), "--lua-filter", folder / "filter.lua", "--to", to],
        input=text, text=True, check=True, capture_output=True, cwd=folder,
        env={**os.environ, "INCLUDED": str(included), "QUARTO_PROJECT_DIR": str(folder)},
    )  # fmt: skip
    return included.read_text().splitlines() if included.exists() else []


def test_a_page_has_the_tag_once_and_its_options_arrive(tmp_path: Path) -> None:
    (line,) = filtered(tmp_path, OPTIONS)
    place, _, tag = line.partition(" ")
    assert place == "after-body"
    assert tag.startswith('<script async src="https://chat.example.org/embed" data-color=')
    told = {name: site.attribute(tag, f"data-{name}") for name in
            ("color", "open", "selection", "questions")}  # fmt: skip
    assert told["color"] == "#e92063"
    assert (told["open"], told["selection"]) == ("true", "off")
    # pandoc makes the quotation marks of prose curly.
    assert unescape(told["questions"]).replace("“", '"').replace("”", '"') == (
        r'How do I dim a lamp?|What is "it" & why?|What does a \| b do?'
    )


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("---\nhyperrun:\n  server: chat.example.org\n---\n", "html"),
        ("Text.\n", "html"),
        ("---\nhyperrun: true\n---\n", "html"),
        (OPTIONS, "latex"),
    ],
)
def test_without_a_server_and_in_other_formats_there_is_no_tag(
    tmp_path: Path, text: str, to: str
) -> None:
    assert filtered(tmp_path, text, to) == []


def test_a_preview_has_the_tag_of_the_server_beside_it(tmp_path: Path) -> None:
    write(tmp_path, {".quarto/hyperrun": "http://127.0.0.1:5001\n"})
    (line,) = filtered(tmp_path, OPTIONS)
    assert 'src="http://127.0.0.1:5001/embed"' in line


def test_the_filter_knows_every_option_of_the_embed() -> None:
    text = (EXTENSION / "hyperrun.lua").read_text()
    named = text.partition("OPTIONS = {")[2].partition("}")[0].replace('"', "").split(",")
    assert [each.strip() for each in named if each.strip()] == [each.name for each in embed.OPTIONS]


def script(name: str, root: Path, **environment: str) -> None:
    subprocess.run(
        [sys.executable, str(EXTENSION / name)], cwd=root, check=True, timeout=60,
        env={**os.environ, "QUARTO_PROJECT_DIR": str(root), **environment},
    )  # fmt: skip


def test_the_sources_of_all_pages_are_told_and_kept_when_one_is_rendered(tmp_path: Path) -> None:
    root = tmp_path / "manual"
    files = [f"part{number % 7}/page {number}.qmd" for number in range(98)]
    files += ["index.qmd", "notes.ipynb"]
    write(root, dict.fromkeys(files, "# x\n"))
    write(tmp_path, {".git/HEAD": ""})
    pages = [str(Path("_site") / file).rpartition(".")[0] + ".html" for file in files]
    write(root, dict.fromkeys([*pages, "_site/search.json"], "x"))
    output = "\n".join([*pages, "_site/search.json"])
    script("pages.py", root, QUARTO_PROJECT_OUTPUT_DIR="_site", QUARTO_PROJECT_OUTPUT_FILES=output)
    whole = (root / "_site/hyperrun-pages.json").read_bytes()
    told = manifest.read(whole)
    assert {each.source for each in told.values()} == {f"manual/{file}" for file in files}
    assert len(told) == 100
    script("pages.py", root, QUARTO_PROJECT_OUTPUT_FILES=pages[0])
    assert (root / "_site/hyperrun-pages.json").read_bytes() == whole


def test_a_render_that_is_no_preview_starts_nothing(tmp_path: Path) -> None:
    write(tmp_path, {".quarto/hyperrun": "http://127.0.0.1:5001\n"})
    script("beside.py", tmp_path)
    assert not (tmp_path / ".quarto/hyperrun").exists()


@pytest.mark.slow
def test_a_preview_starts_it_once_and_takes_it_along(tmp_path: Path) -> None:
    write(tmp_path, {"index.qmd": "# Lantern\n", ".quarto/x": ""})
    # A program called like Quarto's that renders twice, as a preview does.
    preview = (
        "import subprocess, sys\n"
        f"for _ in range(2): subprocess.run([sys.executable, {str(EXTENSION / 'beside.py')!r}])\n"
        "print('rendered', flush=True); sys.stdin.read()"
    )
    environment = site.environment(tmp_path) | {
        "HYPERRUN_COMMAND": f"{sys.executable} -m hyperrun", "QUARTO_PROJECT_DIR": str(tmp_path),
    }  # fmt: skip
    running = subprocess.Popen(
        [sys.executable, "-c", preview, "preview"], cwd=tmp_path, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    with running:
        assert running.stdout is not None
        while "rendered" not in running.stdout.readline():
            assert running.poll() is None
        url = (tmp_path / ".quarto/hyperrun").read_text().strip()
        assert json.loads((tmp_path / ".quarto/hyperrun.json").read_text())["url"] == url
        site.wait_for(lambda: httpx.get(f"{url}/healthz").status_code == 200)
        running.kill()
    site.wait_for(lambda: site.is_gone(url), 15)
