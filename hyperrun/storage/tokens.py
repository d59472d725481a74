"""Conversation tokens: the only authority over a conversation.

A token is a random id and its signature, `id.signature`, both urlsafe base64. It travels in the
body of forms and nowhere else.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from hyperrun.domain import reader_of
from hyperrun.storage.files import secret

_ID_BYTES = 18
_BESIDE_BYTES = 6


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation, and the token that is its reader's authority over it."""

    conversation: str
    token: str = field(repr=False)


class Tokens:
    """Mints and checks tokens with a key that is made once and kept in `data_dir`."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "token.key"

    @cached_property
    def _key(self) -> bytes:
        return secret(self._path)

    def open(self, token: str) -> Session:
        """The conversation that `token` speaks for; a new one of a new reader where it is none of
        ours."""
        conversation = self.check(token)
        return Session(conversation, token) if conversation else self.new()

    def new(self, beside: str = "") -> Session:
        """A new conversation: of the reader of `beside`, where that is given."""
        if beside:
            conversation = f"{reader_of(beside)}~{secrets.token_urlsafe(_BESIDE_BYTES)}"
        else:
            conversation = secrets.token_urlsafe(_ID_BYTES)
        return Session(conversation, self.of(conversation))

    def of(self, conversation: str) -> str:
        """The token of a conversation, for its reader alone."""
        return f"{conversation}.{self._sign(conversation)}"

    def check(self, token: str) -> str | None:
        """The conversation that `token` speaks for; None for anything we have not signed."""
        conversation, _, signature = token.partition(".")
        if len(reader_of(conversation)) != len(urlsafe_b64encode(bytes(_ID_BYTES))):
            return None
        if not (conversation.isascii() and signature.isascii()):
            return None
        if not hmac.compare_digest(signature, self._sign(conversation)):
            return None
        return conversation

    def share(self, turn_id: str) -> str:
        """What a link to one answer carries: it lets read this answer and nothing else."""
        return f"{turn_id}.{self._sign(f'share {turn_id}')}"

    def shared(self, link: str) -> str | None:
        """The turn that a link shares; None for anything we have not signed."""
        turn_id, _, signature = link.partition(".")
        if not (turn_id and link.isascii()):
            return None
        signed = hmac.compare_digest(signature, self._sign(f"share {turn_id}"))
        return turn_id if signed else None

    def _sign(self, conversation: str) -> str:
        digest = hmac.digest(self._key, conversation.encode(), hashlib.sha256)
        return urlsafe_b64encode(digest).rstrip(b"=").decode()
