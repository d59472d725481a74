"""A reader's call for a person: a form beside an answer that goes to the webhook or by mail, with
the conversation and a link that opens it at the desk."""

import asyncio
import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hyperrun.domain import Turn
from hyperrun.errors import BadSetting
from hyperrun.settings import Settings
from hyperrun.text import is_blank
from hyperrun.web.events_out import EventsOut
from hyperrun.web.forms import EscalationForm

if TYPE_CHECKING:
    from hyperrun.web.mail import Smtp

log = logging.getLogger(__name__)

WEBHOOK = "webhook"
A_MINUTE, A_MINUTE_IN_ALL = 3, 30  # of one address, and of all
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")


def is_mail(text: str) -> bool:
    """Is it a mail address, as the most of them are written?"""
    return bool(_MAIL.fullmatch(text)) and ".." not in text


def problem(form: EscalationForm) -> str:
    """What a reader has to change, as a key of the interface's texts; "" where nothing is."""
    if form.mail and not is_mail(form.mail):
        return "error_mail"
    return "error_missing" if is_blank(form.missing) else ""


class Escalations:
    """Where calls for a person go."""

    def __init__(self, settings: Settings, events_out: EventsOut) -> None:
        self._events_out = events_out
        self._to = settings.escalation
        self._desk = f"{settings.public_url.rstrip('/')}/desk" if settings.public_url else ""
        self._smtp = self._mail_server(settings)
        self._from = settings.smtp_from or self._to
        if self._smtp is not None:
            if not settings.smtp_from and is_mail(self._smtp.user):
                self._from = self._smtp.user
            if not is_mail(self._from):
                raise BadSetting("HYPERRUN_SMTP_FROM is a mail address")

    def _mail_server(self, settings: Settings) -> "Smtp | None":
        """What sends mail, where calls go by mail. Raises `BadSetting`."""
        if not self._to:
            return None
        if self._to == WEBHOOK:
            if not settings.webhook_url:
                raise BadSetting("HYPERRUN_ESCALATION=webhook needs HYPERRUN_WEBHOOK_URL")
            return None
        if not is_mail(self._to):
            raise BadSetting("HYPERRUN_ESCALATION is `webhook` or a mail address")
        from hyperrun.web.mail import Smtp  # which takes its time, and few need

        return Smtp.of(settings.smtp_url)

    @property
    def offered(self) -> bool:
        """Is there anywhere for them to go?"""
        return bool(self._to)

    async def send(self, form: EscalationForm, turns: Sequence[Turn]) -> bool:
        """Send what a reader wrote, with the conversation up to its last turn. False where it did
        not arrive, which the log explains."""
        from hyperrun.web.mail import letter, transcript

        asked = turns[-1]
        desk = f"{self._desk}/conversation/{asked.id}" if self._desk else ""
        if self._smtp is None:
            return await self._events_out.deliver("escalation", {
                "turn": asked.id, "name": form.name, "mail": form.mail, "missing": form.missing,
                "page": asked.page.url, "question": asked.question,
                "transcript": transcript(turns), "desk": desk,
            })  # fmt: skip
        message = letter(form, turns, desk, self._from, self._to)
        try:
            await asyncio.to_thread(self._smtp.send, message)
        except (OSError, ValueError) as error:  # which smtplib's own are
            log.error("a reader's message could not be sent by mail: %s", type(error).__name__)
            return False
        return True
