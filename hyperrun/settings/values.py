"""The whole list of what can be set: docs/settings.md is made from it, group by group.

Names of variables carry their unit.
"""

from dataclasses import dataclass
from pathlib import Path

from hyperrun.settings.variables import setting


@dataclass(frozen=True)
class Values:
    """Everything an operator can set, with its default; `Settings` is what is made of them."""

    host: str = setting("HOST", "127.0.0.1", "address to listen on")
    port: int = setting("PORT", 5001, "port to listen on")
    repo_path: str = setting(
        "HYPERRUN_REPO_PATH", ".", "the repository to answer about: a folder or a git URL"
    )
    site_url: str = setting(
        "HYPERRUN_SITE_URL", "", "the documentation's public address, for links"
    )
    config: str = setting(
        "HYPERRUN_CONFIG",
        "",
        "a file that names more than one source; unset: `hyperrun.toml` in the repository's folder",
    )
    site_dir: str = setting(
        "HYPERRUN_SITE_DIR",
        "",
        "the folder with the rendered site; unset: it is looked for; `off`: pages are not read",
        switches=("off",),
    )
    crawl: str = setting(
        "HYPERRUN_CRAWL",
        "off",
        "`on` fetches the published site below `HYPERRUN_SITE_URL`; `private` does so where that "
        "name leads to a private address, too",
        switches=("on", "off"),
    )
    crawl_every_h: float = setting(
        "HYPERRUN_CRAWL_EVERY_H", 24.0, "hours from one look at the published site to the next"
    )
    max_crawled_pages: int = setting(
        "HYPERRUN_MAX_CRAWLED_PAGES", 20_000, "pages of the published site that are read"
    )
    data_dir: Path = setting(
        "HYPERRUN_DATA_DIR",
        Path(".hyperrun"),
        "conversations, index, secrets (made with mode 0700)",
    )
    database_url: str = setting(
        "HYPERRUN_DATABASE_URL",
        "",
        "a PostgreSQL database that any number of processes share (`postgresql://…`); unset: one "
        "process and a SQLite file in the data folder",
        secret=True,
    )
    database_connections: int = setting(
        "HYPERRUN_DATABASE_CONNECTIONS", 10, "connections to it that one process keeps at most"
    )
    database_listen_url: str = setting(
        "HYPERRUN_DATABASE_LISTEN_URL",
        "",
        "where one connection of each process hears of news, if the other address leads to "
        "PgBouncer; without it, news are looked for ten times a second",
        secret=True,
    )
    database_wait_s: float = setting(
        "HYPERRUN_DATABASE_WAIT_S", 30.0, "how long a start waits for the database"
    )
    secret: str = setting(
        "HYPERRUN_SECRET",
        "",
        "32 or more random bytes as hex, the same for all processes, from which the tokens' and "
        "the keys' secrets are made; unset: they are made once, and kept in the data folder or the "
        "database",
        secret=True,
    )
    public_url: str = setting(
        "HYPERRUN_PUBLIC_URL", "", "the server's own address as readers see it"
    )

    # The model
    model: str = setting("HYPERRUN_MODEL", "", "LiteLLM model name; unset: extractive answers")
    api_key: str = setting("HYPERRUN_API_KEY", "", "the operator's key for that model", secret=True)
    api_base: str = setting("HYPERRUN_API_BASE", "", "an OpenAI-compatible base URL")
    system_prompt: str = setting("SYSTEM_PROMPT", "", "replaces the default instructions")
    azure_endpoint: str = setting("AZURE_OPENAI_ENDPOINT", "", "Azure OpenAI: endpoint")
    azure_api_key: str = setting("AZURE_OPENAI_API_KEY", "", "Azure OpenAI: key", secret=True)
    azure_api_version: str = setting("AZURE_OPENAI_API_VERSION", "", "Azure OpenAI: API version")
    azure_deployment: str = setting("AZURE_OPENAI_DEPLOYMENT", "", "Azure OpenAI: deployment")
    byok: tuple[str, ...] = setting(
        "HYPERRUN_BYOK",
        ("on",),
        "may readers bring their own key: `on`, `off`, or the models they may use, comma-separated",
        switches=("on", "off"),
    )

    max_answer_tokens: int = setting(
        "HYPERRUN_MAX_ANSWER_TOKENS", 2_000, "longest answer the model may write, in tokens"
    )
    context_tokens: int = setting(
        "HYPERRUN_CONTEXT_TOKENS",
        0,
        "the model's context window; 0: what its server or LiteLLM's list says",
    )
    reasoning_effort: str = setting(
        "HYPERRUN_REASONING_EFFORT",
        "",
        "how hard a model thinks: `none`, `minimal`, `low`, `medium` or `high`; unset: its default",
    )
    model_first_token_timeout_s: float = setting(
        "HYPERRUN_MODEL_FIRST_TOKEN_TIMEOUT_S", 60.0, "longest wait for the model's first word"
    )
    model_idle_timeout_s: float = setting(
        "HYPERRUN_MODEL_IDLE_TIMEOUT_S", 45.0, "longest silence of the model after that"
    )
    answer_timeout_s: float = setting(
        "HYPERRUN_ANSWER_TIMEOUT_S", 180.0, "longest time for one answer, searches included"
    )

    # Search
    search: str = setting("HYPERRUN_SEARCH", "auto", "`auto`, `embedded` or `colgrep`")
    colgrep_model: str = setting(
        "HYPERRUN_COLGREP_MODEL", "", "ColGrep's model: a hub name or a local folder"
    )
    colgrep_program: str = setting(
        "HYPERRUN_COLGREP_PROGRAM",
        "",
        "the ColGrep program; unset: `colgrep` on the path or in `~/.cargo/bin`",
    )
    embedding_model: str = setting(
        "HYPERRUN_EMBEDDING_MODEL",
        "auto",
        "a model of meaning beside the words: `auto` (the small one that the extra `meaning` "
        "installs, for English), `off`, the name of one behind `/v1/embeddings` or known to "
        "LiteLLM, a folder with `model.onnx` and `tokenizer.json`, `hf:OWNER/NAME` of the hub, or "
        "`python:MODULE`",
        switches=("off",),
    )
    embedding_api_key: str = setting(
        "HYPERRUN_EMBEDDING_API_KEY", "", "the operator's key for that model", secret=True
    )
    embedding_api_base: str = setting(
        "HYPERRUN_EMBEDDING_API_BASE", "", "an OpenAI-compatible base URL for it"
    )
    embedding_budget_usd: float = setting(
        "HYPERRUN_EMBEDDING_BUDGET_USD",
        1.0,
        "what the vectors of passages may cost a day (UTC), apart from the answers; 0: no limit",
    )

    # Who may come
    allowed_origins: tuple[str, ...] = setting(
        "HYPERRUN_ALLOWED_ORIGINS",
        (),
        "sites that may show the chat, comma-separated: `https://docs.example.org`, "
        "`https://*.example.org`; unset: the site of `HYPERRUN_SITE_URL`, this server and "
        "localhost; without that, any site",
    )
    api: bool = setting("HYPERRUN_API", True, "may programs search and ask by JSON (`/api/`)")
    api_tokens: tuple[str, ...] = setting(
        "HYPERRUN_API_TOKENS",
        (),
        "keys of the servers that may post to `/api/`, comma-separated, shown as "
        "`Authorization: Bearer KEY`; unset: anyone, within the limits of readers",
        secret=True,
    )
    mcp: str = setting(
        "HYPERRUN_MCP",
        "on",
        "what agents may do at `/mcp`: `on` (search, read, and ask where there is a model), "
        "`passages` (ask without one, too), `search` (no asking) or `off`",
        switches=("on", "off"),
    )
    mcp_token: str = setting(
        "HYPERRUN_MCP_TOKEN",
        "",
        "the bearer token that `/mcp` wants; unset: anyone, within the limits of readers",
        secret=True,
    )
    trusted_proxies: tuple[str, ...] = setting(
        "HYPERRUN_TRUSTED_PROXIES",
        (),
        "addresses and networks whose `X-Forwarded-For` and `-Proto` count, comma-separated",
    )

    # Limits of what readers may ask
    daily_budget_usd: float | None = setting(
        "HYPERRUN_DAILY_BUDGET_USD",
        None,
        "what the operator's key may cost a day (UTC); then answers are passages; unset: no limit",
    )
    assumed_usd_per_million_tokens: float = setting(
        "HYPERRUN_ASSUMED_USD_PER_MILLION_TOKENS",
        10.0,
        "what the budget counts for a model whose price is not known",
    )
    questions_per_minute: int = setting(
        "HYPERRUN_QUESTIONS_PER_MINUTE",
        20,
        "the most questions that one reader may ask a minute (this and the next: 0 is no limit)",
    )
    questions_per_minute_per_address: int = setting(
        "HYPERRUN_QUESTIONS_PER_MINUTE_PER_ADDRESS",
        60,
        "the most questions that readers of one address, or one IPv6 /64, may ask a minute",
    )
    questions_per_minute_in_all: int = setting(
        "HYPERRUN_QUESTIONS_PER_MINUTE_IN_ALL",
        600,
        "the most questions that all readers together may ask a minute",
    )
    changes_per_minute_per_address: int = setting(
        "HYPERRUN_CHANGES_PER_MINUTE_PER_ADDRESS", 300, "POST requests, and pages as Markdown"
    )
    searches_per_minute_per_address: int = setting(
        "HYPERRUN_SEARCHES_PER_MINUTE_PER_ADDRESS", 3000, "looks for what is being typed"
    )
    limits_url: str = setting(
        "HYPERRUN_LIMITS_URL",
        "async+memory://",
        "where rates are counted, as the `limits` library names it; what other than memory needs "
        "is not installed with this",
    )
    max_answers_per_visitor: int = setting(
        "HYPERRUN_MAX_ANSWERS_PER_VISITOR", 5, "answers in flight of one visitor"
    )
    max_answers_per_address: int = setting(
        "HYPERRUN_MAX_ANSWERS_PER_ADDRESS", 40, "answers in flight of one address"
    )
    max_answers_in_all: int = setting(
        "HYPERRUN_MAX_ANSWERS_IN_ALL", 500, "answers in flight of all readers"
    )
    max_streams_per_visitor: int = setting(
        "HYPERRUN_MAX_STREAMS_PER_VISITOR", 30, "open connections that follow an answer"
    )
    max_streams_per_address: int = setting(
        "HYPERRUN_MAX_STREAMS_PER_ADDRESS", 200, "the same, of one address"
    )
    max_streams_in_all: int = setting(
        "HYPERRUN_MAX_STREAMS_IN_ALL", 2000, "the same, of all readers together"
    )

    # Operations
    log_level: str = setting("HYPERRUN_LOG_LEVEL", "info", "`debug`, `info`, `warning` or `error`")
    log_questions: bool = setting("HYPERRUN_LOG_QUESTIONS", False, "may logs hold questions")
    metrics: bool = setting(
        "HYPERRUN_METRICS", False, "Prometheus metrics at `/metrics`, for private addresses only"
    )

    http_guard: bool = setting(
        "HYPERRUN_HTTP_GUARD",
        True,
        "is each request's head bounded in size and time, inside of uvicorn's parser; off where a "
        "proxy does that",
    )
    reindex_secret: str = setting(
        "HYPERRUN_REINDEX_SECRET",
        "",
        "the secret of a push webhook that posts to `/reindex`; unset: there is none",
        secret=True,
    )
    include: tuple[str, ...] = setting(
        "HYPERRUN_INCLUDE", (), "only files that match these globs (.gitignore's form)"
    )
    exclude: tuple[str, ...] = setting(
        "HYPERRUN_EXCLUDE", (), "no files that match these globs (.gitignore's form)"
    )

    # The operator's desk
    desk_password: str = setting(
        "HYPERRUN_DESK_PASSWORD",
        "",
        "opens the operator's desk at `/desk`: 12 characters or more, or the hash that "
        "`python -m hyperrun.web.desk.passwords` prints; unset: there is no desk",
        secret=True,
    )
    desk_read_password: str = setting(
        "HYPERRUN_DESK_READ_PASSWORD", "", "the same for those who may only look", secret=True
    )
    desk_header: str = setting(
        "HYPERRUN_DESK_HEADER",
        "",
        "a header in which a proxy of `HYPERRUN_TRUSTED_PROXIES` names who has signed in, such as "
        "`Remote-User`; the proxy must remove what a browser sends under that name",
    )
    desk_users: tuple[str, ...] = setting(
        "HYPERRUN_DESK_USERS",
        (),
        "who of them may come in, comma-separated; `ann:reader` only looks; `*` is everybody",
    )
    desk_session_h: float = setting(
        "HYPERRUN_DESK_SESSION_H", 12.0, "hours until one has to log in at the desk again"
    )

    webhook_url: str = setting(
        "HYPERRUN_WEBHOOK_URL",
        "",
        "where thumbs, and that the day's budget is spent, are posted to as JSON; unset: nowhere",
    )
    webhook_secret: str = setting(
        "HYPERRUN_WEBHOOK_SECRET",
        "",
        "signs what is posted there: `X-HyperRun-Signature-256`, as GitHub signs its webhooks",
        secret=True,
    )

    escalation: str = setting(
        "HYPERRUN_ESCALATION",
        "",
        "where a reader's call for a person goes, with the conversation: `webhook`, or a mail "
        "address; unset: there is no form for it",
    )
    smtp_url: str = setting(
        "HYPERRUN_SMTP_URL",
        "",
        "the mail server for that: `smtp://user:password@host:587` (STARTTLS), or `smtps://…`",
        secret=True,
    )
    smtp_from: str = setting(
        "HYPERRUN_SMTP_FROM", "", "the sender; unset: that server's user, else the addressee"
    )

    # Answers in flight
    drain_s: float = setting(
        "HYPERRUN_DRAIN_S",
        20.0,
        "how long running answers may end by themselves after SIGTERM; no new question is taken",
    )
    abandon_after_s: float = setting(
        "HYPERRUN_ABANDON_AFTER_S", 30.0, "grace before an answer that nobody follows is stopped"
    )

    # Conversations
    keep_days: int = setting(
        "HYPERRUN_KEEP_DAYS", 30, "days until an unused conversation is deleted; 0: never"
    )
    keep_questions: bool = setting(
        "HYPERRUN_KEEP_QUESTIONS",
        True,
        "`off`: what was asked and answered is deleted within two hours, and counts alone are kept",
    )
    honor_dnt: bool = setting(
        "HYPERRUN_HONOR_DNT",
        False,
        "`on`: what readers ask whose browser sends `DNT: 1` or `Sec-GPC: 1` is deleted within "
        "two hours, and is at no desk, in no report, gap or webhook",
    )
    max_store_mb: int = setting(
        "HYPERRUN_MAX_STORE_MB",
        2000,
        "how far the conversations' file may grow; beyond, answers go on but are not stored; "
        "0: no limit",
    )

    # The widget
    name: str = setting(
        "HYPERRUN_NAME", "", "the project's name; unset: what its site or package calls itself"
    )
    logo: str = setting(
        "HYPERRUN_LOGO",
        "",
        "its picture: a file of the repository, or an `https` address; unset: the site's own logo",
    )
    title: str = setting("HYPERRUN_TITLE", "", "the chat's title; unset: the project's name")
    subtitle: str = setting("HYPERRUN_SUBTITLE", "", "the line under it; unset: none")
    images: tuple[str, ...] = setting(
        "HYPERRUN_IMAGES",
        (),
        "origins whose pictures answers may show, comma-separated: `https://docs.example.org`; "
        "unset: pictures are links",
    )
    show_cost: bool = setting(
        "HYPERRUN_SHOW_COST", True, "may readers see the model and what an answer cost"
    )
    disclaimer: str = setting(
        "HYPERRUN_DISCLAIMER",
        "",
        "the line under the question box; unset: that answers can be wrong",
    )
    consent: str = setting(
        "HYPERRUN_CONSENT",
        "",
        "a line at the question box that what is asked is kept: `on`, or your own words; unset or "
        "`off`: none",
        switches=("on", "off"),
    )
    privacy_url: str = setting("HYPERRUN_PRIVACY_URL", "", "where that line leads for more")
    starters: tuple[str, ...] = setting(
        "HYPERRUN_STARTERS",
        (),
        "questions to start with, separated by `|`; unset: from the docs",
        separator="|",
    )
    suggestions: str = setting(
        "HYPERRUN_SUGGESTIONS",
        "headings",
        "questions offered after an answer: `off`, `headings` (free) or `model` (one short call)",
        switches=("off",),
    )
    share: bool = setting("HYPERRUN_SHARE", False, "may readers share an answer by a link")
    human_url: str = setting(
        "HYPERRUN_HUMAN_URL",
        "",
        "where to ask a human (`https`, `mailto`); `{question}`, `{page}`, `{answer}` are put in",
    )

    def variable(self, name: str) -> str:
        """The environment's name of a field."""
        return str(type(self).__dataclass_fields__[name].metadata["variable"])
