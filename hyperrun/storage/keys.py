"""Readers' own API keys: encrypted in the database, with a key that is not in it."""

import asyncio
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from hyperrun.domain import reader_of
from hyperrun.storage.files import Secret
from hyperrun.storage.store import Store

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A reader's key and the model it is for."""

    model: str
    api_key: str = field(repr=False)


class Keys:
    """Keeps one key for each reader, under any conversation of theirs, until it is forgotten."""

    def __init__(self, secret: Secret, store: Store) -> None:
        self._secret = secret
        self._store = store

    @cached_property
    def _cipher(self) -> "Fernet":
        from cryptography.fernet import Fernet

        return Fernet(urlsafe_b64encode(self._secret("keys.key")))

    async def put(self, conversation: str, model: str, api_key: str) -> None:
        """Keep `api_key`; the one kept before is gone."""
        reader = reader_of(conversation)
        kept = {"conversation": reader, "model": model, "api_key": api_key}
        # In a thread: the first call imports a library and reads a file.
        ciphertext = await asyncio.to_thread(self._encrypted, json.dumps(kept).encode())
        await self._store.put_key(reader, ciphertext)

    def _encrypted(self, plain: bytes) -> bytes:
        return self._cipher.encrypt(plain)

    async def get(self, conversation: str) -> OwnKey | None:
        """The key that was kept; None where there is none, or it cannot be read any more."""
        reader = reader_of(conversation)
        ciphertext = await self._store.key(reader)
        if ciphertext is None:
            return None
        plain = await asyncio.to_thread(self._decrypted, ciphertext)
        kept = json.loads(plain) if plain else {}
        # A row that was moved to another reader is no key of theirs.
        if kept.get("conversation") != reader:
            return None
        return OwnKey(kept["model"], kept["api_key"])

    def _decrypted(self, ciphertext: bytes) -> bytes | None:
        from cryptography.fernet import InvalidToken

        try:
            return self._cipher.decrypt(ciphertext)
        except InvalidToken:  # the key file was replaced: what it encrypted is lost
            return None

    async def forget(self, conversation: str) -> None:
        """Delete the key, if there is one."""
        await self._store.forget_key(reader_of(conversation))
