"""The interface's words."""

import string

import pytest

from hyperrun.language import DEFAULT, choose, languages, text, texts


def names(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("language", languages())
def test_a_language_has_every_text_with_the_same_names_in_it(language: str) -> None:
    english = texts(DEFAULT)
    other = texts(language)
    assert set(other) == set(english)
    for key, template in english.items():
        assert names(other[key]) == names(template), key
        assert other[key].strip()


def test_another_language_is_not_english_again() -> None:
    same = [key for key in texts("ja") if texts("ja")[key] == texts("en")[key]]
    assert same == ["direction", "cost"]


@pytest.mark.parametrize(
    ("wishes", "chosen"),
    [
        (("ja",), "ja"),
        (("ja-JP",), "ja"),
        (("fr", "ja"), "ja"),
        (("en;q=0.1, ja;q=0.9",), "ja"),
        (("ja;q=0, en",), "en"),
        (("",), "en"),
        (("../../etc/passwd",), "en"),
        (("ja;q=many", "xx"), "en"),
        (("\x00", "🙂", "," * 10_000), "en"),
    ],
)
def test_the_first_language_we_have_is_chosen(wishes: tuple[str, ...], chosen: str) -> None:
    assert choose(*wishes) == chosen


def test_names_are_filled_in() -> None:
    assert text("en", "about_page", page="Install") == "About: Install"


def test_an_unknown_key_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        text("en", "no such key")
