"""The environment, read once."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from hyperrun.errors import BadSetting
from hyperrun.settings import Settings
from hyperrun.settings.names import unread
from tests.leaks import KEY

ROOT = Path(__file__).parent.parent


def test_an_empty_environment_is_enough() -> None:
    assert Settings.from_environment({}) == Settings()


def test_an_empty_variable_counts_as_unset() -> None:
    assert Settings.from_environment({"PORT": " ", "HYPERRUN_MODEL": ""}) == Settings()


def test_values_are_read_as_what_they_are() -> None:
    settings = Settings.from_environment(
        {
            "PORT": "80",
            "HYPERRUN_ABANDON_AFTER_S": "1.5",
            "HYPERRUN_SHARE": "on",
            "HYPERRUN_DATA_DIR": "/data",
            "HYPERRUN_BYOK": "openai/a, openai/b",
            "HYPERRUN_STARTERS": "How, then?|And why?",
        }
    )
    assert settings.port == 80
    assert settings.abandon_after_s == 1.5
    assert settings.share is True
    assert settings.data_dir == Path("/data")
    assert settings.byok == ("openai/a", "openai/b")
    assert settings.starters == ("How, then?", "And why?")


def test_a_question_keeps_its_comma_and_a_glob_its_braces() -> None:
    settings = Settings.from_environment(
        {
            "HYPERRUN_STARTERS": "How do I install it, and where?",
            "HYPERRUN_INCLUDE": "docs/**/*.{md,rst}, src/{a|b}/*.py",
            "HYPERRUN_EXCLUDE": "docs/{old|new}",
            "HYPERRUN_TRUSTED_PROXIES": "10.0.0.0/8,192.0.2.1",
        }
    )
    assert settings.starters == ("How do I install it, and where?",)
    assert settings.include == ("docs/**/*.{md,rst}", "src/{a|b}/*.py")
    assert settings.exclude == ("docs/{old|new}",)
    assert settings.trusted_proxies == ("10.0.0.0/8", "192.0.2.1")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("PORT", "1.5"),
        ("HYPERRUN_ABANDON_AFTER_S", "soon"),
        ("HYPERRUN_ABANDON_AFTER_S", "-1"),
        ("HYPERRUN_SHARE", "maybe"),
        ("HYPERRUN_SEARCH", "google"),
        ("HYPERRUN_SITE_URL", "javascript:alert(1)"),
        ("HYPERRUN_PUBLIC_URL", "chat.example.org"),
        ("HYPERRUN_SEARCH", "Colgrep"),
        ("HYPERRUN_HUMAN_URL", "javascript:alert(document.domain)"),
        ("HYPERRUN_HUMAN_URL", "{page}"),
        ("HYPERRUN_HUMAN_URL", "https://{question}"),
        ("HYPERRUN_HUMAN_URL", "data:text/html,{question}"),
        ("HYPERRUN_HUMAN_URL", "https://forum.example/?q={quesiton}"),
        ("HYPERRUN_DATABASE_LISTEN_URL", "mysql://127.0.0.1/chat"),
        ("HYPERRUN_API_KEY", "\u201csk-0123456789\u201d"),  # an editor's quotation marks
        ("HYPERRUN_API_KEY", "sk-0123 456789"),
        ("HYPERRUN_EMBEDDING_API_KEY", "Bearer sk-0123456789"),
        ("AZURE_OPENAI_API_KEY", "'0123456789'"),
        ("HYPERRUN_CRAWL_EVERY_H", "0"),
        ("HYPERRUN_ANSWER_TIMEOUT_S", "0"),
        ("HYPERRUN_MAX_ANSWER_TOKENS", "0"),
        ("HYPERRUN_KEEP_DAYS", "99999999999"),
        ("HYPERRUN_DESK_USERS", "ann"),
        ("HYPERRUN_ESCALATION", "team"),
        ("HYPERRUN_ESCALATION", "webhook"),
        ("HYPERRUN_ESCALATION", "team@example.org"),
        ("HYPERRUN_SMTP_URL", "mail.example.org"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(variable: str, value: str) -> None:
    with pytest.raises(BadSetting, match=variable):
        Settings.from_environment({variable: value})


@pytest.mark.parametrize(
    "address",
    ["https://forum.example/new?title={question}", "mailto:help@example.org?body={answer}"],
)
def test_a_human_is_asked_on_a_page_or_by_mail(address: str) -> None:
    assert Settings.from_environment({"HYPERRUN_HUMAN_URL": address}).human_url == address


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("docs.example.org", "is an http"), ("https:/docs.example.org", "is an http"),
        ("https://ann:pass@docs.example.org/", "holds a name or a password"),
        ("https://ann@docs.example.org", "holds a name or a password"),
        ("https://docs.example.org/index.html", "is where the site begins"),
        ("https://docs.example.org/en/#start", "is where the site begins"),
        ("https://docs.example.org/?lang=en", "is where the site begins"),
    ],
)  # fmt: skip
def test_an_address_to_which_paths_are_added_is_where_a_site_begins(address: str, why: str) -> None:
    for variable in ("HYPERRUN_SITE_URL", "HYPERRUN_PUBLIC_URL"):
        with pytest.raises(BadSetting, match=f"^{variable} {why}") as told:
            Settings.from_environment({variable: address})
        assert "pass@" not in str(told.value)


@pytest.mark.parametrize(
    "address",
    [
        "https://docs.example.org",
        "http://localhost:8000/",
        "https://x.example/@scope/index.html/v2/",
    ],
)
def test_a_site_may_begin_anywhere(address: str) -> None:
    assert Settings.from_environment({"HYPERRUN_SITE_URL": address}).site_url == address


SWITCHES = {each.name: each for each in fields(Settings) if each.metadata["switches"]}


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize("word", ["off", "none", "No", "FALSE", "0", "On", "yes", "true", "1"])
def test_on_and_off_have_the_same_names_everywhere(name: str, word: str) -> None:
    """Who wrote `HYPERRUN_BYOK=false` named a model that readers may use."""
    said = "off" if word in ("off", "none", "No", "FALSE", "0") else "on"
    switch = SWITCHES[name].metadata
    if said in switch["switches"]:
        read = getattr(Settings.from_environment({switch["variable"]: word}), name)
        assert read == ((said,) if name == "byok" else said)


def test_every_setting_that_can_be_off_knows_all_names_of_it() -> None:
    told = {
        each.name for each in fields(Settings)
        if each.default == "off" or "`off`" in each.metadata["help"]
    }  # fmt: skip
    flags = {each.name for each in fields(Settings) if isinstance(each.default, bool)}
    assert told - flags == set(SWITCHES)


def test_a_choice_is_told_with_what_can_be_chosen() -> None:
    with pytest.raises(BadSetting, match="HYPERRUN_REASONING_EFFORT is none, minimal, low, medium"):
        Settings.from_environment({"HYPERRUN_REASONING_EFFORT": "hard"})


def test_every_wrong_value_is_named_at_once() -> None:
    with pytest.raises(BadSetting, match=r"PORT.*HYPERRUN_SHARE"):
        Settings.from_environment({"PORT": "x", "HYPERRUN_SHARE": "y"})


def test_a_key_that_is_none_is_not_told() -> None:
    with pytest.raises(BadSetting) as told:
        Settings.from_environment({"HYPERRUN_API_KEY": f"Bearer {KEY}"})
    assert KEY not in str(told.value)


def test_a_name_that_nothing_reads_is_known_with_the_one_that_was_meant() -> None:
    meant = {
        "HYPERRUN_HOST": "HOST", "HYPERRUN_MODLE": "HYPERRUN_MODEL", "HYPERRUN_XYLOPHONE": ""
    }  # fmt: skip
    read = ("HYPERRUN_MODEL", "HYPERRUN_FORGE_TOKEN", "MODEL")
    assert unread(dict.fromkeys((*meant, *read), "x")) == meant


def test_secrets_are_not_in_the_representation() -> None:
    settings = Settings(api_key=KEY, azure_api_key=f"azure-{KEY}")
    assert KEY not in repr(settings)


def test_the_page_of_settings_lists_every_one_and_no_other() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE)
    assert sorted(listed) == sorted(each.metadata["variable"] for each in fields(Settings))
