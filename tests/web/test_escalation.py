"""A reader asks a person: the form goes by mail or to the webhook, with the conversation."""

import json
import re
import smtplib
import socketserver
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage, Message
from pathlib import Path

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hyperrun.errors import BadSetting
from hyperrun.settings import Settings
from hyperrun.web.escalation import Escalations, is_mail, problem
from hyperrun.web.events_out import EventsOut
from hyperrun.web.forms import EscalationForm
from hyperrun.web.mail import Smtp, letter, transcript
from tests.commands.test_privacy import operators
from tests.server import RunningServer, Serve
from tests.server_process import free_port
from tests.storage.test_store import TURN
from tests.web.test_events_out import hook

TEAM = "docs@example.org"
USER, PASSWORD = "lantern", "correct-horse"


@dataclass
class PostOffice:
    """A mail server: what was handed to it, and whether it takes anything."""

    url: str = ""
    letters: list[Message] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    refuses: bool = False


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """One on loopback that speaks SMTP over an open line."""
    office = PostOffice()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                office.commands.append(line)
                verb = line.upper().partition(" ")[0]
                if verb == "QUIT":
                    return self.say("221 bye")
                if verb == "RCPT" and office.refuses:
                    self.say("550 not here")
                elif verb == "DATA":
                    self.say("354 go on")
                    letter = b""
                    while (part := self.rfile.readline()) != b".\r\n":
                        letter += part
                    office.letters.append(message_from_bytes(letter))
                    self.say("250 kept")
                else:
                    self.say("250 well")
            return None

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        office.url = f"smtp://127.0.0.1:{server.server_address[1]}"
        try:
            yield office
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def with_starttls(folder: Path, names: Sequence[str]) -> Iterator[tuple[int, list[Envelope]]]:
    """A real mail server on loopback that takes letters of `USER` behind STARTTLS alone; its port
    and what came. Its certificate, its own authority's, is in `folder`."""
    came: list[Envelope] = []

    class Kept:
        async def handle_DATA(self, server: SMTP, session: object, envelope: Envelope) -> str:
            came.append(envelope)
            return "250 kept"

    def knows(
        server: SMTP, session: object, envelope: object, mechanism: str, told: object
    ) -> AuthResult:
        assert isinstance(told, LoginPassword)
        is_known = (told.login, told.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=is_known, handled=False)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(folder, names))
    port = free_port()
    controller = Controller(
        Kept(), hostname="127.0.0.1", port=port, require_starttls=True, tls_context=context,
        authenticator=knows, auth_required=True, auth_require_tls=True,
    )  # fmt: skip
    controller.start()
    try:
        yield port, came
    finally:
        controller.stop()


def certificate(folder: Path, names: Sequence[str]) -> tuple[Path, Path]:
    """A certificate for these hosts that vouches for itself, and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))  # fmt: skip
    return paths


@dataclass
class Reader:
    """Somebody who has asked, and got an answer."""

    server: RunningServer
    token: str = ""
    turn_id: str = ""

    def __post_init__(self) -> None:
        asked = self.post("ask", query="How do I dim a lamp?").text
        found = re.search(r"stream/([\w-]+)", asked)
        assert found
        self.turn_id = found[1]
        self.token = asked.partition('name="token"')[2].partition('value="')[2].partition('"')[0]
        httpx.get(f"{self.server.url}/stream/{self.turn_id}")

    def post(self, path: str, **data: str) -> httpx.Response:
        """A form of the chat page."""
        headers = {"HX-Request": "true", "Origin": self.server.url}
        data = {"token": self.token} | data
        return httpx.post(f"{self.server.url}/{path}", data=data, headers=headers, timeout=30)

    def escalate(self, **data: str) -> httpx.Response:
        """Call for a person about the answer."""
        return self.post(f"escalate/{self.turn_id}", **data)


def kept(server: RunningServer, turn_id: str) -> tuple[int, str, str]:
    """What stands with a turn."""
    done = operators("hyperrun.commands.privacy", server.settings.data_dir, "export", turn_id)
    (turn,) = (each for each in json.loads(done.stdout)["turns"] if each["id"] == turn_id)
    return turn["rating"], turn["reason"], turn["comment"]


def test_a_call_for_a_person_goes_by_mail_with_the_conversation(serve: Serve) -> None:
    with post_office() as office:
        server = serve(escalation=TEAM, smtp_url=office.url)
        reader = Reader(server)
        form = reader.escalate().text
        assert 'name="missing"' in form
        assert "A person gets your message" in form
        done = reader.escalate(
            missing="How to dim <b>two</b> lamps?", name="Ann\r\nBcc: all@example.org",
            mail="ann@example.net",
        )  # fmt: skip
        assert "A person will read it" in done.text
    (mail,) = office.letters
    assert mail["To"] == TEAM
    assert "ann@example.net" in mail["Reply-To"]
    assert mail["Bcc"] is None
    assert not any("all@example.org" in line for line in office.commands)
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    text = body.decode()
    assert "How to dim <b>two</b> lamps?" in text
    assert "> How do I dim a lamp?" in text
    assert "lantern.dim(level)" in text
    assert kept(server, reader.turn_id) == (-1, "escalated", "How to dim <b>two</b> lamps?")


def message() -> EmailMessage:
    """A letter."""
    found = EmailMessage()
    found["From"], found["To"], found["Subject"] = TEAM, TEAM, "Two lamps"
    found.set_content("How are two dimmed?")
    return found


def test_a_password_and_a_letter_go_by_starttls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with with_starttls(tmp_path, ["localhost"]) as (port, came):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        Smtp.of(f"smtp://{USER}:{PASSWORD}@localhost:{port}").send(message())
        with pytest.raises(smtplib.SMTPAuthenticationError):
            Smtp.of(f"smtp://{USER}:wrong@localhost:{port}").send(message())
    (envelope,) = came
    assert envelope.rcpt_tos == [TEAM]
    assert b"How are two dimmed?" in (envelope.original_content or b"")


@pytest.mark.parametrize(("names", "known"), [(["localhost"], False), (["mail.example"], True)])
def test_nothing_goes_to_a_server_whose_certificate_is_not_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str], known: bool
) -> None:
    with with_starttls(tmp_path, names) as (port, came):
        if known:
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        with pytest.raises(ssl.SSLCertVerificationError):
            Smtp.of(f"smtp://{USER}:{PASSWORD}@localhost:{port}").send(message())
    assert came == []


def test_one_goes_to_the_webhook_signed(serve: Serve) -> None:
    with hook() as received:
        server = serve(escalation="webhook", webhook_url=received.url, webhook_secret="s" * 20)
        reader = Reader(server)
        assert "A person will read it" in reader.escalate(missing="More").text
        ((headers, body),) = received.told
        told = json.loads(body)
        assert told["event"] == headers["X-HyperRun-Event"] == "escalation"
        assert headers["X-HyperRun-Signature-256"].startswith("sha256=")
        assert (told["missing"], told["turn"]) == ("More", reader.turn_id)
        assert "> How do I dim a lamp?" in told["transcript"]
        received.answers = [500] * 9
        failed = reader.escalate(missing="Once <more>", mail="a@example.org")
        assert "could not be sent" in failed.text
        assert "Once &lt;more" in failed.text, "what was written is still there"
        assert kept(server, reader.turn_id)[2] == "More"


def test_what_cannot_be_sent_is_told_beside_what_was_written(serve: Serve) -> None:
    with post_office() as office:
        office.refuses = True
        reader = Reader(serve(escalation=TEAM, smtp_url=office.url))
        assert "not an e-mail address" in reader.escalate(missing="x", mail="nobody").text
        assert "say what is missing" in reader.escalate(missing=" \u200b").text
        assert "could not be sent" in reader.escalate(missing="x").text
        assert not office.letters


def test_mails_are_few(serve: Serve) -> None:
    with post_office() as office:
        reader = Reader(serve(escalation=TEAM, smtp_url=office.url))
        answers = [reader.escalate(missing="again") for _ in range(6)]
        assert sum(answer.status_code == 429 for answer in answers) >= 2
        assert len(office.letters) <= 4  # the window may turn meanwhile


def test_nobody_writes_about_somebody_elses_answer_or_where_it_is_off(serve: Serve) -> None:
    with hook() as received:
        server = serve(escalation="webhook", webhook_url=received.url)
        one, other = Reader(server), Reader(server)
        other.turn_id = one.turn_id
        assert other.escalate(missing="x").status_code == 404
        one.token = "forged"
        assert one.escalate(missing="x").status_code == 404
        assert not received.told
    off = Reader(serve())
    assert off.escalate(missing="x").status_code == 404
    assert "escalate" not in off.post("history").text


@pytest.mark.parametrize(
    "changes",
    [
        {"escalation": "webhook"},
        {"escalation": "somebody"},
        {"escalation": TEAM},
        {"escalation": TEAM, "smtp_url": "http://mail"},
        {"escalation": TEAM, "smtp_url": "smtp://"},
        {"escalation": TEAM, "smtp_url": "smtp://h:port"},
        {"escalation": TEAM, "smtp_url": "smtp://h", "smtp_from": "me\nBcc: you"},
    ],
)
def test_settings_that_make_no_sense_are_told_at_the_start(changes: dict[str, str]) -> None:
    settings = replace(Settings(), **changes)  # type: ignore[arg-type]
    with pytest.raises(BadSetting, match="HYPERRUN_"):
        Escalations(settings, EventsOut(settings))


def test_a_password_never_goes_over_an_open_line() -> None:
    with post_office() as office:
        smtp = Smtp.of(office.url.replace("smtp://", "smtp://me:secret%21@"))
        assert smtp.password == "secret!"
        with pytest.raises(OSError, match="open line"):
            smtp.send(letter(WRITTEN, [TURN], "", TEAM, TEAM))
        assert not any("AUTH" in line for line in office.commands)


WRITTEN = EscalationForm("t", "en", "Ann", "ann@example.net", "More", True)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("a@b.org", True), ("a.b+c@d-e.co.uk", True), ("", False), ("a", False), ("a@b", False),
        ("a@b..org", False), ("a b@c.org", False), ("a@b.org,c@d.org", False),
        ("a@b.org\n", False), ("<a@b.org>", False), ("a@b.org\u2028", False), ("@b.org", False),
    ],
)  # fmt: skip
def test_a_mail_address_is_one(text: str, holds: bool) -> None:
    assert is_mail(text) is holds
    assert bool(problem(replace(WRITTEN, mail=text))) is (bool(text) and not holds)


def test_a_letter_leads_to_the_desk_and_asks_for_an_answer_to_its_writer() -> None:
    told = letter(WRITTEN, [TURN], "https://ask.example/desk/conversation/1", TEAM, TEAM)
    assert told["Reply-To"] == "Ann <ann@example.net>"
    assert "At the desk: https://ask.example/desk/conversation/1" in told.get_content()
    assert told["Reply-To"] != letter(replace(WRITTEN, mail=""), [TURN], "", TEAM, TEAM)["Reply-To"]


def test_a_long_conversation_is_sent_from_its_end() -> None:
    turns = [replace(TURN, question=f"q{at}", answer="x" * 9_000) for at in range(30)]
    told = transcript(turns)
    assert "> q29" in told
    assert "> q9" not in told
    assert len(told) < 20 * 8_100
