"""What is told to `HYPERRUN_WEBHOOK_URL`: thumbs, a spent budget and calls for a person, signed,
tried again, and never waited for by an answer."""

import asyncio
import hashlib
import hmac
import json
import logging
import time
from typing import Any

from hyperrun.domain import Turn
from hyperrun.errors import BudgetSpent
from hyperrun.limits import Reservation
from hyperrun.redaction import without_personal
from hyperrun.settings import Settings

log = logging.getLogger(__name__)

MAX_WAITING = 200
ATTEMPTS = 4
ATTEMPTS_WAITED_FOR = 2
FIRST_PAUSE_S = 1.0
TIMEOUT_S = 10.0
MAX_TEXT_CHARS = 2_000
DAY_S = 86_400


class EventsOut:
    """A queue, and one task that empties it. What is too much is dropped, and the log says so."""

    def __init__(self, settings: Settings, pause_s: float = FIRST_PAUSE_S) -> None:
        self._url = settings.webhook_url
        self._secret = settings.webhook_secret.encode()
        self._desk = f"{settings.public_url.rstrip('/')}/desk" if settings.public_url else ""
        self._pause_s = pause_s
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MAX_WAITING)
        self._task: asyncio.Task[None] | None = None
        self._budget_told = -1  # the day

    def feedback(self, turn: Turn, rating: int, reason: str, comment: str) -> None:
        """A reader has said what they think of an answer. No text of one who is not to be
        tracked is told."""
        page, *texts = ("", "", "") if turn.asker.private else (
            turn.page.url, comment, turn.question,
        )  # fmt: skip
        comment, question = (without_personal(text)[:MAX_TEXT_CHARS] for text in texts)
        self._tell("feedback", {
            "turn": turn.id, "rating": rating, "reason": reason, "page": page,
            "comment": comment, "question": question,
            "desk": f"{self._desk}/conversation/{turn.id}" if self._desk else "",
        })  # fmt: skip

    async def answered(self, turn: Turn, reservation: Reservation) -> None:
        """An answer has ended: the first of a day that a spent budget has made is told."""
        today = int(time.time() // DAY_S)
        if turn.notice == BudgetSpent.public and self._budget_told != today:
            self._budget_told = today
            self._tell("budget", {"day": time.strftime("%Y-%m-%d", time.gmtime())})

    async def deliver(self, kind: str, told: dict[str, Any]) -> bool:
        """Tell something now, past what waits. False where it was not taken."""
        import httpx

        async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client:
            told = {"event": kind, "at": time.time(), **told}
            return await self._send(client, told, ATTEMPTS_WAITED_FOR)

    def _tell(self, kind: str, told: dict[str, Any]) -> None:
        if not self._url:
            return
        try:
            self._waiting.put_nowait({"event": kind, "at": time.time(), **told})
        except asyncio.QueueFull:
            log.error("the webhook is too slow: an event of kind %s is dropped", kind)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._empty(), name="events out")

    async def _empty(self) -> None:
        import httpx

        async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client:
            while not self._waiting.empty():
                await self._send(client, self._waiting.get_nowait())

    async def _send(self, client: Any, told: dict[str, Any], attempts: int = ATTEMPTS) -> bool:
        import httpx

        body = json.dumps(told, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "X-HyperRun-Event": told["event"]}
        if self._secret:
            signature = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
            headers["X-HyperRun-Signature-256"] = f"sha256={signature}"
        pause_s = self._pause_s
        why = ""
        for attempt in range(attempts):
            try:
                answer = await client.post(self._url, content=body, headers=headers)
                if answer.is_success:
                    return True
                why = f"it answers {answer.status_code}"
                if 400 <= answer.status_code < 500 and answer.status_code != 429:
                    break
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                why = type(error).__name__
            if attempt < attempts - 1:
                await asyncio.sleep(pause_s)
                pause_s *= 4
        log.error("the webhook did not take an event of kind %s: %s", told["event"], why)
        return False

    async def close(self) -> None:
        """What waits is tried for a moment more."""
        if self._task is not None and not self._task.done():
            await asyncio.wait({self._task}, timeout=2.0)
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=1.0)
