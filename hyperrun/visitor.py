"""Who is asking, as far as limits and logs may tell readers apart: addresses and names for them."""

import hashlib
import secrets
import time
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_SALT = secrets.token_bytes(16)
_shared: list[bytes] = []  # what all processes make their names with


@lru_cache(maxsize=1_024)  # it is asked for five times a request
def parsed_address(text: str) -> IPv4Address | IPv6Address | None:
    """An address with or without a port; None where it is none."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        return found.ipv4_mapped
    return found


def network_of(address: str) -> str:
    """What limits are counted by: a v4 address, or the /64 that one v6 subscriber has at least."""
    found = parsed_address(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, 64), strict=False))
    return str(found) if found is not None else "unknown"


def visitor_of(address: str, user_agent: str) -> str:
    """A name for one browser at one address, good until the server restarts, or where there are
    several until midnight (UTC); nothing to keep."""
    text = f"{network_of(address)}\n{user_agent[:500]}".encode("utf-8", "replace")
    return hashlib.blake2b(text, key=_salt(), digest_size=12).hexdigest()


def share_names(secret: bytes) -> None:
    """From now on, name visitors as every process does that is given the same secret."""
    _shared[:] = [secret]


def _salt() -> bytes:
    if not _shared:
        return _SALT
    day = int(time.time() // 86_400)
    return hashlib.blake2b(str(day).encode(), key=_shared[0], digest_size=16).digest()
