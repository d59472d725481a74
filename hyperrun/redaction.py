"""What a secret looks like, in one table: for a repository's text, for readers' questions, for what
a model is sent and for the log.

Kinds and shapes are those that gitleaks and detect-secrets know and that have a mark of their own;
a key without one is only told from other text by what stands before it, and only in the log.
"""

import contextvars
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from hyperrun.settings import Settings

REDACTED = "[redacted]"
REMOVED = "[removed]"

# What a reader wrote in this request; providers repeat it in their errors.
_questions: contextvars.ContextVar[tuple[str, ...]] = contextvars.ContextVar(
    "questions", default=()
)


@dataclass(frozen=True)
class Shape:
    """One kind of secret. `marks` are what its text holds one of: looked for first, because that
    is ten times as fast as the patterns."""

    kind: str
    marks: tuple[str, ...]
    sources: tuple[str, ...]  # one for each mark, or one for all

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """Compiled when a text holds one of the marks."""
        return tuple(re.compile(source) for source in self.sources)


def _after(kind: str, *marks: str, chars: str = r"[\w-]", least: int = 20) -> Shape:
    """A secret that is one of `marks` and `least` more characters or longer."""
    # The mark first: what stands before it is only looked at where it is found.
    each = (rf"{re.escape(mark)}(?<!\w{re.escape(mark)}){chars}{{{least},}}" for mark in marks)
    return Shape(kind, marks, tuple(each))


SHAPES = (
    Shape(
        "private key",
        ("PRIVATE KEY",),
        (r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?"
        r"(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|$)",),
    ),
    Shape("age key", ("AGE-SECRET-KEY-1",), (r"AGE-SECRET-KEY-1[0-9A-Z]{50,}",)),
    Shape(
        "JSON web token",
        ("eyJ",),
        (r"eyJ(?<!\weyJ)[\w-]{10,}\.(?:eyJ)?[\w-]{10,}(?:\.[\w-]+)?",),
    ),
    Shape("Fernet", ("gAAAA",), (r"gAAAA(?<!\wgAAAA)[\w=-]{20,}",)),
    # Language models. A class like sk-folding-cube-animation holds no digit.
    Shape(
        "OpenAI, Anthropic, OpenRouter, DeepSeek",
        ("sk-",),
        (r"sk-(?<!\wsk-)(?=[\w-]{0,80}\d)[\w-]{16,}",),
    ),
    _after("Groq", "gsk_"),
    _after("xAI", "xai-"),
    _after("NVIDIA", "nvapi-"),
    _after("Perplexity", "pplx-"),
    _after("Replicate", "r8_"),
    _after("Together", "tgp_v1_"),
    _after("Hugging Face", "hf_", "api_org_"),
    _after("Cerebras", "csk-"),
    _after("Fireworks", "fw_", chars=r"[A-Za-z0-9]"),
    _after("Jina", "jina_"),
    _after("Voyage", "voyage-", "pa-", chars=r"(?=[\w-]{0,40}[A-Z])[\w-]", least=40),
    _after("Tavily", "tvly-"),
    _after("LangSmith", "lsv2_pt_", "lsv2_sk_"),
    _after("Anyscale", "esecret_"),
    _after("ElevenLabs", "sk_", chars=r"[0-9a-f]", least=48),
    # Clouds
    Shape(
        "AWS",
        ("AKIA", "ASIA", "ABIA", "ACCA"),
        (r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b",),
    ),
    Shape("Google", ("AIza",), (r"AIza(?<!\wAIza)[\w-]{30,}",)),
    _after("Google sign-in", "GOCSPX-", "ya29."),
    Shape("Azure storage", ("AccountKey=",), (r"(?<=AccountKey=)[A-Za-z0-9+/]{80,}={0,2}",)),
    Shape("Azure sign-in", ("Q~",), (r"(?<![\w~.])[\w~.]{3}\dQ~[\w~.-]{31,34}",)),
    _after("DigitalOcean", "dop_v1_", "doo_v1_", "dor_v1_", chars=r"[0-9a-f]", least=40),
    _after("Alibaba", "LTAI", chars=r"[A-Za-z0-9]"),
    _after("Databricks", "dapi", chars=r"[0-9a-f]", least=32),
    _after("Heroku", "HRKU-"),
    _after("Fly", "fo1_", "fm1_", "fm2_"),
    _after("Cloudflare", "v1.0-", chars=r"[0-9a-f-]", least=100),
    _after("Vercel", "vcp_", "vck_"),
    _after("Supabase", "sbp_", "sb_secret_"),
    _after("PlanetScale", "pscale_tkn_", "pscale_pw_", "pscale_oauth_", chars=r"[\w.=-]"),
    _after("HashiCorp Vault", "hvs.", "hvb.", least=24),
    Shape("Terraform", (".atlasv1.",), (r"\b[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}",)),
    _after("Pulumi", "pul-", chars=r"[0-9a-f]", least=40),
    _after("Doppler", "dp.pt.", "dp.st.", "dp.ct.", chars=r"[\w.]"),
    # Code and packages
    _after("GitHub", "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
    _after("GitHub, fine-grained", "github_pat_", least=22),
    _after("GitLab", "glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-", "glft-", "gloas-"),
    _after("npm", "npm_", chars=r"[A-Za-z0-9]", least=36),
    _after("PyPI", "pypi-", least=50),
    _after("RubyGems", "rubygems_", chars=r"[0-9a-f]", least=40),
    _after("crates.io", "cio", chars=r"[A-Za-z0-9]", least=32),
    _after("Docker", "dckr_pat_", "dckr_oat_"),
    _after("JFrog", "AKCp", chars=r"[A-Za-z0-9]", least=60),
    _after("Atlassian", "ATATT3", "ATCTT3", chars=r"[\w=-]", least=60),
    _after("Linear", "lin_api_"),
    _after("Postman", "PMAK-"),
    _after("Figma", "figd_"),
    _after("Sentry", "sntrys_", "sntryu_", chars=r"[\w+/=-]"),
    _after("Grafana", "glsa_", "glc_", chars=r"[\w+/=-]", least=32),
    _after("New Relic", "NRAK-", chars=r"[A-Z0-9]"),
    # Messages and money
    _after("Slack", "xoxa-", "xoxb-", "xoxe-", "xoxe.", "xoxo-", "xoxp-", "xoxr-", "xoxs-",
           "xapp-", chars=r"[\w.-]", least=10),
    Shape(
        "Slack webhook",
        ("hooks.slack.com/",),
        (r"(?<=hooks\.slack\.com/)(?:services|workflows|triggers)/[\w/+-]{20,}",),
    ),
    Shape(
        "Discord webhook",
        ("/api/webhooks/",),
        (r"(?<=/api/webhooks/)\d{15,}/[\w-]{40,}",),
    ),
    Shape("Telegram", (":AA",), (r"\b\d{8,10}:AA[\w-]{30,}",)),
    _after("Stripe", "sk_live_", "rk_live_", "sk_test_", "rk_test_", "whsec_",
           chars=r"[A-Za-z0-9]", least=16),
    _after("Square", "sq0atp-", "sq0csp-"),
    _after("Shopify", "shpat_", "shpca_", "shppa_", "shpss_", chars=r"[0-9a-fA-F]", least=32),
    Shape("SendGrid", ("SG.",), (r"SG\.(?<!\wSG\.)[\w-]{16,}\.[\w-]{16,}",)),
    Shape("Mailchimp", ("-us1", "-us2", "-us3", "-us4", "-us5", "-us6", "-us7", "-us8", "-us9"),
          (r"\b[0-9a-f]{32}-us\d{1,2}\b",)),
    Shape("Mailgun", ("key-",), (r"key-(?<!\wkey-)[0-9a-f]{32}\b",)),
    Shape("Twilio", ("SK",), (r"SK(?<!\wSK)[0-9a-f]{32}\b",)),
    _after("Sendinblue", "xkeysib-"),
    _after("Notion", "ntn_", "secret_", chars=r"[A-Za-z0-9]", least=40),
    Shape("Airtable", ("pat",), (r"pat(?<!\wpat)[A-Za-z0-9]{14}\.[0-9a-f]{40,}",)),
    _after("Dynatrace", "dt0c01.", "dt0s01.", chars=r"[A-Z0-9.]"),
)  # fmt: skip

# No secret but a private key has a space in it, and all are longer than this: marks are looked for
# in such words alone, 0.5 ms of a page's text instead of 5.
_SHORTEST = 15
_MARKS = tuple((mark, shape) for shape in SHAPES for mark in shape.marks)

# In a log nothing is quoted that would miss them, so what only may be a secret goes as well.
_LIKELY = re.compile(
    r"""
    \b(?:sk|pk|rk)-[\w-]{12,}
    | \b(?:gsk|r8|hf|gh[opsur]|tgp_v1|nvapi|pplx|xai|glpat|github_pat|voyage|jina)[-_][\w-]{12,}
    | (?<=bearer[ ])[^\s"',;]{6,}
    | (?<=://)[^\s/@"']*:[^\s/@"']+(?=@)          # user:password@ in an address
    | (?:api[-_ ]?key|token|secret|password|authorization)["']?\s*[:=]\s*(?:b?["'])?
      (?!(?:bearer|none|null|true|false)\b)[^\s"',;&)}\]]{6,}
    """,
    re.IGNORECASE | re.VERBOSE,
)


def without_secrets(text: str, replacement: str = REMOVED) -> str:
    """`text` with everything that has a secret's shape taken out; its lines keep their numbers."""
    words = [word for word in text.split() if len(word) >= _SHORTEST]
    if "PRIVATE KEY" in text:
        words.append("PRIVATE KEY")
    if not words:
        return text
    dense = "\n".join(words)
    for shape in dict.fromkeys([shape for mark, shape in _MARKS if mark in dense]):
        for pattern in shape.patterns:
            text = pattern.sub(lambda match: replacement + "\n" * match[0].count("\n"), text)
    return text


_MAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")


def without_personal(text: str) -> str:
    """`text` as it is kept for insight: without e-mail addresses, keys, tokens, passwords in
    addresses, and whatever else only may be a secret."""
    return _LIKELY.sub(REMOVED, _MAIL.sub(REMOVED, without_secrets(text)))


def without_secrets_in(message: Any) -> Any:
    """A model's message, or a copy of it where its text holds something of a secret's shape."""
    content = message.get("content")
    if not isinstance(content, str) or (cleaned := without_secrets(content)) == content:
        return message
    return {**dict(message), "content": cleaned}


def redact_from_logs(question: str) -> None:
    """Let no line that is logged from here on, in this request and its tasks, hold the question.

    In pieces: what quotes it escapes line ends and quotes.
    """
    parts = re.split(r"[^\w ?!.,:;()-]+", question)
    _questions.set(tuple(part for part in parts if len(part) > 11))


def redacted(text: str, known: Iterable[str] = ()) -> str:
    """`text` without anything that is in `known`, belongs to a reader or looks like a key."""
    for secret in (*known, *_questions.get()):
        text = text.replace(secret, REDACTED)
    return _LIKELY.sub(REDACTED, without_secrets(text, REDACTED))


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """The operator's own secrets, longest first; too short ones would blacken whole words."""
    kept = [getattr(settings, each.name) for each in fields(settings) if not each.repr]
    values = [str(each) for value in kept for each in (value if type(value) is tuple else (value,))]
    return tuple(sorted({value for value in values if len(value) >= 6}, key=len))[::-1]
