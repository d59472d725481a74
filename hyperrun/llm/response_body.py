"""The body of a provider's response, read within bounds."""

import json
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from hyperrun.errors import ModelError

if TYPE_CHECKING:
    from aiohttp import ClientResponse

MAX_LINE_BYTES = 4_000_000
BOM = b"\xef\xbb\xbf"  # the format of event streams has it left out


async def read_at_most(response: "ClientResponse", max_bytes: int) -> bytes:
    """A body, or the beginning of a long one."""
    data = b""
    while len(data) < max_bytes and (more := await response.content.read(max_bytes - len(data))):
        data += more
    return data


async def read_events(response: "ClientResponse", model: str) -> AsyncGenerator[list[bytes], None]:
    """The data of a stream's events, those of one read together.

    An answer that is no stream, in spite of what was asked for, is one event.
    """
    content = response.content
    rest = b""
    is_stream: bool | None = None
    while data := await content.readany():
        rest += data.replace(b"\r", b"\n")  # a line may end in either, or in both
        if is_stream is None:
            rest = rest.removeprefix(BOM)
        if is_stream is None and rest.lstrip():
            is_stream = not rest.lstrip().startswith((b"{", b"["))
        if is_stream is False:
            if len(rest) > MAX_LINE_BYTES:
                raise ModelError(f"{model}: an answer without an end")
            continue
        *lines, rest = rest.split(b"\n")
        if len(rest) > MAX_LINE_BYTES:
            raise ModelError(f"{model}: a line without an end")
        yield [each[5:].strip() for each in lines if each.startswith(b"data:")]
    if is_stream is False:
        yield [_one_line(rest, model), b"[DONE]"]
    elif rest.startswith(b"data:"):
        yield [rest[5:].strip()]


def _one_line(data: bytes, model: str) -> bytes:
    """A JSON body, however it is laid out."""
    try:
        value = json.loads(data.decode())
    except ValueError as error:
        raise ModelError(f"{model}: unreadable answer: {data[:200]!r}") from error
    return json.dumps(value[0] if isinstance(value, list) and value else value).encode()
