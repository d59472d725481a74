"""A letter to the operator, and the mail server that it is handed to."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from hyperrun.domain import Turn
from hyperrun.errors import BadSetting
from hyperrun.text import plain
from hyperrun.web.forms import EscalationForm

TIMEOUT_S = 15.0
MAX_TURNS = 20
MAX_ANSWER_CHARS = 8_000


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server, as `HYPERRUN_SMTP_URL` names it."""

    host: str
    port: int
    user: str
    password: str
    encrypted: bool  # from the first byte; else from STARTTLS on

    @classmethod
    def of(cls, url: str) -> "Smtp":
        """Read `smtp://user:password@host:587` or `smtps://…`. Raises `BadSetting`."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise BadSetting("HYPERRUN_SMTP_URL is not an address") from None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise BadSetting("HYPERRUN_SMTP_URL begins with smtp:// or smtps://")
        secure = parts.scheme == "smtps"
        return cls(
            parts.hostname, port or (465 if secure else 587), unquote(parts.username or ""),
            unquote(parts.password or ""), secure,
        )  # fmt: skip

    def send(self, message: EmailMessage) -> None:
        """Hand a message over. Raises `OSError` and `smtplib.SMTPException`; a password goes over
        an encrypted line alone."""
        context = ssl.create_default_context()
        place = (self.host, self.port)
        with (
            smtplib.SMTP_SSL(*place, timeout=TIMEOUT_S, context=context)
            if self.encrypted
            else smtplib.SMTP(*place, timeout=TIMEOUT_S)
        ) as server:
            if not self.encrypted:
                server.ehlo()
                if server.has_extn("starttls"):
                    server.starttls(context=context)
                elif self.user:
                    raise smtplib.SMTPException("it takes a password over an open line alone")
            if self.user:
                server.login(self.user, self.password)
            server.send_message(message)


def letter(
    form: EscalationForm, turns: Sequence[Turn], desk: str, sender: str, to: str
) -> EmailMessage:
    """The mail. What a reader wrote stands in its body, and in the subject as one plain line."""
    asked = turns[-1]
    message = EmailMessage()
    message["Subject"] = plain(f"Asked for a person: {asked.question}", 120)
    message["From"] = sender
    message["To"] = to
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    if form.mail:
        user, _, domain = form.mail.rpartition("@")
        message["Reply-To"] = Address(plain(form.name, 80), user, domain)
    facts = {"Name": form.name, "Mail": form.mail, "Page": asked.page.url, "At the desk": desk}
    lines = [f"{name}: {value}" for name, value in facts.items() if value]
    message.set_content(
        "\n".join([form.missing, "", *lines, "", "The conversation:", "", transcript(turns)])
    )
    return message


def transcript(turns: Sequence[Turn]) -> str:
    """A conversation as text, its last turns."""
    parts = []
    for turn in turns[-MAX_TURNS:]:
        quoted = "\n".join(f"> {line}" for line in turn.question.splitlines())
        parts += [quoted, turn.answer[:MAX_ANSWER_CHARS] or f"({turn.outcome.value})"]
    return "\n\n".join(parts)
