"""What goes wrong when readers come from elsewhere: addresses, proxies, origins, money, keys."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from hyperrun.commands.doctor.finding import Finding, good, note, risk, wrong
from hyperrun.settings import Settings

MIN_SECRET_CHARS = 16
WIDEST_PROXIES = {4: 8, 6: 16}  # bits: private networks are not wider


def is_public(settings: Settings) -> bool:
    """Is this server meant for others than whoever started it?"""
    return not _is_local(settings.host) or bool(
        settings.public_url and not _is_local(urlsplit(settings.public_url).hostname or "")
    )


def check(settings: Settings) -> Iterator[Finding]:
    """All that matters in public."""
    yield from _address(settings)
    yield from _proxies(settings)
    yield from _origins(settings)
    yield from _money(settings)
    yield from _secrets(settings)


def _address(settings: Settings) -> Iterator[Finding]:
    public = urlsplit(settings.public_url)
    if not settings.public_url:
        yield risk(
            "address",
            "the server's own address is not known: behind a proxy that changes Host, every "
            "question is refused as another site's",
            "HYPERRUN_PUBLIC_URL=https://chat.example.org",
        )
    elif public.scheme == "http" and not _is_local(public.hostname or ""):
        yield risk(
            "address",
            "it is plain http: a page on https cannot show the chat, and questions and keys travel "
            "in the clear",
            f"HYPERRUN_PUBLIC_URL=https://{public.netloc}  # and a proxy that ends TLS",
        )
    else:
        yield good("address", settings.public_url)
    site = urlsplit(settings.site_url).hostname or ""
    if settings.site_url and _is_local(site):
        yield wrong(
            "address",
            f"the documentation's address is {settings.site_url}: readers' links lead nowhere",
            "HYPERRUN_SITE_URL=https://docs.example.org",
        )
    elif not settings.site_url:
        yield note(
            "address",
            "the documentation's address is not set: it is taken from the generator's "
            "configuration where that says it",
            "HYPERRUN_SITE_URL=https://docs.example.org",
        )


def _proxies(settings: Settings) -> Iterator[Finding]:
    is_behind = settings.public_url.startswith("https://")
    if not settings.trusted_proxies:
        if is_behind:
            yield risk(
                "proxy",
                "something in front of this server ends TLS and is not named: all readers share "
                "its address, and the limits of one",
                "HYPERRUN_TRUSTED_PROXIES=127.0.0.1  # or the proxy's address or network",
            )
        return
    for each in settings.trusted_proxies:
        try:
            network = ip_network(each, strict=False)
        except ValueError:
            yield wrong(
                "proxy",
                f"HYPERRUN_TRUSTED_PROXIES: {each!r} is no address and no network",
                "HYPERRUN_TRUSTED_PROXIES=10.0.0.0/8,127.0.0.1",
            )
            continue
        if network.prefixlen < WIDEST_PROXIES[network.version]:
            yield risk(
                "proxy",
                f"{each} lets nearly everybody say who they are: limits by address hold nobody",
                "HYPERRUN_TRUSTED_PROXIES=127.0.0.1  # the proxy's own address or network",
            )


def _origins(settings: Settings) -> Iterator[Finding]:
    allowed = [each.rstrip("/").lower() for each in settings.allowed_origins]
    if any(each in ("*", "http://*", "https://*") for each in allowed) or not (
        allowed or settings.site_url
    ):
        yield risk(
            "origins",
            "any site may show this chat, and its readers ask on your account",
            "HYPERRUN_ALLOWED_ORIGINS=https://docs.example.org",
        )
        return
    for each in allowed:
        parts = urlsplit(each if "://" in each else f"https://{each}")
        if parts.path or parts.query:
            yield wrong(
                "origins",
                f"HYPERRUN_ALLOWED_ORIGINS: {each} has a path, and an origin has none",
                f"HYPERRUN_ALLOWED_ORIGINS={parts.scheme}://{parts.netloc}",
            )
    own = urlsplit(settings.site_url)
    hosts = [each.rpartition("://")[2].partition("/")[0] for each in allowed]
    if own.netloc and hosts and not any(_admits(host, own.netloc) for host in hosts):
        yield wrong(
            "origins",
            f"the documentation's own site, {own.netloc}, is not among HYPERRUN_ALLOWED_ORIGINS",
            f"HYPERRUN_ALLOWED_ORIGINS={','.join((*settings.allowed_origins, _origin(own)))}",
        )
    else:
        yield good("origins", ", ".join(allowed) or _origin(own))


def _admits(allowed: str, host: str) -> bool:
    if allowed.startswith("*."):
        return host.endswith(allowed[1:])
    return host == allowed


def _origin(parts: object) -> str:
    return f"{parts.scheme}://{parts.netloc}"  # type: ignore[attr-defined]


def _money(settings: Settings) -> Iterator[Finding]:
    pays = bool(settings.model or settings.azure_endpoint)
    if pays and settings.daily_budget_usd is None:
        yield risk(
            "budget",
            "readers spend the operator's money, and there is no wall",
            "HYPERRUN_DAILY_BUDGET_USD=5",
        )
    elif pays:
        yield good("budget", f"{settings.daily_budget_usd:g} USD a day")
    if pays and 0 in (settings.questions_per_minute, settings.questions_per_minute_per_address):
        yield risk(
            "budget",
            "one reader may ask without a limit: a rate is 0",
            "unset HYPERRUN_QUESTIONS_PER_MINUTE HYPERRUN_QUESTIONS_PER_MINUTE_PER_ADDRESS",
        )


def _secrets(settings: Settings) -> Iterator[Finding]:
    for variable, value in (
        ("HYPERRUN_REINDEX_SECRET", settings.reindex_secret),
        ("HYPERRUN_DESK_PASSWORD", getattr(settings, "desk_password", "")),
        ("HYPERRUN_MCP_TOKEN", getattr(settings, "mcp_token", "")),
    ):
        if value and len(value) < MIN_SECRET_CHARS:
            yield risk(
                "secrets",
                f"{variable} has {len(value)} characters, and can be guessed",
                f'{variable}="$(openssl rand -hex 24)"',
            )
    if settings.log_questions:
        yield risk("privacy", "logs hold what readers ask", "unset HYPERRUN_LOG_QUESTIONS")
    if settings.keep_days == 0:
        yield risk("privacy", "conversations are kept for ever", "HYPERRUN_KEEP_DAYS=30")


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
