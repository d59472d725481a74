"""What a setting's value may be, and what is said of one that makes no sense."""

import re
from collections.abc import Iterator
from dataclasses import fields

from hyperrun.settings.values import Values

MIN_PASSWORD_CHARS = 12
_ONE_OF = {
    "search": ("auto", "embedded", "colgrep"),
    "crawl": ("off", "on", "private"),
    "mcp": ("on", "passages", "search", "off"),
    "reasoning_effort": ("", "none", "minimal", "low", "medium", "high"),
    "suggestions": ("off", "headings", "model"),
}
# What is said of the wrong ones, and how the right ones begin.
HOME = r"(?!.*(?:[?#]|/index\.html?$))"  # where a site begins, to which its pages' paths are added
NO_HOME = "is where the site begins: without index.html, ? and #"
_FORMS = {
    "is an http(s) address": (r"https?://[^\s/]", (
        "site_url", "public_url", "webhook_url", "privacy_url", "api_base", "azure_endpoint",
        "embedding_api_base",
    )),
    "holds a name or a password, and is shown to readers": (
        r"(?!https?://[^/?#]*@)", ("site_url", "public_url", "privacy_url"),
    ),
    NO_HOME: (HOME, ("site_url", "public_url")),
    "is an http(s) address, or mailto:": (r"https?://[^\s/{]|mailto:[^\s{]", ("human_url",)),
    "begins with postgresql://": (r"postgres(?:ql)?://", ("database_url", "database_listen_url")),
    "begins with smtp:// or smtps://": (r"smtps?://[^\s/]", ("smtp_url",)),
    "holds what is in no key (a quotation mark, a space, “Bearer”)": (
        r"(?!Bearer\b)[!#-&(-~]+$", ("api_key", "azure_api_key", "embedding_api_key"),
    ),
}  # fmt: skip
# With 0 nothing would ever be answered, or a site be fetched without a pause.
_MORE_THAN_NONE = (
    "crawl_every_h", "max_crawled_pages", "max_answer_tokens", "model_first_token_timeout_s",
    "model_idle_timeout_s", "answer_timeout_s", "desk_session_h", "database_connections",
)  # fmt: skip
_PUT_IN = ("question", "page", "answer")  # into HYPERRUN_HUMAN_URL
MAX_DAYS = 36_500


def faults(settings: Values) -> Iterator[str]:
    """What makes no sense in values that are well-formed, one sentence for each."""
    if not 0 <= settings.port <= 65535:
        yield "PORT is between 0 and 65535"
    for name, allowed in _ONE_OF.items():
        if getattr(settings, name) not in allowed:
            *first, last = filter(None, allowed)
            yield f"{settings.variable(name)} is {', '.join(first)} or {last}"
    if settings.log_level.lower() not in ("debug", "info", "warning", "error"):
        yield "HYPERRUN_LOG_LEVEL is debug, info, warning or error"
    yield from _numbers(settings)
    yield from _secrets(settings)
    for said, (form, names) in _FORMS.items():
        for name in names:
            if (value := getattr(settings, name)) and not re.match(form, value):
                yield f"{settings.variable(name)} {said}"
    for name in re.findall(r"\{(\w*)\}", settings.human_url):
        if name not in _PUT_IN:
            yield f"HYPERRUN_HUMAN_URL: there is no {{{name}}}, but {{{'}, {'.join(_PUT_IN)}}}"
    yield from _needs(settings)


def _numbers(settings: Values) -> Iterator[str]:
    for each in fields(settings):
        value = getattr(settings, each.name)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0:
            yield f"{each.metadata['variable']} cannot be negative"
    for name in _MORE_THAN_NONE:
        if getattr(settings, name) == 0:
            yield f"{settings.variable(name)} is more than 0"
    if settings.keep_days > MAX_DAYS:
        yield f"HYPERRUN_KEEP_DAYS is at most {MAX_DAYS}; 0: never"


def _secrets(settings: Values) -> Iterator[str]:
    tokens = (*settings.api_tokens, *filter(None, [settings.mcp_token]))
    if any(len(token) < 20 for token in tokens):
        yield "HYPERRUN_API_TOKENS and HYPERRUN_MCP_TOKEN have 20 characters or more"
    if settings.secret and not re.fullmatch(r"(?:[0-9a-fA-F]{2}){32,}", settings.secret):
        yield "HYPERRUN_SECRET is 64 or more hexadecimal digits (openssl rand -hex 32)"
    for name in ("desk_password", "desk_read_password"):
        password = getattr(settings, name)
        if password and len(password) < MIN_PASSWORD_CHARS:
            yield f"{settings.variable(name)} is shorter than {MIN_PASSWORD_CHARS} characters"


def _needs(settings: Values) -> Iterator[str]:
    """What means nothing without another."""
    if settings.desk_header and not settings.trusted_proxies:
        yield "HYPERRUN_DESK_HEADER needs the proxy in HYPERRUN_TRUSTED_PROXIES"
    if settings.desk_header.lower().startswith("x-forwarded"):
        yield "HYPERRUN_DESK_HEADER is another than X-Forwarded-…, such as Remote-User"
    if settings.desk_users and not settings.desk_header:
        yield "HYPERRUN_DESK_USERS needs HYPERRUN_DESK_HEADER, which says who they are"
    if settings.escalation == "webhook":
        if not settings.webhook_url:
            yield "HYPERRUN_ESCALATION=webhook needs HYPERRUN_WEBHOOK_URL"
    elif settings.escalation and "@" not in settings.escalation:
        yield "HYPERRUN_ESCALATION is `webhook` or a mail address"
    elif settings.escalation and not settings.smtp_url:
        yield "HYPERRUN_ESCALATION by mail needs HYPERRUN_SMTP_URL"
