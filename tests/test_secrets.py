"""The keys of the operator and of readers: nowhere but in memory, and as ciphertext."""

import asyncio
import io
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from hyperrun.llm.endpoints import OPENAI_BASES
from hyperrun.llm.models import Models
from hyperrun.logs import configure
from hyperrun.settings import Settings
from tests.browser import eventually
from tests.leaks import MARK
from tests.model_server import ModelServer, Script, Tool
from tests.server import RunningServer

OPERATORS = f"sk-proj-OPERATOR{MARK}0123456789"
READERS = f"plainREADERS{MARK}withoutprefix0123456789"
MISTYPED = f"sk-proj-MISTYPED{MARK}0123456789"
IN_REPOSITORY = "AKIAIOSFODNN7REPOKEY"
ALL = (OPERATORS, READERS, MISTYPED, IN_REPOSITORY)
QUESTION = "How do I dim the PRIVATEWORD lamp in room 17?"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All logs, as verbose as they get, through the handler that the server uses."""
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure(replace(Settings(), log_level="debug", api_key=OPERATORS), stream)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(False)


@pytest.fixture
def client(serve: Callable[..., RunningServer], model_server: ModelServer, repository: Path,
           monkeypatch: pytest.MonkeyPatch) -> Iterator["Reader"]:  # fmt: skip
    """A reader of a server whose repository holds a secret of its own."""
    # A reader's key goes to the provider's own address; here that is the scripted model's.
    monkeypatch.setitem(OPENAI_BASES, "openai", model_server.url)
    monkeypatch.setenv("OPENAI_API_KEY", MISTYPED)  # of the operator's shell, not for readers
    (repository / "docs" / "deploy.md").write_text(
        f"# Deploy a lamp\n\nTo dim the lamp from afar set `AWS_ACCESS_KEY_ID={IN_REPOSITORY}`.\n"
    )
    (repository / ".env").write_text(f"LAMP_KEY={IN_REPOSITORY}\n")
    server = serve(model="openai/gpt-4o-mini", api_base=model_server.url, api_key=OPERATORS)
    with httpx.Client(base_url=server.url, timeout=30, headers={"HX-Request": "true"}) as http:
        yield Reader(server, http)


class Reader:
    """Asks, saves a key, and keeps every byte that came back."""

    def __init__(self, server: RunningServer, http: httpx.Client) -> None:
        self.server = server
        self.http = http
        self.token = ""
        self.read: list[str] = []

    def send(self, method: str, path: str, **fields: str) -> httpx.Response:
        data = {"token": self.token, **fields} if method == "POST" else None
        answer = self.http.request(method, path, data=data)
        self.read.append(f"{answer.headers}\n{answer.text}")
        if found := re.search(r'name="token"[^>]*value="([^"]+)"', answer.text):
            self.token = found[1]
        return answer

    def ask(self, question: str = QUESTION) -> str:
        """Ask and read the answer to its end."""
        eventually(lambda: self.server.services.turns.in_flight == 0)
        answer = self.send("POST", "/ask", query=question)
        assert answer.status_code == 200, answer.text
        turn = re.search(r"stream/([\w-]+)", answer.text)
        assert turn
        return self.send("GET", f"/stream/{turn[1]}").text


FAILURES = [
    Script(status=401, echo=True),
    Script(status=403, echo=True),
    Script(status=404, echo=True),
    Script(status=400, echo=True),
    Script("And so", drop_after=1),
    Script(garbage=True),
    Script(empty=True),
]


def test_no_key_is_anywhere_but_in_memory_and_as_ciphertext(
    client: Reader, model_server: ModelServer, written: io.StringIO
) -> None:
    # The operator's key, with everything that can go wrong.
    model_server.script(Script("Let me see.", tools=(Tool("dim a lamp"),)), "Call `dim` [1].")
    assert "dim" in client.ask()
    model_server.script(*FAILURES)
    for _ in FAILURES:
        client.ask()
    assert all(OPERATORS in each["authorization"] for each in model_server.headers)
    operators_calls = model_server.calls

    # A reader's own.
    for model, key in (
        ("openai/gpt-4o", READERS),
        ("openai/gpt-4o", f"{MISTYPED} and more"),
        ("ollama/llama3", MISTYPED),
        ("nonsense/model", MISTYPED),
        ("", MISTYPED),
        ("openai/gpt-4o", ""),
        ("openai/gpt-4o", MISTYPED * 30),
    ):
        client.send("POST", "/save-settings", model=model, api_key=key)
    client.send("POST", f"/save-settings?api_key={MISTYPED}", model="openai/gpt-4o")
    client.send("POST", "/key-state")
    model_server.script(Script("Let me see.", tools=(Tool("dim a lamp"),)), "Call `dim` [1].")
    assert "dim" in client.ask()
    model_server.script(*FAILURES)
    for _ in FAILURES:
        client.ask()
    used = [each["authorization"] for each in model_server.headers[operators_calls:]]
    assert used
    assert set(used) == {f"Bearer {READERS}"}, "a reader's question goes out on his key alone"
    for path in ("/", "/chat-standalone", "/settings", "/models?provider=openai", "/healthz"):
        client.send("GET", path)
    client.send("POST", "/history")

    data = client.server.settings.data_dir
    files = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    assert len(files) > 2
    for path, content in files.items():  # type: ignore[assignment]
        for key in ALL:
            assert key.encode() not in content, f"{path.name} holds {key}"  # type: ignore[attr-defined]
    for key in ALL:
        assert key not in "\n".join(client.read), f"a response holds {key}"
        assert key not in str(model_server.requests), f"the model was told {key}"
        assert key not in written.getvalue(), f"the logs hold {key}"
    assert "error" in written.getvalue() or "ModelRefusedKey" in written.getvalue()
    assert "PRIVATEWORD" not in written.getvalue(), "the logs hold a question"
    assert "PRIVATEWORD" in str(model_server.requests)
    assert "from afar" in str(model_server.requests), "the passage with a secret was not found"

    # Forgotten is forgotten.
    client.send("POST", "/forget-key")
    model_server.script("On the operator's key.")
    client.ask()
    assert OPERATORS in model_server.headers[-1]["authorization"]


def test_what_the_server_keeps_is_for_its_own_user_alone(
    client: Reader, model_server: ModelServer
) -> None:
    client.send("POST", "/save-settings", model="openai/gpt-4o", api_key=READERS)
    data = client.server.settings.data_dir
    assert data.stat().st_mode & 0o777 == 0o700
    for path in data.iterdir():  # what lies deeper is out of reach with its folder
        if path.is_file() and path.suffix in (".key", ".sqlite3"):
            assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_reader_can_never_make_the_server_connect_elsewhere(
    client: Reader, model_server: ModelServer
) -> None:
    for model in (
        "ollama/llama3",
        "openai_like/x",
        "hosted_vllm/x",
        "azure/x",
        "custom_openai/x",
        "bedrock/x",
        "sagemaker/x",
        "http://127.0.0.1:1/v1",
        "openai/../x y",
        "litellm_proxy/x",
        "huggingface/http://127.0.0.1:1/",
        "vertex_ai/x",
        "OPENAI/gpt-4o",
        "openai\n/gpt-4o",
    ):
        answer = client.send(
            "POST",
            "/save-settings",
            model=model,
            api_key=READERS,
            api_base="http://127.0.0.1:1/",
            base_url="http://127.0.0.1:1/",
        )
        assert answer.status_code == 400, model
    assert client.send("POST", "/key-state").text.count("gpt-4o-mini") == 1


@pytest.mark.parametrize(
    ("variable", "provider"),
    [
        ("ANTHROPIC_API_BASE", "anthropic"),
        ("ANTHROPIC_BASE_URL", "anthropic"),
        ("MISTRAL_API_BASE", "mistral"),
        ("FIREWORKS_API_BASE", "fireworks_ai"),
    ],
)
def test_a_readers_key_never_goes_to_an_address_of_the_operators(
    client: Reader, monkeypatch: pytest.MonkeyPatch, variable: str, provider: str
) -> None:
    model = asyncio.run(Models(Settings()).of_provider(provider))[0]
    assert client.send("POST", "/save-settings", model=model, api_key=READERS).status_code == 200
    monkeypatch.setenv(variable, "http://127.0.0.1:1/")
    assert client.send("POST", "/save-settings", model=model, api_key=READERS).status_code == 400


def test_questions_are_logged_where_the_operator_wants_them(
    serve: Callable[..., RunningServer], written: io.StringIO
) -> None:
    server = serve(log_questions=True)
    form = {"query": "How do I dim it?"}
    httpx.post(f"{server.url}/ask", data=form, headers={"HX-Request": "true"})
    assert "How do I dim it?" in written.getvalue()
