"""Whose pages may show the chat, and whose pages may change anything.

Framing and changing are two questions. Any allowed site may show the chat page in a frame; only the
chat page itself, which comes from our own origin wherever it stands, may post to the chat. The
doors of programs (`web/doors.py`) are open to the pages of allowed sites, too.
"""

import re
import socket
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import Scope

from hyperrun.errors import BadSetting
from hyperrun.settings import Settings

ANYWHERE = ("http:", "https:", "file:")  # `*` does not match pages opened from a file
LOCALHOST = tuple(
    f"{scheme}://{host}:*" for host in ("localhost", "127.0.0.1") for scheme in ("http", "https")
)

_SOURCE = re.compile(
    r"(?:https?://)?(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
    r"(?::(?:\d{1,5}|\*))?"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def frame_ancestors(settings: Settings) -> tuple[str, ...]:
    """Sources for the policy of the chat page: who may show it.

    What the operator allows; unset, the documentation's site, this server and localhost; where the
    documentation's address is not known either, every site. Raises `BadSetting`.
    """
    own = _named("HYPERRUN_PUBLIC_URL", settings.public_url)
    if settings.allowed_origins:
        try:
            return ("'self'", *own, *(_source(each) for each in settings.allowed_origins))
        except BadSetting as error:
            raise BadSetting(f"HYPERRUN_ALLOWED_ORIGINS: {error}") from error
    if settings.site_url:
        return ("'self'", *own, *_named("HYPERRUN_SITE_URL", settings.site_url), *LOCALHOST)
    return ANYWHERE


def image_origins(settings: Settings) -> tuple[str, ...]:
    """Sources of the pictures that pages may load, beside our own: the logo's, where it has an
    address, and those that answers may show. Raises `BadSetting`."""
    places = [settings.logo] if settings.logo.startswith("https://") else []
    try:
        return tuple(dict.fromkeys(origin(each) for each in [*places, *settings.images]))
    except BadSetting as error:
        raise BadSetting(f"HYPERRUN_IMAGES or HYPERRUN_LOGO: {error}") from error


def any_site_may_show(settings: Settings) -> bool:
    """Is this a fresh install that any site may show? Worth a loud word at start and on `/`."""
    return frame_ancestors(settings) == ANYWHERE


def origin(address: str) -> str:
    """Scheme, host and port of an http(s) address. Raises `BadSetting` where that is not all."""
    try:
        parts = urlsplit(address)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError as error:  # of which the codec's errors are some
        raise BadSetting(f"{address!r} is no address: {error}") from error
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise BadSetting(f"{address!r} is no http(s) address")
    if port is None or port == _DEFAULT_PORTS[parts.scheme]:
        return _source(f"{parts.scheme}://{host}")
    return _source(f"{parts.scheme}://{host}:{port}")


def _named(variable: str, address: str) -> tuple[str, ...]:
    """The origin of the address that a variable holds; none where it holds none."""
    try:
        return (origin(address),) if address else ()
    except BadSetting as error:
        raise BadSetting(f"{variable}: {error}") from error


def _source(text: str) -> str:
    """One allowed origin, exact or with `*.` before it. It becomes part of a header."""
    text = text.strip().rstrip("/").lower()
    if text == "*":
        return " ".join(ANYWHERE)
    if not _SOURCE.fullmatch(text):
        raise BadSetting(
            f"{text[:100]!r} is not like https://docs.example.org or https://*.example.org"
        )
    return text


def own_names(settings: Settings) -> frozenset[str]:
    """The host names by which this server is asked for, beside those that nobody else can have."""
    names = {settings.host.lower(), socket.gethostname().lower()}
    names.add(f"{socket.gethostname().lower()}.local")
    if settings.public_url:
        names.add(urlsplit(settings.public_url).hostname or "")
    return frozenset(names - {""})


def host_name(host: str) -> str:
    """The name in a `Host` header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".").lower()


def is_own_host(name: str, names: frozenset[str]) -> bool:
    """Is this a name of ours: one of `names`, an address, or a name that no foreign page can have
    its own lead from (localhost, and names without a dot, which the public name system has not)?"""
    if not name or "." not in name or name in names or name.endswith(".localhost"):
        return True
    try:
        ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def path_within(scope: Scope) -> str:
    """A request's path without the prefix that this app is mounted under."""
    path, prefix = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(prefix) if prefix and path.startswith(f"{prefix}/") else path


def server_url(request: Request) -> str:
    """This server's address as the request has it, with the path that it is mounted under.

    `request.base_url` is that of the outermost app.
    """
    path = f"{request.scope.get('root_path', '')}/"
    return str(request.url.replace(path=path, query="", fragment=""))


def page_sources(settings: Settings) -> tuple[str, ...]:
    """The sites whose pages may use the doors of programs: those that may show the chat. Where
    nobody has said which, pages on this machine alone."""
    named = frame_ancestors(settings)
    return LOCALHOST if named == ANYWHERE else named


def stands_in(asker: str, sources: tuple[str, ...]) -> bool:
    """Is the origin `asker` one of `sources`, as a policy would read them?"""
    scheme, _, place = asker.lower().partition("://")
    name, port = _host(asker.lower()) or ("", None)
    if not place or not name or scheme not in _DEFAULT_PORTS:
        return False
    for source in " ".join(sources).split():
        if source == f"{scheme}:":
            return True
        own_scheme, has_scheme, rest = source.rpartition("://")
        if has_scheme and own_scheme != scheme:
            continue
        own_name, _, own_port = rest.partition(":")
        wanted = None if own_port in ("", str(_DEFAULT_PORTS[scheme])) else own_port
        if own_port != "*" and wanted != (str(port) if port is not None else None):
            continue
        if own_name == name or (own_name.startswith("*.") and name.endswith(own_name[1:])):
            return True
    return False


def is_own_page(headers: Mapping[str, str], public_url: str = "") -> bool:
    """Does a request that changes something come from a page of this server?

    A browser says so in `Sec-Fetch-Site` (on https and localhost), which no page can forge and no
    proxy changes: that decides. Elsewhere `Origin` and `Referer` must not name anybody else, and
    one of `Origin` and the header that htmx adds must be there: a foreign page can add neither, for
    we answer no preflight for the chat.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    own = {_host(f"//{headers.get('host', '')}"), _host(public_url)} - {None}
    asker, referrer = headers.get("origin"), headers.get("referer")
    if any(each is not None and _host(each) not in own for each in (asker, referrer)):
        return False
    return asker is not None or headers.get("hx-request") == "true"


def _host(address: str) -> tuple[str, int | None] | None:
    """Host and port of an address; None where there is no telling, which is nobody's.

    The scheme is left out: behind a proxy that ends TLS we do not see it. So is a default port.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or parts.scheme not in ("", *_DEFAULT_PORTS):
        return None
    return parts.hostname, None if port in (80, 443) else port
