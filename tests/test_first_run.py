"""A first run says what it does and the one next step, whatever it finds."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from hyperrun.web.server import address_of
from tests.plugins.site import hears_ctrl_c
from tests.server import write_repository
from tests.server_process import ROOT

WAIT_S = 60


def first_run(
    folder: Path,
    *arguments: str,
    program: Sequence[str] = ("-m", "hyperrun"),
    until: str = "",
    by: str = "SIGTERM",
    **environment: str,
) -> tuple[int, str]:
    """What the server says, until it has said `until` or has ended by itself."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HYPERRUN_")}
    running = subprocess.Popen(
        [sys.executable, *program, *arguments],
        cwd=folder, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=kept | {"PYTHONPATH": str(ROOT), "HYPERRUN_DATA_DIR": str(folder / "data"), "PORT": "0",
                    "HYPERRUN_SEARCH": "embedded", "PYTHONUNBUFFERED": "1"} | environment,
        preexec_fn=hears_ctrl_c,
    )  # fmt: skip
    said = ""
    with running:
        assert running.stdout is not None
        for line in running.stdout:
            said += line
            if until and until in line:
                running.send_signal(signal.Signals[by])
        return running.wait(WAIT_S), said


def test_without_a_model_it_says_what_answers_are_and_how_to_get_more(tmp_path: Path) -> None:
    repository = write_repository(tmp_path)
    _, said = first_run(tmp_path, "--repo", str(repository), until="next:")
    assert "model:  none (answers are passages, found without a model)" in said
    assert "hyperrun doctor" in said


def test_a_model_that_is_named_and_cannot_answer_is_told_with_the_reason(tmp_path: Path) -> None:
    repository = write_repository(tmp_path)
    kept = {"HYPERRUN_MODEL": "nosuch/model"}
    _, said = first_run(tmp_path, "--repo", str(repository), until="next:", **kept)
    assert "model:  none: nosuch/model needs a key: HYPERRUN_API_KEY or NOSUCH_API_KEY" in said


@pytest.mark.parametrize("verb", ["serve", "doctor", "index", "report"])
def test_a_file_of_settings_that_is_no_text_is_one_sentence(tmp_path: Path, verb: str) -> None:
    (tmp_path / ".env").write_text("HYPERRUN_NAME=Lantern\n", encoding="utf-16")
    status, said = first_run(tmp_path, verb)
    assert (status, said) == (1, "hyperrun: .env cannot be read: save it as UTF-8\n")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("HYPERRUN_MODLE", "unread: HYPERRUN_MODLE (HYPERRUN_MODEL?)"),
        ("HYPERRUN_API_KEY", "none: HYPERRUN_API_KEY is set without a HYPERRUN_MODEL"),
    ],
)
def test_what_is_set_for_nothing_is_told(tmp_path: Path, name: str, says: str) -> None:
    repository = write_repository(tmp_path)
    _, said = first_run(tmp_path, "--repo", str(repository), until="next:", **{name: "k" * 20})
    assert says in said


@pytest.mark.parametrize("key", ["k" * 20, ""])
def test_a_misspelt_provider_is_told_with_the_one_that_was_meant(tmp_path: Path, key: str) -> None:
    says = "there is no provider 'antropic', is it 'anthropic'?" if key else "(anthropic/…?) needs"
    repository = write_repository(tmp_path)
    kept = {"HYPERRUN_MODEL": "antropic/claude-sonnet-4-5", "HYPERRUN_API_KEY": key}
    _, said = first_run(tmp_path, "--repo", str(repository), until=says, **kept)
    assert said.count(says) == 1


def test_a_folder_of_rendered_pages_that_is_not_there_is_told(tmp_path: Path) -> None:
    says = "the rendered pages of lantern are not read: /no/site (HYPERRUN_SITE_DIR"
    repository = write_repository(tmp_path)
    kept = {"HYPERRUN_SITE_DIR": "/no/site"}
    _, said = first_run(tmp_path, "--repo", str(repository), until="files read", **kept)
    assert said.count(says) == 1


def nothing(folder: Path) -> None:
    """An empty folder."""


def code_alone(folder: Path) -> None:
    (folder / "lamp.py").write_text('def dim(level):\n    """Dim it."""\n    return level\n')


@pytest.mark.parametrize(
    ("fill", "says"),
    [
        (nothing, "project: there is nothing to read here: name your project with --repo"),
        (code_alone, "answers come from code alone: if it is published, set HYPERRUN_SITE_URL"),
    ],
)
def test_a_folder_without_documentation_is_told_with_the_next_step(
    tmp_path: Path, fill: Callable[[Path], None], says: str
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    fill(project)
    _, said = first_run(tmp_path, "--repo", str(project), until=says)
    assert says in said


def test_a_folder_with_documentation_gets_no_advice(tmp_path: Path) -> None:
    repository = write_repository(tmp_path)
    _, said = first_run(tmp_path, "--repo", str(repository), until="files read")
    assert "nothing to read" not in said
    assert "code alone" not in said


def test_readers_can_be_known_before_the_first_one_asks(tmp_path: Path) -> None:
    first_run(tmp_path, "--repo", str(write_repository(tmp_path)), until="next:")
    assert (
        tmp_path / "data" / "token.key"
    ).stat().st_size == 32  # also on a disk that is full then


def test_it_is_ended_by_a_key_without_a_word(tmp_path: Path) -> None:
    repository = write_repository(tmp_path)
    program = (str(ROOT / "main.py"), "--repo", str(repository))
    ended, said = first_run(tmp_path, program=program, until="next:", by="SIGINT")
    assert ended == 130
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HYPERRUN_IMAGES", "pictures"),
        ("HYPERRUN_LIMITS_URL", "redis://127.0.0.1:1"),
        ("HYPERRUN_PUBLIC_URL", "https://"),
    ],
)
def test_what_is_set_wrongly_is_named_with_the_reason(
    tmp_path: Path, name: str, value: str
) -> None:
    started = "HyperRun answers"
    ended, said = first_run(
        tmp_path, "--repo", str(write_repository(tmp_path)), until=started, **{name: value}
    )
    assert ended == 1
    assert re.fullmatch(rf"hyperrun: .*{name}\b.* \w.*\n", said), said


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    repository = write_repository(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, said = first_run(tmp_path, "--repo", str(repository), "--port", str(port))
    assert status == 1
    assert said.startswith(f"hyperrun: nothing can listen at 127.0.0.1:{port} (")
    assert said.endswith("): choose another HOST or PORT\n")
    assert said.count("\n") == 1


def test_a_disk_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    repository = write_repository(tmp_path)
    (tmp_path / "file").write_text("")
    status, said = first_run(
        tmp_path, "--repo", str(repository), HYPERRUN_DATA_DIR=str(tmp_path / "file" / "data")
    )
    assert status == 1
    assert said == (
        f"hyperrun: HYPERRUN_DATA_DIR: {tmp_path}/file/data cannot be written (Not a directory): "
        "set it to a folder of your own\n"
    )


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:5001/"), ("::1", "http://[::1]:5001/"),
        ("0.0.0.0", "http://localhost:5001/"), ("::", "http://localhost:5001/"),
        ("192.0.2.7", "http://192.0.2.7:5001/"), ("docs.local", "http://docs.local:5001/"),
    ],
)  # fmt: skip
def test_the_address_that_is_told_can_be_opened(host: str, shown: str) -> None:
    assert address_of(host, 5001) == shown
