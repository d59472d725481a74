"""Who is really asking, when a proxy stands in front: only proxies we trust are believed.

Each proxy appends the address it was asked from to `X-Forwarded-For`. Read from the right, the
first address that is not one of ours is the reader; all further left is what they wrote themselves.
The host is never taken from a forwarded header.
"""

import logging
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from hyperrun.errors import BadSetting
from hyperrun.visitor import parsed_address

log = logging.getLogger(__name__)

MAX_HOPS = 20
_FORWARDED = (
    b"x-forwarded", b"x-real-", b"x-original-", b"x-rewrite-", b"forwarded", b"via", b"cdn-loop",
    b"cf-connecting-", b"cf-ray", b"true-client-ip", b"x-client-ip", b"x-cluster-client-ip",
    b"client-ip", b"fastly-client-ip", b"fly-client-ip", b"x-envoy-", b"x-appengine-", b"x-azure-",
    b"x-proxy", b"proxy-", b"x-arr-",
)  # fmt: skip


class Client(NamedTuple):
    """Where a request came from, and how it reached the outermost trusted proxy."""

    address: str
    scheme: str


class Proxies:
    """The proxies whose forwarded headers count: addresses and networks. Raises `BadSetting`."""

    def __init__(self, trusted: Sequence[str]) -> None:
        try:
            self._networks = [_network(each) for each in trusted]
        except ValueError as error:
            raise BadSetting(f"HYPERRUN_TRUSTED_PROXIES: {error}") from error

    def trusts(self, address: str) -> bool:
        """Is this one of ours?"""
        known = parsed_address(address)
        return known is not None and any(known in network for network in self._networks)

    def client(
        self, peer: str, scheme: str, forwarded_for: Sequence[str], forwarded_proto: Sequence[str]
    ) -> Client:
        """The reader's address and scheme, from the connection's and all forwarded headers'."""
        address = _plain(peer)
        if not self.trusts(address):
            return Client(address, scheme)
        hops = ",".join(forwarded_for).split(",")[-MAX_HOPS:]
        for hop in reversed(hops):
            known = parsed_address(hop)
            if known is None:
                break
            address = str(known)
            if not self.trusts(address):
                break
        protocol = ",".join(forwarded_proto).split(",")[-1].strip().lower()
        return Client(address, protocol if protocol in ("http", "https") else scheme)


def _plain(text: str) -> str:
    found = parsed_address(text)
    return str(found) if found is not None else text


def _network(text: str) -> IPv4Network | IPv6Network:
    """A network; one of IPv4 addresses written as IPv6's (::ffff:10.0.0.0/104) as what it means.

    Raises ValueError where that is not one of IPv4 alone.
    """
    network = ip_network(text, strict=False)
    mapped = ip_address(text.partition("/")[0])
    if isinstance(network, IPv6Network) and isinstance(mapped, IPv6Address) and mapped.ipv4_mapped:
        if network.prefixlen < 96:
            raise ValueError(f"{text} holds more than the IPv4 addresses; write /96 or longer")
        return IPv4Network((mapped.ipv4_mapped, network.prefixlen - 96), strict=False)
    return network


class ProxiesMiddleware:
    """Puts the reader's own address and scheme into the scope and drops forwarded headers."""

    def __init__(self, app: ASGIApp, proxies: Proxies) -> None:
        self.app = app
        self.proxies = proxies
        self.has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # No copy: while an answer is streamed, each connection would hold two.
            scope.update(self.own(scope))
        await self.app(scope, receive, send)

    def own(self, scope: Scope) -> Scope:
        """What is different in the scope as it would be without proxies."""
        peer, port = scope.get("client") or ("", 0)
        headers = scope["headers"]
        kept = [each for each in headers if not each[0].startswith(_FORWARDED)]
        client = self.proxies.client(
            peer,
            scope["scheme"],
            [value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"],
            [value.decode("latin-1") for name, value in headers if name == b"x-forwarded-proto"],
        )
        forwarded = len(kept) != len(headers)
        if forwarded and not self.has_warned and not self.proxies.trusts(peer):
            self.has_warned = True
            log.warning(
                "forwarded headers from %s are ignored; if it is your proxy, "
                "name it in HYPERRUN_TRUSTED_PROXIES: else all its readers share one limit",
                peer,
            )
        return {
            "client": (client.address, port),
            "scheme": client.scheme,
            "headers": kept,
            "hyperrun.forwarded": forwarded,
            "hyperrun.trusted": self.proxies.trusts(peer),
        }
