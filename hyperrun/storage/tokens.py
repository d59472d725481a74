"""Conversation tokens: the only authority over a conversation.

A token is a random id and its signature, `id.signature`, both urlsafe base64. It travels in the
body of forms and nowhere else.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from functools import cached_property

from itsdangerous import BadSignature, Signer

from hyperrun.domain import reader_of
from hyperrun.storage.files import Secret

_ID_BYTES = 18
_BESIDE_BYTES = 6


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation, and the token that is its reader's authority over it."""

    conversation: str
    token: str = field(repr=False)
    is_new: bool = False  # and its reader: nothing is kept of them yet


class Tokens:
    """Mints and checks tokens with the secret `token.key`."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    @cached_property
    def _signer(self) -> Signer:
        # The key as it is: tokens that older versions have made stay valid.
        return Signer(
            self._secret("token.key"), digest_method=hashlib.sha256, key_derivation="none"
        )

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
        return Session(conversation, self.of(conversation), is_new=not beside)

    def of(self, conversation: str) -> str:
        """The token of a conversation, for its reader alone."""
        return self._signer.sign(conversation).decode()

    def check(self, token: str) -> str | None:
        """The conversation that `token` speaks for; None for anything we have not signed."""
        try:
            conversation = self._signer.unsign(token.encode()).decode()
        except (BadSignature, UnicodeError):
            return None
        if len(reader_of(conversation)) != len(urlsafe_b64encode(bytes(_ID_BYTES))):
            return None
        return conversation

    def share(self, turn_id: str) -> str:
        """What a link to one answer carries: it lets read this answer and nothing else."""
        return f"{turn_id}.{self._signer.get_signature(f'share {turn_id}').decode()}"

    def shared(self, link: str) -> str | None:
        """The turn that a link shares; None for anything we have not signed."""
        turn_id, _, signature = link.partition(".")
        if not (turn_id and link.isascii()):
            return None
        return turn_id if self._signer.verify_signature(f"share {turn_id}", signature) else None
