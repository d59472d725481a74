"""What an operator sees of a build, of the real server."""

import io
import json
import logging
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hyperrun.search import progress
from hyperrun.search.progress import BuildProgress
from tests.server_process import ROOT, ServerProcess, free_port


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_one_line_that_is_drawn_again_until_all_is_read() -> None:
    stream = Terminal()
    told = BuildProgress("lamps", stream)
    for done in (0, 1_500, 3_000):
        told.follow(done, 3_000, 7 * done)
    lines = stream.getvalue()
    assert lines.count("\n") == 1
    assert lines.endswith("files, 21,000 passages, 0 s\n")
    drawn = [re.sub(r"\x1b\[K|\s+$", "", each) for each in lines.split("\r") if each.strip()]
    assert [each.count("#") for each in drawn] == [0, 15, 30]
    assert drawn[1].startswith(f"[{'#' * 15}{'.' * 15}] 1,500/3,000 files, 10,500 passages, ")


def test_what_is_left_is_told_as_soon_as_it_can_be_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    clock = iter((0.0, 0.5, 10.0, 20.0))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    told = BuildProgress("lamps", stream)
    for done in (100, 1_000, 3_000):
        told.follow(done, 3_000, done)
    early, late, last = stream.getvalue().split("\x1b[K")[1:]
    assert "left" not in early + last
    assert ", 10 s, 20 s left" in late


def test_an_empty_repository_is_drawn_and_done() -> None:
    stream = Terminal()
    BuildProgress("nothing", stream).follow(0, 0, 0)
    assert "0/0 files, 0 passages" in stream.getvalue()


def test_elsewhere_the_log_gets_a_line_now_and_then_and_the_last(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    with caplog.at_level(logging.INFO, "hyperrun.search.progress"):
        told = BuildProgress("lamps", stream)
        for done in range(1, 100):
            told.follow(done, 100, done)
        assert caplog.messages == []
        monkeypatch.setattr(progress, "LINE_EVERY_S", 0.0)
        told.follow(99, 100, 200)
        monkeypatch.undo()
        told.follow(100, 100, 210)
    assert stream.getvalue() == ""
    first, last = caplog.messages
    assert first.startswith("lamps: 99 of 100 files read, 200 passages, ")
    assert last.startswith("lamps: 100 of 100 files read, 210 passages, ")


def test_the_server_on_a_terminal_draws_its_build(repo: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    server = subprocess.Popen(
        [sys.executable, "main.py", "--repo", str(repo)], cwd=ROOT, stdin=theirs, stdout=theirs,
        stderr=theirs, env={
            "PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "xterm",
            "PORT": str(free_port()), "HYPERRUN_DATA_DIR": str(tmp_path / "data"),
            "HYPERRUN_SEARCH": "embedded",
        },
    )  # fmt: skip
    os.close(theirs)
    whole = re.compile(rb"\r\x1b\[K\[#{30}\] (\d+)/\1 files, (\d+) passages, \d+ s\r?\n")
    said = b""
    try:
        deadline = time.monotonic() + 60
        while (drawn := whole.search(said)) is None:
            assert time.monotonic() < deadline, said
            try:
                said += os.read(ours, 4_096)
            except OSError:  # Linux: the other side is closed
                raise AssertionError(said) from None
    finally:
        server.kill()
        server.wait()
        os.close(ours)
    assert int(drawn[2]) > int(drawn[1]) > 5


def test_the_server_without_a_terminal_logs_its_build(repo: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    settings = {
        "HYPERRUN_REPO_PATH": str(repo),
        "HYPERRUN_DATA_DIR": str(tmp_path / "data"),
        "HYPERRUN_SEARCH": "embedded",
    }
    with ServerProcess(log, **settings):
        deadline = time.monotonic() + 60
        while "files read" not in log.read_text():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
    text = log.read_text()
    assert "#" not in text
    assert "\x1b" not in text
    line = next(line for line in text.splitlines() if "files read" in line)
    assert re.search(
        r"(\d+) of \1 files read, \d+ passages, \d+\.\d s", json.loads(line)["message"]
    )


def test_a_builder_of_markdown_does_not_import_the_parser_of_other_text(tmp_path: Path) -> None:
    root = tmp_path / "lamps"
    root.mkdir()
    root.joinpath("guide.md").write_text("# Lamps\n\nA lamp lights a room.\n")
    command = [sys.executable, "-X", "importtime", "-m", "hyperrun.search.build", "--", str(root)]
    done = subprocess.run(
        [*command, str(tmp_path / "index")], cwd=ROOT, capture_output=True, text=True, check=True
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "markdown_it" in imported and "docutils" not in imported
