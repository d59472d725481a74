"""`hyperrun doctor` finds what is planted, says the line that mends it, and finds nothing else."""

import asyncio
import json
import os
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from hyperrun.commands.doctor import findings, machine
from hyperrun.commands.doctor.finding import Finding, Level
from hyperrun.search.checkout import Checkout
from hyperrun.settings import Settings
from hyperrun.storage.files import lock_data_dir
from tests.embedding_server import EmbeddingServer, embedding_server
from tests.model_server import ModelServer, model_server
from tests.server import write_repository

__all__ = ["embedding_server", "model_server"]
ROOT = Path(__file__).parent.parent.parent
BAD = (Level.WRONG, Level.RISK)
SERVER_PROCESS = (
    "import sys, pathlib; from hyperrun.storage.files import lock_data_dir\n"
    "with lock_data_dir(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def healthy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a server that is public and as it should be, without a model."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.endswith("_API_KEY") or name.startswith("HYPERRUN_"):
            monkeypatch.delenv(name)
    return {
        "HYPERRUN_REPO_PATH": str(write_repository(tmp_path)),
        "HYPERRUN_DATA_DIR": str(tmp_path / "data"),
        "HYPERRUN_PUBLIC_URL": "https://chat.example.org",
        "HYPERRUN_SITE_URL": "https://docs.example.org",
        "HYPERRUN_TRUSTED_PROXIES": "10.0.0.0/8",
        "HYPERRUN_MAX_STREAMS_IN_ALL": "100",
        "HYPERRUN_SEARCH": "embedded",
        "PORT": "0",
    }


def bad(found: Iterator[Finding]) -> list[Finding]:
    return [each for each in found if each.level in BAD]


def test_nothing_is_found_where_everything_is_as_it_should_be(healthy: dict[str, str]) -> None:
    assert bad(findings(healthy)) == []


# What is planted, and what is said of it with the line that mends it.
PLANTED: dict[str, tuple[dict[str, str], str, str]] = {
    "no public address": ({"HYPERRUN_PUBLIC_URL": "", "HOST": "0.0.0.0"},
        "the server's own address is not known", "HYPERRUN_PUBLIC_URL=https://chat.example.org"),
    "plain http": ({"HYPERRUN_PUBLIC_URL": "http://chat.example.org"},
        "a page on https cannot show the chat", "HYPERRUN_PUBLIC_URL=https://chat.example.org"),
    "proxy not named": ({"HYPERRUN_TRUSTED_PROXIES": ""},
        "all readers share its address", "HYPERRUN_TRUSTED_PROXIES=127.0.0.1"),
    "everybody is a proxy": ({"HYPERRUN_TRUSTED_PROXIES": "0.0.0.0/0"},
        "limits by address hold nobody", "HYPERRUN_TRUSTED_PROXIES=127.0.0.1"),
    "no proxy at all": ({"HYPERRUN_TRUSTED_PROXIES": "caddy"},
        "'caddy' is no address", "HYPERRUN_TRUSTED_PROXIES=10.0.0.0/8"),
    "any site": ({"HYPERRUN_ALLOWED_ORIGINS": "*"},
        "any site may show this chat", "HYPERRUN_ALLOWED_ORIGINS=https://docs.example.org"),
    "no site at all": ({"HYPERRUN_SITE_URL": ""},
        "any site may show this chat", "HYPERRUN_ALLOWED_ORIGINS=https://docs.example.org"),
    "own site not allowed": ({"HYPERRUN_ALLOWED_ORIGINS": "https://other.example"},
        "docs.example.org, is not among", ",https://docs.example.org"),
    "origin with a path": ({"HYPERRUN_ALLOWED_ORIGINS": "https://docs.example.org/manual"},
        "an origin has none", "HYPERRUN_ALLOWED_ORIGINS=https://docs.example.org"),
    "site on localhost": ({"HYPERRUN_SITE_URL": "http://localhost:8000"},
        "readers' links lead nowhere", "HYPERRUN_SITE_URL=https://docs.example.org"),
    "short webhook secret": ({"HYPERRUN_REINDEX_SECRET": "geheim"},
        "can be guessed", "openssl rand"),
    "questions in logs": ({"HYPERRUN_LOG_QUESTIONS": "on"},
        "logs hold what readers ask", "unset HYPERRUN_LOG_QUESTIONS"),
    "kept for ever": ({"HYPERRUN_KEEP_DAYS": "0"}, "for ever", "HYPERRUN_KEEP_DAYS=30"),
    "misspelt name": ({"HYPERRUN_MODLE": "openai/gpt-5"},
        "HYPERRUN_MODLE is read by nothing", "rename it to HYPERRUN_MODEL"),
    "unreadable value": ({"HYPERRUN_KEEP_DAYS": "a month"},
        "expected a whole number", "HYPERRUN_KEEP_DAYS=…"),
    "no such folder": ({"HYPERRUN_REPO_PATH": "/no/such/folder"},
        "/no/such/folder is not a folder", "hyperrun --repo"),
    "an address without its beginning": ({"HYPERRUN_REPO_PATH": "github.com/acme/lantern"},
        "github.com/acme/lantern is not a folder: is https://github.com/acme/lantern meant?",
        "hyperrun --repo"),
    "no such site folder": ({"HYPERRUN_SITE_DIR": "/no/site"},
        "/no/site is not a folder", "unset HYPERRUN_SITE_DIR"),
    "no such logo": ({"HYPERRUN_LOGO": "missing.svg"}, "missing.svg is no file", "HYPERRUN_LOGO="),
    "a key without a model": ({"HYPERRUN_API_KEY": "k" * 20},
        "HYPERRUN_API_KEY is set without a HYPERRUN_MODEL", "HYPERRUN_MODEL=…"),
    "a key with an editor's marks": ({"HYPERRUN_API_KEY": "“k”"},
        "holds what is in no key", "HYPERRUN_API_KEY=…"),
    "no such colgrep": ({"HYPERRUN_SEARCH": "colgrep", "HYPERRUN_COLGREP_PROGRAM": "/no/colgrep"},
        "there is no colgrep", "cargo install colgrep"),
    "no key": ({"HYPERRUN_MODEL": "anthropic/claude-sonnet-4-5", "HYPERRUN_DAILY_BUDGET_USD": "5"},
        "needs a key", "ANTHROPIC_API_KEY=…"),
    "half of Azure": ({"AZURE_OPENAI_ENDPOINT": "https://x.openai.azure.com",
                       "AZURE_OPENAI_DEPLOYMENT": "gpt", "HYPERRUN_DAILY_BUDGET_USD": "5"},
        "AZURE_OPENAI_API_KEY is missing", "AZURE_OPENAI_API_KEY=…"),
    "no embedding folder": ({"HYPERRUN_EMBEDDING_MODEL": "/no/model"},
        "there is no folder /no/model", "model.onnx"),
    "a misspelt word for the embedding model": ({"HYPERRUN_EMBEDDING_MODEL": "atuo"},
        "no model is called 'atuo' here: did you mean 'auto'?", "HYPERRUN_EMBEDDING_MODEL=auto"),
    "an embedding model of nobody's": ({"HYPERRUN_EMBEDDING_MODEL": "all-MiniLM-L6-v2"},
        "no model is called 'all-MiniLM-L6-v2' here; and", "hf:OWNER/NAME"),
    "no embedding key": ({"HYPERRUN_EMBEDDING_MODEL": "text-embedding-3-small"},
        "HYPERRUN_EMBEDDING_API_KEY is not set", "HYPERRUN_EMBEDDING_API_KEY=…"),
    "no database": ({"HYPERRUN_DATABASE_URL": "postgresql://127.0.0.1:9/hyperrun"},
        "it cannot be used", "psql"),
    "too few open files": ({"HYPERRUN_MAX_STREAMS_IN_ALL": "90000000"},
        "readers may follow answers at once", "ulimit -n"),
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found_with_the_line_that_mends_it(
    healthy: dict[str, str], fault: str
) -> None:
    planted, says, mend = PLANTED[fault]
    found = bad(findings({**healthy, **planted}))
    assert [each for each in found if says in each.says and mend in each.mend], found


def test_a_bare_repository_is_told_with_the_address_by_which_it_is_read(
    healthy: dict[str, str], tmp_path: Path
) -> None:
    """Its own files were counted as the project's."""
    bare = tmp_path / "a lantern.git"
    repository = Path(healthy["HYPERRUN_REPO_PATH"])
    for command in (
        ["init", "-q", "--bare", str(bare)],
        ["-C", str(repository), "init", "-q"],
        ["-C", str(repository), "add", "."],
        ["-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
        ["-C", str(repository), "push", "-q", str(bare), "HEAD:main"],
        ["-C", str(bare), "symbolic-ref", "HEAD", "refs/heads/main"],
    ):
        subprocess.run(["git", *command], check=True)
    (found,) = bad(findings({**healthy, "HYPERRUN_REPO_PATH": str(bare)}))
    assert found.says.startswith(f"{bare} is a bare repository")
    address = shlex.split(found.mend)[-1]
    checkout = Checkout(address, tmp_path / "checkouts")
    asyncio.run(checkout.refresh())
    assert (checkout.folder / "docs/guide.md").is_file()
    assert bad(findings({**healthy, "HYPERRUN_REPO_PATH": address})) == []


@pytest.mark.parametrize("named", ["environment", "file"])
def test_a_site_folder_is_looked_for_where_the_server_looks(
    healthy: dict[str, str], named: str
) -> None:
    """Below the repository, wherever one stands."""
    repository = Path(healthy["HYPERRUN_REPO_PATH"])
    (repository / "made").mkdir()
    (repository / "made" / "index.html").write_text("<h1>Lantern</h1><p>Light.</p>")
    environment = dict(healthy)
    if named == "environment":
        environment["HYPERRUN_SITE_DIR"] = "made"
    else:
        file = '[[source]]\nlabel = "docs"\npath = "."\nsite_dir = "made"\n'
        (repository / "hyperrun.toml").write_text(file)
    found = list(findings(environment))
    assert bad(iter(found)) == []
    (site,) = [each for each in found if each.about.startswith("rendered site")]
    assert (site.level, site.says) == (Level.GOOD, str(repository / "made"))


@pytest.mark.parametrize(
    ("file", "written", "says"),
    [
        (
            "mkdocs.yml",
            "site_name: Lantern\nnav:\n  - [broken\n",
            "mkdocs.yml cannot be read: line ",
        ),
        ("docs/book.toml", "[book\ntitle = 1\n", "docs/book.toml cannot be read: "),
    ],
)
def test_a_generators_configuration_that_cannot_be_read_is_told(
    healthy: dict[str, str], file: str, written: str, says: str
) -> None:
    (Path(healthy["HYPERRUN_REPO_PATH"]) / file).write_text(written)
    (found,) = bad(findings(healthy))
    assert found.says.startswith(says)
    assert found.mend == f"mend {file}"


@pytest.mark.parametrize("off", ["off", "none", "No"])
def test_a_site_folder_that_is_off_is_none(healthy: dict[str, str], off: str) -> None:
    found = list(findings({**healthy, "HYPERRUN_SITE_DIR": off}))
    assert bad(iter(found)) == []
    assert not [each for each in found if each.about.startswith("rendered site")]


def test_a_setting_is_read_beside_those_that_it_needs(healthy: dict[str, str]) -> None:
    """Alone each of these is refused."""
    needing = {
        "HYPERRUN_DESK_USERS": "ann", "HYPERRUN_DESK_HEADER": "Remote-User",
        "HYPERRUN_ESCALATION": "webhook", "HYPERRUN_WEBHOOK_URL": "https://hook.example",
    }  # fmt: skip
    assert bad(findings({**healthy, **needing})) == []
    del needing["HYPERRUN_WEBHOOK_URL"]
    (found,) = bad(findings({**healthy, **needing}))
    assert found.says == "HYPERRUN_ESCALATION=webhook needs HYPERRUN_WEBHOOK_URL"


# Values that keep a server from starting, and what is said of them.
NO_SERVER = {
    "HYPERRUN_ALLOWED_ORIGINS": ("https://docs.example.org, foo bar",
        "HYPERRUN_ALLOWED_ORIGINS: 'foo bar' is not like https://docs.example.org"),
    "HYPERRUN_TRUSTED_PROXIES": ("10.0.0.0/33", "HYPERRUN_TRUSTED_PROXIES: '10.0.0.0/33' "),
    "HYPERRUN_IMAGES": ("*", "HYPERRUN_IMAGES or HYPERRUN_LOGO: '*' is no http(s) address"),
    "HYPERRUN_LIMITS_URL": ("redis://x",
        "HYPERRUN_LIMITS_URL: one of these that begins with async+ is wanted"),
    "HYPERRUN_DESK_PASSWORD": ("scrypt:one:two", "HYPERRUN_DESK_PASSWORD is no hash"),
    "HYPERRUN_SITE_URL": ("https://docs..example.org",
        "HYPERRUN_SITE_URL: 'https://docs..example.org' is no address"),
    "HYPERRUN_PUBLIC_URL": ("https://chat one.example.org",
        "HYPERRUN_PUBLIC_URL: 'https://chat one.example.org' is not like "),
}  # fmt: skip


@pytest.mark.parametrize("named", NO_SERVER)
def test_what_keeps_a_server_from_starting_is_wrong(healthy: dict[str, str], named: str) -> None:
    value, says = NO_SERVER[named]
    found = [each for each in findings({**healthy, named: value}) if each.level is Level.WRONG]
    (told,) = [each for each in found if named in each.says or named in each.mend]
    if told.about == "settings":
        assert told.says.startswith(says)
        assert told.mend.startswith(named if says.startswith(f"{named}:") else "HYPERRUN_")
    done = subprocess.run(
        [sys.executable, "-m", "hyperrun", "serve"], cwd=healthy["HYPERRUN_REPO_PATH"],
        env={**healthy, named: value, "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(f"hyperrun: {says}")


def test_each_value_that_keeps_a_server_from_starting_is_told(healthy: dict[str, str]) -> None:
    planted = {
        "HYPERRUN_IMAGES": "*", "HYPERRUN_LIMITS_URL": "nowhere://x",
        "HYPERRUN_ESCALATION": "me@", "HYPERRUN_SMTP_URL": "smtp://mail.example.org",
    }  # fmt: skip
    found = bad(findings({**healthy, **planted}))
    assert {each.mend.partition("=")[0] for each in found} == {
        "HYPERRUN_IMAGES", "HYPERRUN_LIMITS_URL", "HYPERRUN_ESCALATION",
    }  # fmt: skip


ENOUGH = {"HYPERRUN_DAILY_BUDGET_USD": "5"}


def of_model(url: str, name: str = "openai/scripted") -> dict[str, str]:
    return {"HYPERRUN_MODEL": name, "HYPERRUN_API_BASE": url, "HYPERRUN_API_KEY": "k" * 20}


def test_a_model_that_its_server_has_is_good_and_wants_a_budget_in_public(
    healthy: dict[str, str], model_server: ModelServer
) -> None:
    model_server.told_models = [{"id": "scripted"}, {"id": "other"}]
    environment = {**healthy, **of_model(model_server.url)}
    assert bad(findings({**environment, **ENOUGH})) == []
    (found,) = bad(findings(environment))
    assert (found.about, found.mend) == ("budget", "HYPERRUN_DAILY_BUDGET_USD=5")


def test_a_name_that_the_server_does_not_have_is_told_with_the_one_that_was_meant(
    healthy: dict[str, str], model_server: ModelServer
) -> None:
    model_server.told_models = [{"id": "scripted"}, {"id": "other"}]
    (found,) = bad(findings({**healthy, **ENOUGH, **of_model(model_server.url, "openai/scripte")}))
    assert "has no model 'scripte'; it has other, scripted" in found.says
    assert found.mend == "HYPERRUN_MODEL=openai/scripted"


@pytest.mark.parametrize("key", ["k" * 20, ""])
def test_a_provider_that_there_is_none_of_is_told_with_the_one_that_was_meant(
    healthy: dict[str, str], key: str
) -> None:
    environment = {**healthy, **ENOUGH, "HYPERRUN_API_KEY": key}
    environment["HYPERRUN_MODEL"] = "antropic/claude-sonnet-4-5"
    (found,) = bad(findings(environment))
    assert found.mend == "HYPERRUN_MODEL=anthropic/claude-sonnet-4-5"


def test_an_address_where_nothing_answers_is_told(healthy: dict[str, str]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/v1"
    (found,) = bad(findings({**healthy, **ENOUGH, **of_model(url)}))
    assert "nothing answers at 127.0.0.1:" in found.says
    assert found.mend == f"curl {url}/models  # or mend HYPERRUN_API_BASE"


@contextmanager
def refusing(status: int) -> Iterator[str]:
    """A server that answers everything with this status."""

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "says"), [(401, "refuses the key"), (503, "answers 503")])
def test_what_the_models_server_refuses_is_told(
    healthy: dict[str, str], status: int, says: str
) -> None:
    with refusing(status) as url:
        (found,) = bad(findings({**healthy, **ENOUGH, **of_model(url)}))
    assert says in found.says
    assert "k" * 20 not in found.says + found.mend


def test_offline_asks_nobody(healthy: dict[str, str], embedding_server: EmbeddingServer) -> None:
    environment = {**healthy, **ENOUGH, **of_model("http://127.0.0.1:9/v1")}
    environment |= {"HYPERRUN_EMBEDDING_MODEL": "m",
                    "HYPERRUN_EMBEDDING_API_BASE": embedding_server.url}  # fmt: skip
    assert bad(findings(environment, offline=True)) == []
    assert embedding_server.requests == []


def test_an_embedding_model_is_tried(
    healthy: dict[str, str], embedding_server: EmbeddingServer
) -> None:
    environment = {**healthy, "HYPERRUN_EMBEDDING_MODEL": "tiny",
                   "HYPERRUN_EMBEDDING_API_BASE": embedding_server.url}  # fmt: skip
    said = [each for each in findings(environment) if each.about == "meaning"]
    assert [(each.level, each.says) for each in said] == [
        (Level.GOOD, "tiny makes vectors of 96 numbers, by its server; free")
    ]
    embedding_server.status = 401
    (found,) = bad(findings(environment))
    assert found.mend == "HYPERRUN_EMBEDDING_API_KEY=…"


def test_an_embedding_model_through_litellm_is_tried(
    healthy: dict[str, str], embedding_server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LM_STUDIO_API_BASE", embedding_server.url)
    monkeypatch.setenv("LM_STUDIO_API_KEY", "k" * 20)
    environment = {**healthy, "HYPERRUN_EMBEDDING_MODEL": "lm_studio/tiny"}
    said = [each for each in findings(environment) if each.about == "meaning"]
    assert [each.level for each in said] == [Level.GOOD], said
    assert "through LiteLLM" in said[0].says


def test_what_an_embedding_model_would_bring_is_told(healthy: dict[str, str]) -> None:
    (said,) = [each for each in findings(healthy) if each.about == "meaning"]
    assert said.level is Level.NOTE
    assert "13 more questions in 100" in said.says
    assert said.mend == "pip install 'hyperrun[meaning]'"


@dataclass
class Planting:
    """Where a fault is planted, and what is undone after it."""

    environment: dict[str, str]
    data: Path
    patch: pytest.MonkeyPatch
    undo: ExitStack


def port_in_use(here: Planting) -> tuple[str, str]:
    listening = here.undo.enter_context(socket.socket())
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    port = listening.getsockname()[1]
    here.environment["PORT"] = str(port)
    return "nothing can listen at", f"PORT={port + 1}"


def others_may_enter(here: Planting) -> tuple[str, str]:
    here.data.mkdir(mode=0o755)
    return "can be entered by others", "chmod 700"


def cut_secret(here: Planting) -> tuple[str, str]:
    here.data.mkdir(mode=0o700)
    (here.data / "token.key").write_bytes(b"short")
    return "has 5 bytes instead of 32", "ls -l"


def no_data_folder(here: Planting) -> tuple[str, str]:
    here.data.write_text("a file")
    return "cannot be written", "HYPERRUN_DATA_DIR="


def keys_that_all_can_read(here: Planting) -> tuple[str, str]:
    file = here.data.parent / ".env"
    file.write_text("HYPERRUN_API_KEY=abc\n")
    file.chmod(0o644)
    return "others on this machine can read the keys", "chmod 600"


def broken_toml(here: Planting) -> tuple[str, str]:
    file = Path(here.environment["HYPERRUN_REPO_PATH"]) / "hyperrun.toml"
    file.write_text("[[source]]\nx = 1\n")
    return "hyperrun.toml, source 1: there is no 'x'", "hyperrun pages"


def git_address_without_git(here: Planting) -> tuple[str, str]:
    here.environment["HYPERRUN_REPO_PATH"] = "https://git.example.org/lantern"
    here.patch.setenv("PATH", str(here.data.parent))
    return "there is no git here", "apt-get install git"


def empty_repository(here: Planting) -> tuple[str, str]:
    empty = here.data.parent / "empty"
    empty.mkdir()
    here.environment["HYPERRUN_REPO_PATH"] = str(empty)
    return "holds nothing to read", "hyperrun --repo"


def password_that_all_can_read(here: Planting) -> tuple[str, str]:
    file = here.data.parent / ".env"
    file.write_text("export HYPERRUN_DESK_READ_PASSWORD=abcdefghijklmn\n")
    file.chmod(0o644)
    return "others on this machine can read the keys", "chmod 600"


def line_that_is_none(here: Planting) -> tuple[str, str]:
    file = here.data.parent / ".env"
    file.write_text('HYPERRUN_SHARE=on\nHYPERRUN_TITLE="Lantern\nHYPERRUN_NAME=Lantern\n')
    return "what stands at line 2 is no NAME=value, and left out", "mend "


def repository_of_another_user(here: Planting) -> tuple[str, str]:
    root = here.environment["HYPERRUN_REPO_PATH"]
    subprocess.run(["git", "init", "-q", root], check=True)
    here.patch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # which git's own tests use
    return "git does not read it", f"git config --global --add safe.directory {root}"


PLANTS = (repository_of_another_user, password_that_all_can_read, line_that_is_none,
          port_in_use, others_may_enter, cut_secret, no_data_folder, keys_that_all_can_read,
          broken_toml, git_address_without_git, empty_repository)  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS, ids=lambda each: each.__name__)
def test_a_fault_of_the_machine_is_found_with_the_line_that_mends_it(
    healthy: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    plant: Callable[[Planting], tuple[str, str]],
) -> None:
    with ExitStack() as undo:
        says, mend = plant(Planting(healthy, tmp_path / "data", monkeypatch, undo))
        found = bad(findings(healthy))
    assert [each for each in found if says in each.says and mend in each.mend], found


@pytest.mark.parametrize(
    ("kind", "is_shared"),
    [("nfs4", True), ("cifs", True), ("fuse.sshfs", True), ("ext4", False), ("tmpfs", False)],
)
def test_a_network_share_is_known_by_its_kind(tmp_path: Path, kind: str, is_shared: bool) -> None:
    mounts = tmp_path / "mounts"
    place = tmp_path / "a share"
    place.mkdir()
    shown = str(place).replace(" ", "\\040")
    mounts.write_text(f"proc / ext4 rw 0 0\nserver:/x {shown} {kind} rw 0 0\n")
    assert machine.shared_kind(tmp_path, str(mounts)) == ""
    assert machine.shared_kind(place, str(mounts)) == (kind if is_shared else "")
    settings = Settings(data_dir=place / "data", port=0)
    said = [each.says for each in machine.check(settings, str(mounts))]
    assert any("is on a network share" in each for each in said) == is_shared


def test_versions_that_break_each_other_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {"toolslm": (0, 3, 47), "litellm": (1, 106, 4)}
    monkeypatch.setattr(machine, "_release", lambda name: installed.get(name, ()))
    mends = [each.mend for each in machine._packages()]
    assert mends == ["pip install 'toolslm<0.3.47'", "pip install 'litellm<1.106'"]


def test_a_running_server_is_no_fault(healthy: dict[str, str], tmp_path: Path) -> None:
    with lock_data_dir(tmp_path / "data"):
        pass
    (tmp_path / "data").chmod(0o700)
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER_PROCESS, str(tmp_path / "data")],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert server.stdout
        server.stdout.readline()
        found = list(findings(healthy))
    finally:
        server.communicate()
    assert bad(iter(found)) == []
    assert [each for each in found if "a server is running" in each.says]


def test_the_command_tells_what_is_wrong_first_and_ends_with_1(
    healthy: dict[str, str], tmp_path: Path
) -> None:
    environment = {**healthy, "HYPERRUN_KEEP_DAYS": "0", "HYPERRUN_REPO_PATH": "/no/such/folder",
                   "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}  # fmt: skip

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "hyperrun", "doctor", *more],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    done = run()
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "WRONG  repository: /no/such/folder is not a folder"
    assert lines[-1] == "1 wrong, 1 at risk."
    found = json.loads(run("--json").stdout)
    assert {"level": "risk", "about": "privacy", "says": "conversations are kept for ever",
            "mend": "HYPERRUN_KEEP_DAYS=30"} in found  # fmt: skip
    del environment["HYPERRUN_KEEP_DAYS"]
    assert run("--repo", healthy["HYPERRUN_REPO_PATH"]).returncode == 0


def test_every_line_that_mends_is_one_that_a_shell_can_read(healthy: dict[str, str]) -> None:
    for planted, _, _ in PLANTED.values():
        for each in findings({**healthy, **planted}, offline=True):
            if each.mend:
                shlex.split(each.mend, comments=True)
                assert "\n" not in each.mend
