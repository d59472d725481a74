"""Headings as the questions that a reader would ask."""

import pytest

from hyperrun.search.questions import (
    first_questions,
    is_about,
    is_for_readers,
    language_of,
    question_of,
    questions,
)


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("Dimming a lamp", "How do I dim a lamp?"),
        ("Save a scene", "How do I save a scene?"),
        ("Without a network", ""),
        ("Go on", ""),
        ("Deploying to Netlify", "How do I deploy to Netlify?"),
        ("Making Requests", "How do I make requests?"),
        ("2.1 Set up your project", "How do I set up my project?"),
        ("How to write a plugin", "How do I write a plugin?"),
        ("Group lamps into a room", "How do I group lamps into a room?"),
        ("Installation", "How do I install Lantern?"),
        ("Getting started", "How do I get started with Lantern?"),
        ("Troubleshooting", "What can I do when something goes wrong?"),
        ("Lantern", "What is Lantern?"),
        ("`Lamp.dim`", "What does Lamp.dim do?"),
        ("Event Hooks", "How do event hooks work?"),
        ("SSL certificates", "How do SSL certificates work?"),
        ("Passing Parameters in URLs", "How do I pass parameters in URLs?"),
        ("Type hints", "How do type hints work?"),
        ("Authentication", "How does authentication work?"),
        ("Lamps on a map", "How do lamps on a map work?"),
        ("What is a scene?", "What is a scene?"),
        ("Text encodings", "How do text encodings work?"),
        ("event-hooks", "How do event hooks work?"),  # a page named as its file
        ("Password option", "How does the password option work?"),
        ("Lazy loading", "How does lazy loading work?"),
        ("HTTP/2", "How does HTTP/2 work?"),
        ("`Lamp`", ""),
        ("lantern.Lamp", "What is lantern.Lamp?"),
        ("createLamp 4.1.0", "What does createLamp do?"),
        ("hasLevel [boolean]", "What does hasLevel do?"),
        ("pair(room, name)", "What does pair() do?"),
        ("Enabling and disabling lamps", "How do I enable and disable lamps?"),
        ("Using with Docker", "How do I use Lantern with Docker?"),
        ("Create a Lamp", "How do I create a lamp?"),
        ("Test React Native apps", ""),
        ("Testing React Native apps", "How do I test React Native apps?"),
        ("How to share a home?", "How do I share a home?"),
        ("When to use scenes", "When should I use scenes?"),
        ("What is a scene", "What is a scene?"),
        ("Which Scenes Are There?", "Which scenes are there?"),
        # Nobody asks these.
        ("A minimal example", ""),
        ("Basic example", ""),
        ("API differences", ""),
        ("Every state", ""),
        ("Answer", ""),
        ("TypeScript", ""),
        ("Vue.js", ""),
        ("Run it", ""),
        ("What if I Don't Want That?", ""),
        ("What's new?", ""),
        ("How the update works", ""),
        ("Lamp was renamed", ""),
        ("Lamps must be paired", ""),
        ("Calling Convention", ""),
        ("Getting Started advanced", ""),
        ("Printing and Colors", ""),
        ("Migrating from 0.0.7", ""),
        ("lantern-extras", ""),
        ("Frobnicate the lamps", ""),
        ("\u5b98\u65b9\u8bfe\u7a0b", ""),
        ("API Reference", ""),
        ("Beloved Features", ""),
        ("Check it", ""),
        ("Welcome to Lantern", ""),
        ("README", ""),
        ("01_basics", ""),
        ("CLAUDE", ""),
        ("Contributing", ""),
        ("Changelog", ""),
        ("Next steps", ""),
        ("Parameters", ""),
        ("Code of conduct", ""),
        # A verb that we do not know, or one that may be a noun: no question rather than a bad one.
        ("Frobnicating the gears", ""),
        ("Group lamps", ""),
        ("A very long heading that goes on and on about how lamps came to be what they are", ""),
        ("", ""),
        ("!?", ""),
        ("\U0001f4a1", ""),
    ],
)
def test_a_heading_is_asked_as_a_reader_would_or_not_at_all(heading: str, question: str) -> None:
    assert question_of(heading, "Lantern") == question


@pytest.mark.parametrize(
    ("language", "heading", "question"),
    [
        ("de", "Eine Lampe dimmen", "Wie kann ich eine Lampe dimmen?"),
        ("de", "Zeitpläne", "Was sollte ich über Zeitpläne wissen?"),
        ("es", "Atenuar una lámpara", "¿Cómo puedo atenuar una lámpara?"),
        ("fr", "Regrouper des lampes", "Comment regrouper des lampes ?"),
        ("pt", "Agrupar lâmpadas", "Como posso agrupar lâmpadas?"),
        ("ja", "ランプを調光する", "ランプを調光するにはどうすればよいですか？"),
        ("ja", "インストール", "Lantern はどうやってインストールしますか？"),
        ("zh", "配置灯具", "如何配置灯具？"),
        ("ko", "시작하기", "Lantern은(는) 어떻게 시작하나요?"),
    ],
)
def test_each_language_has_its_own_sentences(language: str, heading: str, question: str) -> None:
    assert question_of(heading, "Lantern", language) == question


def test_each_question_stands_once() -> None:
    same = ["Use matchers", "Using Matchers", "Run Lantern from the hall", "Running from hall"]
    assert questions(same, "Lantern") == [
        "How do I use matchers?",
        "How do I run Lantern from the hall?",
    ]
    asked = questions(["Installation", "Install", "Next steps", "Proxies"], "Lantern")
    assert asked == ["How do I install Lantern?", "How do proxies work?"]


def test_a_newcomer_asks_what_it_is_how_to_begin_and_then_what_one_does_with_it() -> None:
    files = {
        "README.md": ["README", "Welcome to Lantern", "Installation", "Event hooks"],
        "docs/scenes.md": ["Scenes", "Save a scene", "Delete a scene", "Share a scene"],
        "docs/start.md": ["Getting started", "Dimming a lamp", "Troubleshooting"],
    }
    assert first_questions(files, "Lantern") == [
        "What is Lantern?",
        "How do I install Lantern?",
        "How do I get started with Lantern?",
        "How do I save a scene?",
        "How do I delete a scene?",
        "How do I dim a lamp?",
        "What can I do when something goes wrong?",
    ]
    assert first_questions({"README.md": ["Event hooks"]}, "Lantern") == [
        "What is Lantern?",
        "How do event hooks work?",  # where there is little else
    ]
    assert first_questions({}, "Lantern") == []


def test_pages_for_those_who_work_on_it_are_not_asked_about() -> None:
    for file in ("CONTRIBUTING.md", "docs/contributing/setup.md", "docs/development.md",
                 "docs/changelog.md", "CODE_OF_CONDUCT.md", "docs/release-notes.md",
                 "AGENTS.md", "packages/lamp/CLAUDE.md", ".github/ISSUE_TEMPLATE/bug.md",
                 "docs/AI_POLICY.md", "skills/SKILL.md", "website/blog/lamps.md"):  # fmt: skip
        assert not is_for_readers(file), file
    for file in ("README.md", "docs/guide.md", "docs/how-to/lamps.rst"):
        assert is_for_readers(file), file


def test_a_question_is_about_a_heading_whatever_its_form() -> None:
    assert is_about("How do I dim a lamp?", "Dimming lamps")
    assert not is_about("How do I dim a lamp?", "Pairing a lamp")
    assert not is_about("How do I dim a lamp?", "")


@pytest.mark.parametrize(
    ("prose", "language"),
    [
        ("The lamp is dimmed with the knob, and it is fine.", "en"),
        ("Die Lampe wird mit dem Knopf gedimmt, und das ist nicht schwer.", "de"),
        ("La lampe est dans le salon, et vous pouvez la dimmer avec les boutons.", "fr"),
        ("ランプを調光するには `dim` を呼び出します。", "ja"),
        ("调用 dim 可以调节灯的亮度。", "zh"),
        ("المصباح يعمل بدون شبكة.", "ar"),
        ("המנורה עובדת בלי רשת.", "he"),
        ("", "en"),
        ("x = 1", "en"),
    ],
)
def test_the_documentations_language_is_seen_in_its_words(prose: str, language: str) -> None:
    assert language_of(prose) == language
