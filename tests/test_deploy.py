"""The files in deploy/, and the GitHub Action: they are read, agree with the image, and work."""

import hashlib
import hmac
import json
import os
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from hyperrun.commands.doctor.names import variables
from hyperrun.settings import Settings
from hyperrun.web.webhook import is_authentic

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
PORT = 5001
PUBLIC = {"HYPERRUN_PUBLIC_URL", "HYPERRUN_SITE_URL", "HYPERRUN_TRUSTED_PROXIES"}


def environments() -> dict[str, dict[str, str]]:
    """What each file sets."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["hyperrun"]
    fly = tomllib.loads((DEPLOY / "fly.toml").read_text())
    (render,) = yaml.safe_load((DEPLOY / "render.yaml").read_text())["services"]
    run = yaml.safe_load((DEPLOY / "cloud-run.yaml").read_text())["spec"]["template"]["spec"]
    deployment = {
        each["kind"]: each for each in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())
    }["Deployment"]["spec"]["template"]["spec"]
    return {
        "compose": compose["environment"],
        "fly": fly["env"],
        "render": {each["key"]: str(each.get("value", "")) for each in render["envVars"]},
        "cloud run": {each["name"]: each.get("value", "") for each in run["containers"][0]["env"]},
        "kubernetes": {each["name"]: each["value"] for each in deployment["containers"][0]["env"]},
    }


@pytest.mark.parametrize("name", environments())
def test_each_sets_what_makes_a_server_public_and_nothing_that_is_not_read(name: str) -> None:
    told = environments()[name]
    assert set(told) >= PUBLIC
    assert set(told) <= set(variables())


def test_each_gives_running_answers_the_time_that_they_are_told_they_have() -> None:
    """Killed before, they are cut off: 5 s are for the connections after they have drained."""
    text = {file.name: file.read_text() for file in DEPLOY.iterdir()}
    compose = yaml.safe_load(text["compose.yaml"])["services"]["hyperrun"]
    (render,) = yaml.safe_load(text["render.yaml"])["services"]
    pod = next(each for each in yaml.safe_load_all(text["kubernetes.yaml"])
               if each["kind"] == "Deployment")["spec"]["template"]["spec"]  # fmt: skip
    unit = text["hyperrun.service"]
    given_s = {
        "compose": int(compose["stop_grace_period"].removesuffix("s")),
        "fly": int(tomllib.loads(text["fly.toml"])["kill_timeout"].removesuffix("s")),
        "render": render["maxShutdownDelaySeconds"],
        "railway": json.loads(text["railway.json"])["deploy"]["drainingSeconds"],
        "kubernetes": pod["terminationGracePeriodSeconds"],
        "systemd": int(unit.partition("TimeoutStopSec=")[2].split()[0]),
        "cloud run": 10,  # and cannot be told otherwise
    }
    told = environments()
    for name, seconds in given_s.items():
        drain_s = float(told.get(name, {}).get("HYPERRUN_DRAIN_S", Settings().drain_s))
        assert seconds >= drain_s + 5, name


def test_each_asks_the_port_and_the_path_that_the_image_answers() -> None:
    recipe = (ROOT / "Dockerfile").read_text()
    assert f"EXPOSE {PORT}" in recipe
    fly = tomllib.loads((DEPLOY / "fly.toml").read_text())
    assert fly["http_service"]["internal_port"] == PORT
    assert fly["mounts"]["destination"] == "/data"
    for name in ("compose.yaml", "render.yaml", "cloud-run.yaml", "kubernetes.yaml", "fly.toml"):
        text = (DEPLOY / name).read_text()
        assert "/healthz" in text or name == "compose.yaml"
        assert "/data" in text or name == "cloud-run.yaml"
    json.loads((DEPLOY / "railway.json").read_text())
    assert f"hyperrun:{PORT}" in (DEPLOY / "Caddyfile").read_text()


def test_no_container_is_root_or_may_write_its_own_files() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["hyperrun"]
    assert compose["read_only"] is True
    assert compose["cap_drop"] == ["ALL"]
    (deployment,) = [
        each for each in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())
        if each["kind"] == "Deployment"
    ]  # fmt: skip
    pod = deployment["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
    assert deployment["spec"]["strategy"] == {"type": "Recreate"}, "one server a folder"


def test_workflows_and_the_action_are_read_and_their_scripts_are_there() -> None:
    files = [*(ROOT / ".github/workflows").glob("*.yml"), ROOT / "action.yml"]
    assert len(files) >= 4
    for file in files:
        text = file.read_text()
        assert yaml.safe_load(text)
        for word in text.replace('"', " ").replace("'", " ").split():
            if word.startswith(("scripts/", ".ci/", "$GITHUB_ACTION_PATH/scripts/")):
                assert os.access(ROOT / word.replace("$GITHUB_ACTION_PATH/", ""), os.X_OK), word
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    assert all("${{" not in step["run"] for step in steps), "a name of a branch is no command"


def test_a_release_is_refused_where_the_number_is_not_the_same_everywhere() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    done = subprocess.run(
        [ROOT / "scripts/release", "check", "9.9.9"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert f"9.9.9 is tagged, and {version} stands in a file" in done.stderr
    package = json.loads((ROOT / "packages/npm/package.json").read_text())
    assert package["version"] == version
    extension = (ROOT / "packages/quarto/_extensions/hyperrun/_extension.yml").read_text()
    assert yaml.safe_load(extension)["version"] == version


def test_the_notes_of_a_release_are_its_part_of_the_changelog() -> None:
    done = subprocess.run(
        [ROOT / "scripts/release", "notes", "Unreleased"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "\n## " not in f"\n{done.stdout}"
    assert len(done.stdout.splitlines()) > 10


@dataclass
class Forge:
    """A server of ours and GitHub's comments, in one."""

    url: str = ""
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def forge() -> Iterator[Forge]:
    made = Forge()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.asked.append((self.command, self.path, headers, body))
            if self.command == "POST" and "comments" in self.path:
                url = f"{made.url}/comments/{len(made.comments)}"
                made.comments.append({"url": url, **json.loads(body)})
            elif self.command == "PATCH":
                made.comments[int(self.path.rpartition("/")[2])] |= json.loads(body)
            said = json.dumps(made.comments if self.command == "GET" else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PATCH = answer

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


def action(step: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "scripts/action", step], cwd=folder, capture_output=True, text=True, timeout=60,
        env={"PATH": os.environ["PATH"], "RUNNER_TEMP": str(folder),
             "GITHUB_OUTPUT": str(folder / "output"), **environment},
    )  # fmt: skip


def test_the_action_tells_the_server_of_a_push_with_a_signature_that_it_takes(
    tmp_path: Path,
) -> None:
    with forge() as made:
        done = action("tell", tmp_path, SERVER=f"{made.url}/", SECRET="geheim & geheimer",
                      GITHUB_REF="refs/heads/main", GITHUB_SHA="abc")  # fmt: skip
    assert done.returncode == 0, done.stderr
    ((method, path, headers, body),) = made.asked
    assert (method, path) == ("POST", "/reindex")
    assert json.loads(body) == {"ref": "refs/heads/main", "after": "abc"}
    assert is_authentic(headers, body, "geheim & geheimer")
    signed = hmac.new(b"another", body, hashlib.sha256).hexdigest()
    assert headers["x-hub-signature-256"] != f"sha256={signed}"
    assert "geheim" not in done.stdout + done.stderr


@pytest.mark.parametrize("status", [0, 1, 2])
def test_the_action_tests_answers_and_says_how_they_hold(tmp_path: Path, status: int) -> None:
    (tmp_path / "questions.toml").write_text("")
    program = tmp_path / "hyperrun"
    program.write_text(f'#!/bin/sh\necho "$@" > called\nexit {status}\n')
    program.chmod(0o755)
    done = action("test", tmp_path, QUESTIONS="questions.toml", CHANGED="origin/main", VERSION="",
                  HYPERRUN_COMMAND=str(program))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "output").read_text() == f"status={status}\n"
    called = (tmp_path / "called").read_text()
    assert called.startswith("test --repo . --questions questions.toml --comment ")
    assert called.endswith("--changed origin/main\n")


def test_the_action_tests_nothing_where_there_are_no_questions(tmp_path: Path) -> None:
    done = action("test", tmp_path, QUESTIONS="questions.toml", CHANGED="", VERSION="")
    assert done.returncode == 0
    assert "no questions.toml" in done.stdout
    assert not (tmp_path / "output").exists()


def test_the_action_keeps_one_comment_on_a_pull_request(tmp_path: Path) -> None:
    comment = tmp_path / "hyperrun-comment.md"
    with forge() as made:
        made.comments.append({"url": f"{made.url}/comments/0", "body": "of a person"})
        for text in ("2 of 3 hold\n", 'All "hold" $(id) `x`\n'):
            comment.write_text(text)
            done = action("comment", tmp_path, TOKEN="t", PULL_REQUEST="7",
                          GITHUB_API_URL=made.url, GITHUB_REPOSITORY="a/b")  # fmt: skip
            assert done.returncode == 0, done.stderr
    assert [each["body"] for each in made.comments] == [
        "of a person", '<!-- hyperrun -->\nAll "hold" $(id) `x`\n',
    ]  # fmt: skip
    assert made.asked[0][1] == "/repos/a/b/issues/7/comments?per_page=100"
    assert made.asked[0][2]["authorization"] == "Bearer t"
