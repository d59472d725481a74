"""Questions in other languages than the documentation are put into its words."""

import re
from pathlib import Path

import pytest

from hyperrun.answering.extractive import NEAR, SURE
from hyperrun.search import dictionary
from hyperrun.search.index import Index
from hyperrun.search.terms import porter, terms

GUIDE = """# Lamps

## Turn a lamp off

`lamp.off()` does it.

## Delete a room

`room.delete()` asks for a confirmation.

## Environment variables

`LAMP_LEVEL` is read at the start.
"""


@pytest.mark.parametrize(("question", "language"), [
    ("How do I delete a file as a user?", ""), ("make -h work as well as --help", ""), ("", ""),
    ("timeout", ""), ("no", ""), ("Wie lösche ich eine Datei?", "de"),
    ("¿Cómo borro un archivo?", "es"), ("Comment supprimer un fichier ?", "fr"),
    ("Como eu excluo um arquivo?", "pt"), ("ファイルを削除するには？", "ja"),
    ("如何删除文件？", "zh"), ("파일을 삭제하려면?", "ko"), ("Как удалить файл?", ""),
])  # fmt: skip
def test_the_language_of_a_question_is_known(question: str, language: str) -> None:
    assert dictionary.language_of(question) == language


@pytest.mark.parametrize("question", [
    "Wie lösche ich eine Datei?", "¿Cómo borro un archivo?", "Comment supprimer un fichier ?",
    "Como eu excluo um arquivo?", "ファイルを削除するには？",
    "如何删除文件？", "파일을 삭제하려면?",
])  # fmt: skip
def test_a_question_is_put_into_english(question: str) -> None:
    language = dictionary.language_of(question)
    english = {meant for _, meant in dictionary.in_english(question, language) if meant}
    assert english - {"file"} <= {"delete remove", "delete remove exclude"}
    assert len(english) == 2


def test_words_without_a_translation_stay_and_long_ones_are_looked_into() -> None:
    said = dictionary.in_english("Wie setze ich Umgebungsvariablen für Zorgbert?", "de")
    assert said == [("setze", "set"), ("umgebungsvariablen", "environment variable"),
                    ("zorgbert", "")]  # fmt: skip
    assert ("kommandozeilenoption", "command line") in dictionary.in_english(
        "die Kommandozeilenoption", "de"
    )
    assert dictionary.in_english("Flaskアプリをテスト", "ja") == [
        ("flask", ""), ("アプリ", "application"), ("テスト", "test"),
    ]  # fmt: skip


def lines() -> list[list[str]]:
    """The dictionary's lines: English, and the others in their order."""
    path = Path(dictionary.__file__).with_name("dictionary.psv")
    return [line.split("|") for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_line_of_the_dictionary_is_whole() -> None:
    head, *others = lines()
    assert head == ["en", "de", "es", "fr", "pt", "ja", "zh", "ko"]
    for line in others:
        assert len(line) == len(head) and all(each.strip() for each in line), line
        for piece in ", ".join(line[1:]).split(", "):
            assert piece == piece.strip(" ,"), line
            assert dictionary.plain(piece) == piece or not piece.isascii(), piece


def test_every_concept_stands_once_in_english_that_the_index_knows() -> None:
    _, *others = lines()
    concepts = [line[0] for line in others]
    assert len(set(concepts)) == len(concepts) > 500
    for english, *columns in others:
        words = english.split()
        assert re.fullmatch(r"[a-z]+( [a-z]+)*", english) and len(set(words)) == len(words), english
        assert any(terms(word) for word in words), english
        assert all(porter(term) for word in words for term in terms(word)), english
        for column in columns:
            pieces = column.split(", ")
            assert len(set(pieces)) == len(pieces), (english, column)


@pytest.mark.parametrize(("question", "meant"), [
    ("Wie wiederhole ich eine fehlgeschlagene Aufgabe?", "repeat fail task"),
    ("Warum ist meine Sitzung abgelaufen?", "session expire"),
    ("Wie ändere ich die Größe der Bilder?", "change large size image"),
    ("Wo stelle ich Groß- und Kleinschreibung ein?", "case sensitive"),
    ("Die Kontrolle der Eingaben", "check validate input"),
    ("¿Cuándo va a caducar la petición?", "expire request"),
    ("¿Cómo reintentar una tarea?", "retry task"),
    ("¿Cómo cambio el contenido de una semana?", "change switch content week"),
    ("Comment définir une variable d'environnement ?", "set environment variable"),
    ("Où est le point d’arrêt et le presse-papiers ?", "breakpoint clipboard"),
    ("Como faço backup do conteúdo em segundo plano?", "backup content background"),
    ("有効期限が切れたタスクは？", "expire task"),
    ("如何回滚事务？", "rollback undo revert transaction"),
    ("작업 공간의 대기열은?", "workspace queue"),
])  # fmt: skip
def test_what_is_often_asked_about_is_known(question: str, meant: str) -> None:
    language = dictionary.language_of(question)
    said = " ".join(english for _, english in dictionary.in_english(question, language) if english)
    assert sorted(said.split()) == sorted(meant.split())


def test_a_foreign_question_finds_its_section_and_a_native_one_stays_as_it_is(
    tmp_path: Path,
) -> None:
    (tmp_path / "english").mkdir()
    (tmp_path / "english" / "guide.md").write_text(GUIDE)
    english = Index(tmp_path / "english.sqlite3")
    english.refresh(tmp_path / "english")
    for question, title in (
        ("Wie schalte ich eine Lampe aus?", "Turn a lamp off"),
        ("¿Cómo elimino una habitación?", "Delete a room"),
        ("환경 변수를 어떻게 설정하나요?", "Environment variables"),
        ("環境変数の名前は？", "Environment variables"),
    ):
        found, _ = english.search(question, 3)[0]
        assert found.title == f"Lamps > {title}", question
    asked = english.wanted("Wie kann ich sowas mit einer Lampe machen, bei Zigbee?")
    assert asked.unknown == ("zigbee",)  # a name may be missing, a word is only not translated
    (tmp_path / "german").mkdir()
    (tmp_path / "german" / "guide.md").write_text(
        "# Lampen\n\n## Eine Datei löschen\n\nDie Datei wird gelöscht.\n\n"
        "## file\n\ndelete remove\n"
    )
    german = Index(tmp_path / "german.sqlite3")
    german.refresh(tmp_path / "german")
    found, _ = german.search("Wie kann ich die Datei löschen?", 3)[0]
    assert found.title == "Lampen > Eine Datei löschen"
    assert german.wanted("Wie kann ich die Datei löschen?").question.startswith("Wie kann")


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("電池", "電池"),  # no word of grammar, and none that the dictionary knows
        ("電池はどのくらいもちますか", "電池"),  # of whose grammar nothing stands there
        ("電圧が低いと出ます", "エラー"),
        ("ランタンとは何ですか", "ランタン"),
    ],
)
def test_documentation_in_a_script_without_spaces_answers_questions_in_it(
    tmp_path: Path, question: str, title: str
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "guide.md").write_text(
        "# ランタン\n\nランタンは部屋を照らすライブラリです。\n\n"
        "## 電池\n\n電池は十一時間もちます。\n\n"
        "## エラー\n\n「電圧が低い」と表示されたら、充電してください。\n"
    )
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path / "docs")
    found, _ = index.search(question, 3)[0]
    assert found.title.rpartition(" > ")[2] == title
    assert index.wanted(question).share(f"{found.title}\n{found.shown}") >= SURE
    assert index.wanted("猫の餌はどこで買えますか").share(found.shown) < NEAR
