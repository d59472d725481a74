"""The wheel: what is in it, that it serves with Python alone, and what it installs beside."""

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from hatch_build import in_package
from tests.browser import eventually
from tests.server import write_repository
from tests.server_process import free_port

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
BESIDE = ("mkdocs-material", "sphinx", "jupyter", "fastapi")
MAX_WHEEL_BYTES = 2_000_000
TO_AN_ANSWER_S = 60  # downloads included; with a warm cache it takes about 5


def requirements() -> list[Requirement]:
    """What the wheel asks for, the extras included."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    lines = [*PROJECT["project"]["dependencies"], *(each for extra in extras for each in extra)]
    return [Requirement(line) for line in lines]


def test_the_wheel_asks_for_ranges_and_a_clone_has_one_of_each() -> None:
    pins = {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for pin in map(Requirement, PROJECT["tool"]["uv"]["constraint-dependencies"])
    }
    for each in requirements():
        if each.name == "hyperrun":
            continue
        exact = [spec for spec in each.specifier if spec.operator == "=="]
        assert not exact, f"{each}: a range here, the pin in constraint-dependencies"
        pin = pins.get(canonicalize_name(each.name))
        assert pin, f"{each.name} has no pin in constraint-dependencies"
        assert each.specifier.contains(pin), f"{each} does not admit {pin}"


@pytest.mark.parametrize(
    ("line", "moved"),
    [
        ("import components as html", "from hyperrun.app import components as html"),
        ("import embed", "from hyperrun.app import embed"),
        ("from components import Exchange", "from hyperrun.app.components import Exchange"),
        ("import embedded", "import embedded"),
        ("from hyperrun import embed", "from hyperrun import embed"),
    ],
)
def test_the_app_imports_its_modules_by_the_names_they_have_in_the_wheel(
    line: str, moved: str
) -> None:
    assert in_package(f"import os\n{line}\nx = 1\n") == f"import os\n{moved}\nx = 1\n"


@pytest.mark.parametrize("line", ["    import embed", "import os, components"])
def test_an_import_that_cannot_be_moved_ends_the_build(line: str) -> None:
    with pytest.raises(ValueError, match="a line of its own"):
        in_package(f"if True:\n    pass\n{'if 1:' if line[0] == ' ' else ''}\n{line}\n")


def test_the_app_is_imported_without_any_extra() -> None:
    extras = PROJECT["project"]["optional-dependencies"].values()
    names = {Requirement(line).name for extra in extras for line in extra}
    modules = [each.replace("-", "_") for each in names] + ["psycopg_pool"]
    script = f"import sys\nfor name in {modules!r}: sys.modules[name] = None\nimport main"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made as a release makes it."""
    folder = tmp_path_factory.mktemp("dist")
    command = ["uv", "build", "--wheel", "--quiet", "--out-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=300)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment with uv and the tools of any Unix: no git, no Node, no compiler."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("uv", "realpath", "dirname"):  # the last two are what uv's own scripts start with
        found = shutil.which(name)
        assert found
        (programs / name).symlink_to(found)
    kept = ("HOME", "TMPDIR", "UV_", "SSL_CERT", "HTTP", "http", "NO_PROXY", "no_proxy", "PIP_")
    yield {
        **{name: value for name, value in os.environ.items() if name.startswith(kept)},
        "PATH": str(programs),
    }


def answer(url: str, question: str) -> str:
    """The HTML of a whole answer."""
    asked = httpx.post(f"{url}/ask", data={"query": question}, headers={"HX-Request": "true"})
    turn = re.search(r"stream/([\w-]+)", asked.text)
    assert turn, asked.text
    return httpx.get(f"{url}/stream/{turn[1]}", timeout=30).text


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_wheel_is_small_and_puts_no_common_name_into_site_packages(wheel: Path) -> None:
    assert wheel.stat().st_size < MAX_WHEEL_BYTES
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        licenses = archive.read("hyperrun/web/built/licenses.txt").decode()
    top = {name.partition("/")[0] for name in names}
    assert top == {"hyperrun", f"hyperrun-{PROJECT['project']['version']}.dist-info"}
    assert {"hyperrun/app/main.py", "hyperrun/web/built/chat.js"} <= set(names)
    assert not [name for name in names if "node_modules" in name or name.endswith(".map")]
    for name in ("htmx.org", "htmx-ext-sse", "tailwindcss", "daisyui", "Lucide"):
        assert name in licenses


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_one_command_serves_a_folder_where_there_is_only_python(
    wheel: Path, bare: dict[str, str], tmp_path: Path
) -> None:
    repository, port = write_repository(tmp_path), str(free_port())
    began = time.monotonic()
    command = ["uv", "tool", "run", "--python", sys.executable, "--from", str(wheel), "hyperrun",
               "--repo", str(repository), "--port", port]  # fmt: skip
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=tmp_path, env=bare, stdout=log, stderr=log, start_new_session=True
        )
    try:

        def ready() -> bool:
            assert server.poll() is None, (tmp_path / "log").read_text()
            try:
                return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
            except httpx.HTTPError:
                return False

        eventually(ready, TO_AN_ANSWER_S)
        said = answer(f"http://127.0.0.1:{port}", "How do I dim a lamp?")
        assert "lantern.dim" in said
        assert time.monotonic() - began < TO_AN_ANSWER_S
        page = httpx.get(f"http://127.0.0.1:{port}/chat-standalone").text
        style = re.search(r'href="([^"]+\.css)"', page)
        assert style
        assert httpx.get(f"http://127.0.0.1:{port}/{style[1]}").status_code == 200
    finally:
        server.terminate()
        server.wait(15)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("python", ["3.11.5", "3.14"])
def test_it_resolves_beside_the_newest_of_what_documentation_is_made_with(
    wheel: Path, python: str
) -> None:
    done = subprocess.run(
        ["uv", "pip", "compile", "-", "--no-header", "--python-version", python, "--quiet"],
        input="\n".join([f"hyperrun @ {wheel.as_uri()}", *BESIDE]),
        cwd=wheel.parent, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    resolved = dict(re.findall(r"^([\w.-]+)==(\S+)", done.stdout, re.MULTILINE))
    assert set(BESIDE) <= set(resolved)
