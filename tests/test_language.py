"""The interface's words."""

import string

import pytest
from playwright.sync_api import Page, expect

import embed
from hyperrun.language import DEFAULT, choose, languages, text, texts
from hyperrun.web import assets
from tests.browser import choose as in_menu


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


@pytest.mark.parametrize("language", languages()[1:])
def test_another_language_is_not_english_again(language: str) -> None:
    same = {text for key, text in texts(language).items() if text == texts(DEFAULT)[key]}
    same -= {texts(DEFAULT)["direction"], texts(DEFAULT)["cost"]}
    assert all(text.isalpha() for text in same), "a word may be the same, a sentence may not"
    assert len(same) < 8


@pytest.mark.parametrize("language", languages())
def test_a_language_is_one_of_those_an_embedding_site_is_told_of(language: str) -> None:
    says = {option.name: option.says for option in embed.OPTIONS}["lang"]
    assert says in (assets.ROOT / "docs/embed/index.md").read_text()
    assert f"`{language}`" in says
    assert f"\n  {language}: [" in (assets.STATIC / "panel.js").read_text()


@pytest.mark.parametrize("language", languages())
@pytest.mark.browser
def test_a_language_fits_a_narrow_frame(page: Page, chat_server: str, language: str) -> None:
    def fits() -> bool:
        wide = "e => e.scrollWidth > e.clientWidth"
        inner = page.locator("html, .chat-bar, .menu-list, .sheet-body, .modal-box, .disclaimer")
        return not any(each.evaluate(wide) for each in inner.all())

    page.set_viewport_size({"width": 320, "height": 560})
    page.goto(f"{chat_server}/chat-standalone?lang={language}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.locator("#query").fill("How do I dim a lamp?")
    assert page.locator("#query").evaluate("e => e.scrollHeight") < 60
    page.locator("#query").press("Enter")
    page.locator(".thumb").nth(1).click()
    page.locator(".feedback-form").wait_for()
    assert fits()
    in_menu(page, "#conversations")
    expect(page.locator(".conversation")).to_be_visible()
    assert fits()
    page.locator(".delete-all").click()
    expect(page.locator("#confirm-question")).to_have_text(texts(language)["delete_all_confirm"])
    assert fits()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    in_menu(page, "[hx-get=settings]")
    page.locator("#settings-dialog .sheet-title").wait_for()
    assert fits()
    buttons = page.locator(".chat-bar .btn:visible").all()
    assert len({box["y"] for each in buttons if (box := each.bounding_box())}) == 1


@pytest.mark.parametrize(
    ("wishes", "chosen"),
    [
        (("ja",), "ja"),
        (("ja-JP",), "ja"),
        (("xx", "ja"), "ja"),
        (("pt-BR",), "pt"),
        (("PT-pt",), "pt"),
        (("zh-CN",), "zh"),
        (("zh-Hant-TW",), "zh"),
        (("nl-NL", "nl-NL,nl;q=0.9,de-AT;q=0.8,en;q=0.7"), "de"),
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
