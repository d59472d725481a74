"""Answers in flight, over the real server: followed, left, stopped, resumed."""

import gc
import re
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import httpx
import pytest
from starlette.requests import Request

from hyperrun.domain import Outcome
from tests.browser import eventually
from tests.following import Following
from tests.model_server import ModelServer, Script
from tests.server import RunningServer, Serve

HEADERS = {"HX-Request": "true"}


class Reader:
    """Somebody with one conversation, without a browser."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.token = ""

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form, as the page does."""
        fields = {"token": self.token, "lang": "en"} | fields
        return httpx.post(f"{self.server.url}/{path}", data=fields, headers=HEADERS, timeout=30)

    def ask(self, question: str) -> str:
        """Ask, and return the turn's id."""
        response = self.post("ask", query=question)
        assert response.status_code == 200, response.text
        self.token = re.search(r'name="token" value="([^"]+)"', response.text)[1]  # type: ignore[index]
        return re.search(r'sse-connect="stream/([^"?]+)', response.text)[1]  # type: ignore[index]

    def follow(self, turn_id: str, timeout_s: float = 30) -> str:
        """Read a stream to its end."""
        url = f"{self.server.url}/stream/{turn_id}"
        return httpx.get(url, timeout=timeout_s).text

    def following(self, turn_id: str) -> Following:
        """Begin to read a stream."""
        return Following(f"{self.server.url}/stream/{turn_id}")


def events(wire: str) -> list[tuple[str, str]]:
    """Names and data of a stream's events."""
    found = []
    for block in wire.split("\n\n"):
        lines = block.split("\n")
        name = next((line[7:] for line in lines if line.startswith("event: ")), "")
        if name:
            data = "\n".join(line[6:] for line in lines if line.startswith("data: "))
            found.append((name, data))
    return found


BLOCKS = r'class="blocks prose"[^>]*>(.*?)</div><div [^>]*sse-swap="live'


def shown(wire: str) -> str:
    """The answer's words as a browser would end up showing them."""
    blocks = ""
    for name, data in events(wire):
        if name == "snapshot":
            inner = re.search(BLOCKS, data, re.S)
            blocks = inner[1] if inner else ""
        elif name == "block":
            blocks += data
    return " ".join(re.sub(r"<[^>]+>", " ", blocks).split())


@pytest.fixture
def server(serve: Serve, model_server: ModelServer) -> RunningServer:
    return serve(model="openai/scripted", api_base=model_server.url, abandon_after_s=1.5)


def stored(server: RunningServer, turn_id: str, column: str) -> str:
    """A column of a turn's row."""
    with sqlite3.connect(server.settings.data_dir / "hyperrun.sqlite3") as connection:
        query = f"SELECT {column} FROM turns WHERE id = ?"
        return str(connection.execute(query, (turn_id,)).fetchone()[0])


def outcome(server: RunningServer, turn_id: str) -> Outcome:
    """What the store says of a turn, from the server's own thread's database file."""
    with sqlite3.connect(server.settings.data_dir / "hyperrun.sqlite3") as connection:
        row = connection.execute("SELECT outcome FROM turns WHERE id = ?", (turn_id,)).fetchone()
    return Outcome(row[0])


def test_many_followers_share_one_model_call(
    server: RunningServer, model_server: ModelServer
) -> None:
    model_server.script(Script("One answer for everybody.", delay_s=0.05))
    turn_id = Reader(server).ask("Anybody?")
    seen: list[str] = []
    readers = [
        threading.Thread(target=lambda: seen.append(Reader(server).follow(turn_id)))
        for _ in range(5)
    ]
    for each in readers:
        each.start()
    for each in readers:
        each.join()
    assert [shown(wire) for wire in seen] == ["One answer for everybody."] * 5
    assert all(events(wire)[0][0] == "snapshot" for wire in seen)
    assert all(events(wire)[-1][0] == "close" for wire in seen)
    assert model_server.calls == 1


def test_a_cut_line_goes_on_from_a_snapshot(
    server: RunningServer, model_server: ModelServer
) -> None:
    words = [f"w{n} " for n in range(30)]
    model_server.script(Script(words, delay_s=0.03))
    reader = Reader(server)
    turn_id = reader.ask("Count")
    for _ in range(3):
        url = f"{server.url}/stream/{turn_id}"
        with httpx.stream("GET", url, timeout=60) as response, suppress(StopIteration):
            lines = response.iter_lines()
            while not any(word in next(lines) for word in ("w5", "w9", "w12")):
                pass
    assert shown(reader.follow(turn_id)) == "".join(words).strip()
    assert shown(reader.follow(turn_id)) == "".join(words).strip()
    assert model_server.calls == 1


@pytest.mark.parametrize("turn_id", ["x", "A" * 24, "...", "%00", "🙂", "a" * 3_000])
def test_an_unknown_stream_is_answered_with_close(server: RunningServer, turn_id: str) -> None:
    response = httpx.get(f"{server.url}/stream/{turn_id}")
    assert response.status_code == 200
    (told, word), closed = events(response.text)
    assert told == "snapshot" and "alert" in word, "a bubble would show its dots for ever"
    assert closed == ("close", "")


def test_the_stream_is_not_cached_and_not_held_back(
    server: RunningServer, model_server: ModelServer
) -> None:
    turn_id = Reader(server).ask("Hello?")
    response = httpx.get(f"{server.url}/stream/{turn_id}", headers={"Accept-Encoding": "gzip"})
    assert "no-transform" in response.headers["cache-control"]
    assert response.headers["x-accel-buffering"] == "no"
    assert "content-encoding" not in response.headers
    delay = int(re.search(r"^retry: (\d+)$", response.text, re.M)[1])  # type: ignore[index]
    assert 1_000 <= delay <= 4_000


def test_a_store_at_its_limit_is_told_to_operators_and_answers_go_on(
    serve: Serve, model_server: ModelServer
) -> None:
    server = serve(model="openai/scripted", api_base=model_server.url, max_store_mb=1)
    reader = Reader(server)

    def health() -> dict[str, object]:
        answer = httpx.get(f"{server.url}/healthz")
        assert (answer.status_code, answer.json()["ready"]) == (200, True)
        return answer.json()["store"]  # type: ignore[no-any-return]

    works = {"ready": True, "saves": True, "note": ""}
    reader.follow(reader.ask("Is there room?"))
    assert health() == works
    file = server.settings.data_dir / "hyperrun.sqlite3"
    with closing(sqlite3.connect(file)) as others, others:
        others.execute("INSERT INTO keys VALUES ('other', zeroblob(1000000), 0)")
    model_server.script("Hello there. " * 2_000)
    assert "Hello there." in shown(reader.follow(reader.ask("And now?")))
    full = {"ready": True, "saves": False, "note": "database or disk is full"}
    eventually(lambda: health() == full)
    with closing(sqlite3.connect(file)) as others, others:
        others.execute("DELETE FROM keys")
    reader.ask("And then?")
    eventually(lambda: health() == works)


def test_the_model_stops_when_the_last_reader_leaves(
    server: RunningServer, model_server: ModelServer
) -> None:
    model_server.script(Script("Nobody hears the rest of this.", stall_after=2))
    turn_id = Reader(server).ask("Anybody?")
    with httpx.stream("GET", f"{server.url}/stream/{turn_id}") as response:
        assert any("hears" in line for line in response.iter_lines())
    model_server.wait_for(open_connections=0)
    wire = Reader(server).follow(turn_id)
    assert shown(wire) == "Nobody hears"
    assert outcome(server, turn_id) is Outcome.STOPPED


def test_no_request_is_kept_while_its_answer_is_streamed(
    serve: Serve, model_server: ModelServer
) -> None:
    server = serve(model="openai/scripted", api_base=model_server.url)
    model_server.script("First.", Script("Much remains to be said.", stall_after=1))
    Reader(server).follow(Reader(server).ask("Are the libraries there?"))
    turn_id = Reader(server).ask("Anybody?")

    def kept() -> bool:
        requests = (each for each in gc.get_objects() if isinstance(each, Request))
        return any(turn_id in each.scope["path"] for each in requests)

    with httpx.stream("GET", f"{server.url}/stream/{turn_id}", timeout=60) as response:
        lines = response.iter_lines()  # let go of, they end the connection
        assert any("Much" in line for line in lines)
        eventually(lambda: not kept())


def test_an_answer_that_nobody_ever_follows_is_stopped(
    server: RunningServer, model_server: ModelServer
) -> None:
    model_server.script(Script("To the wind.", stall_after=1))
    Reader(server).ask("Anybody?")
    model_server.wait_for(open_connections=1)
    model_server.wait_for(open_connections=0)


def test_a_second_question_is_held_back_with_a_plain_word(
    server: RunningServer, model_server: ModelServer
) -> None:
    model_server.script(Script("Slow.", first_delay_s=0.5), "Second.")
    reader = Reader(server)
    first = reader.ask("One?")
    refused = reader.post("ask", query="Two?")
    assert refused.status_code == 409
    assert "One answer at a time" in refused.text
    reader.follow(first)
    assert shown(reader.follow(reader.ask("Two?"))) == "Second."
    assert model_server.calls == 2


def test_two_conversations_do_not_wait_for_each_other(
    server: RunningServer, model_server: ModelServer
) -> None:
    model_server.default = Script("Both.", delay_s=0.7)
    one, two = Reader(server), Reader(server)
    ids = one.ask("One?"), two.ask("Two?")
    # At once: an answer that nobody follows while the first is read to its end is given up.
    with ThreadPoolExecutor(2) as pool:
        wires = pool.map(lambda reader, turn_id: reader.follow(turn_id), (one, two), ids)
        assert [shown(wire) for wire in wires] == ["Both.", "Both."]
    assert model_server.most_connections == 2


def test_a_retry_takes_the_place_of_the_first_attempt(
    server: RunningServer, model_server: ModelServer
) -> None:
    model_server.script("First.", "Again.", "Third.")
    reader = Reader(server)
    first = reader.ask("Say something.")
    reader.follow(first)
    response = reader.post(f"retry/{first}")
    again = re.search(r'sse-connect="stream/([^"?]+)', response.text)[1]  # type: ignore[index]
    assert shown(reader.follow(again)) == "Again."
    reader.follow(reader.ask("And more."))
    sent = model_server.requests[2]["messages"]
    assert [each["role"] for each in sent] == ["system", "user", "assistant", "user"]
    assert sent[2]["content"] == "Again."
    history = reader.post("history").text
    assert "First." not in history and "Again." in history


def test_what_was_stopped_or_failed_stays_in_the_conversation(
    server: RunningServer, model_server: ModelServer
) -> None:
    model_server.script(Script("Half an ans", stall_after=1), Script(status=401), "Whole.", "Last.")
    reader = Reader(server)
    stopped = reader.ask("One?")
    following = reader.following(stopped)
    following.until("Half")
    assert reader.post(f"stop/{stopped}").status_code == 204
    following.end()
    reader.follow(reader.ask("Two?"))
    reader.follow(reader.ask("Three?"))
    reader.follow(reader.ask("Four?"))
    sent = model_server.requests[-1]["messages"]
    assert [each["role"] for each in sent] == ["system", *["user", "assistant"] * 3, "user"]
    assert sent[2]["content"] == "Half\n\n(The reader stopped this answer here.)"
    assert sent[4]["content"].endswith("(This answer failed.)")
    assert sent[6]["content"] == "Whole."


def test_an_answer_cut_at_its_length_goes_on_in_the_same_bubble(
    server: RunningServer, model_server: ModelServer
) -> None:
    cut = Script("It is dimmed [1] by hold", finish_reason="length", completion_tokens=20)
    model_server.script(cut, Script("ing the button [2].", completion_tokens=5))
    reader = Reader(server)
    turn_id = reader.ask("How do I dim a lamp?")
    end = reader.follow(turn_id)
    assert "reached its length limit" in end and f"continue/{turn_id}" in end
    bubble = reader.post(f"continue/{turn_id}").text
    assert f"stream/{turn_id}" in bubble
    end = reader.follow(turn_id)
    assert "It is dimmed 1 by holding the button 2 ." in shown(end)
    assert "length limit" not in end and "continue/" not in end
    roles = [each["role"] for each in model_server.requests[1]["messages"]]
    assert roles == ["system", "user", "assistant", "user"]
    assert model_server.requests[1]["messages"][2]["content"] == "It is dimmed [1] by hold"
    assert "25" in stored(server, turn_id, "completion_tokens")
    again = reader.post(f"continue/{turn_id}")
    assert again.status_code == 400, "there is nothing more to go on with"
    assert model_server.calls == 2


def test_only_its_reader_lets_an_answer_go_on(
    server: RunningServer, model_server: ModelServer
) -> None:
    model_server.script(Script("Cut", finish_reason="length"))
    first, other = Reader(server), Reader(server)
    turn_id = first.ask("One?")
    first.follow(turn_id)
    other.follow(other.ask("Two?"))
    assert other.post(f"continue/{turn_id}").status_code == 404


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("content_filter", "stopped the answer here"), ("length", "reached its length limit")],
)
def test_an_answer_that_did_not_end_by_itself_says_so_again_after_a_reload(
    server: RunningServer, model_server: ModelServer, reason: str, sentence: str
) -> None:
    model_server.script(Script("Half of it [1].", finish_reason=reason))
    reader = Reader(server)
    assert sentence in reader.follow(reader.ask("How do I dim a lamp?"))
    assert sentence in reader.post("history").text


def test_an_answer_without_citations_shows_what_was_found(
    server: RunningServer, model_server: ModelServer
) -> None:
    model_server.script("Nobody can say.")
    reader = Reader(server)
    end = reader.follow(reader.ask("How do I dim a lamp?"))
    assert "Found for this question" in end and "source-card" in end
    assert "Not from the documentation" not in end
    history = reader.post("history").text
    assert "Found for this question" in history and "source-card" in history


def test_thoughts_are_a_folded_step_and_never_part_of_the_answer(
    server: RunningServer, model_server: ModelServer
) -> None:
    model_server.script(Script("Hold it [1].", thoughts=["Let me ", "see."]), "Next.")
    reader = Reader(server)
    end = reader.follow(reader.ask("How do I dim a lamp?"))
    assert "Let me see." in end and "Thought about it" in end
    assert shown(end) == "Hold it 1 ."
    assert "Let me see." in reader.post("history").text
    reader.follow(reader.ask("And then?"))
    assert "Let me see." not in str(model_server.requests[1])


def test_words_that_turn_out_to_be_thoughts_are_taken_back(
    server: RunningServer, model_server: ModelServer
) -> None:
    model_server.script(Script(["Let me ", "see.\n", "</think>\n\n", "Hold it [1]."], delay_s=0.1))
    reader = Reader(server)
    end = reader.follow(reader.ask("How do I dim a lamp?"))
    print(end)
    assert shown(end) == "Hold it 1 ."
    assert "</think>" not in end and "&lt;/think" not in end


@pytest.mark.parametrize("path", ["stop", "retry", "feedback"])
def test_a_turn_of_somebody_else_looks_like_one_that_is_not_there(
    server: RunningServer, path: str
) -> None:
    owner, stranger = Reader(server), Reader(server)
    turn_id = owner.ask("Mine?")
    owner.follow(turn_id)
    stranger.follow(stranger.ask("Hello?"))
    foreign = stranger.post(f"{path}/{turn_id}", rating="1")
    missing = stranger.post(f"{path}/{'A' * 24}", rating="1")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.text == missing.text


def test_a_graceful_stop_ends_streams_with_a_word(serve: Serve, model_server: ModelServer) -> None:
    server = serve(model="openai/scripted", api_base=model_server.url)
    model_server.script(Script("This much came before the end.", stall_after=3))
    reader = Reader(server)
    following = reader.following(reader.ask("Anybody?"))
    following.until("This much came")
    began = time.monotonic()
    server.stop()
    wire = following.end()
    assert time.monotonic() - began < 5
    assert shown(wire) == "This much came"
    assert "The server went away" in wire
    assert events(wire)[-1] == ("close", "")


def test_a_new_server_shows_what_the_old_one_kept(serve: Serve, model_server: ModelServer) -> None:
    options = {"model": "openai/scripted", "api_base": model_server.url}
    old = serve(**options)
    reader = Reader(old)
    model_server.script("Kept.", Script("Cut in the middle.", stall_after=2))
    reader.follow(reader.ask("One?"))
    cut = reader.ask("Two?")
    following = reader.following(cut)
    following.until("Cut in")
    old.stop()
    following.end()
    reader.server = serve(**options)
    wire = reader.follow(cut)
    assert shown(wire) == "Cut in"
    assert "The server went away" in wire
    history = reader.post("history").text
    assert "Kept." in history and "Cut in" in history


def test_a_long_conversation_is_shown_bit_by_bit_and_others_do_not_wait(
    serve: Serve, model_server: ModelServer
) -> None:
    url = model_server.url
    server = serve(model="openai/scripted", api_base=url, changes_per_minute_per_address=30)
    reader = Reader(server)
    model_server.script("Some `words` of **an answer**.\n\n" * 60)
    first = reader.ask("Long?")
    reader.follow(first)
    # 100 copies of that turn, in the file of the server's own thread.
    with sqlite3.connect(server.settings.data_dir / "hyperrun.sqlite3") as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(turns)")]
        others = ", ".join(name for name in names if name != "id")
        for number in range(100):
            database.execute(
                f"INSERT INTO turns (id, {others}) SELECT ?, {others} FROM turns WHERE id = ?",
                (f"copy{number}", first),
            )
    database.close()
    waits: list[float] = []
    done = threading.Event()

    def ask_for_something_else() -> None:
        with httpx.Client(base_url=server.url) as other:
            while not done.is_set():
                began = time.monotonic()
                other.get("/embed")
                waits.append(time.monotonic() - began)

    form = {"token": reader.token}
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask_for_something_else)
        began = time.monotonic()
        history = httpx.post(f"{server.url}/history", data=form, headers=HEADERS, timeout=60)
        took = time.monotonic() - began
        done.set()
        waiting.result()
    assert "content-length" not in history.headers, "it came in one piece"
    assert history.text.count('class="exchange"') == 101
    assert max(waits) < took / 4, "the event loop was held"
    # What it takes is bounded, too, by whatever way it is asked for.
    assert reader.post("history").status_code == 429
    while "event: snapshot" in (late := reader.follow(first)):
        pass
    assert re.fullmatch(r"retry: \d+\n\n", late), "no `close`: the browser comes back"
