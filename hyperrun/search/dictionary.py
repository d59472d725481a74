"""Questions in another language than the documentation: their words in English, by a dictionary.

`dictionary.psv` has a concept a line and a language a column: beginnings of words, without accents,
where words stand apart; pieces of text in Chinese, Japanese and Korean. It knows what developers
ask about and no grammar, which is enough to find a section, and needs no model.
"""

import re
from bisect import insort
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from unicodedata import normalize

# The commonest words of each language, which tell it and say nothing of what is asked.
_FUNCTION_WORDS = {
    "en": "a about all am an and any are as at be but by can could did do does for from get has "
    "have how i if in into is it its make me my no not of off on one or our should so that the "
    "their them then there they this to use want was we well what when where which who why will "
    "with work would you your",
    "de": "aber alle allen als am an auf aus bei beim bin bis da das dass dem den denn der des die "
    "diese diesem diesen dieser dieses doch du durch ein eine einem einen einer eines er es etwas "
    "fur gegen gibt habe haben hat ich ihr im in ins ist kann kannst kein keine keinen konnen man "
    "mein meine meinem meinen meiner mich mir mit moglich muss mussen nach nicht noch nur ob oder "
    "sein sich sie sind so soll sollen uber um und uns unter vom von vor wann warum was "
    "welche welchem welchen welcher welches wenn werden wie wieso will wird wo wozu zu zum zur",
    "es": "a al ante como con cual cuales cuando de debo del desde donde el ella ellos en es esta "
    "este esto estos hace hacer hacia hago hay la las le lo los me mi mis mas muy ni no nos o para "
    "pero por porque puede pueden puedo que quiero se ser si sobre solo son su sus tan te "
    "tengo tiene todas todo todos tu un una unas uno unos y ya yo",
    "fr": "a au aux avec c ce ces cet cette chez comment d dans de des deux dois doit du elle en "
    "est et etre fait faire il ils j je l la le les leur ma mais me mes mon n ne nos notre nous on "
    "ou par pas peut peux plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa "
    "se ses si son sont sur ta tous tout toute toutes tu un une veux vers vous y",
    "pt": "a ao aos as com como da das de dela dele deve devo do dos e ela ele em entre essa esse "
    "esta este eu faco faz fazer foi ha isso ja la mais mas me meu meus minha minhas muito na nao "
    "nas nem no nos o onde os ou para pela pelo pode podem por porque posso qual quais quando que "
    "quero se ser seu seus so sua suas tem tenho todas todos tudo um uma umas uns",
}  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_ACCENT = re.compile(r"[\u0300-\u036f]")
_KANA, _HANGUL, _HAN = (
    re.compile("[\u3040-\u30ff]"),
    re.compile("[\uac00-\ud7af]"),
    re.compile("[\u4e00-\u9fff]"),
)
MOSTLY = 2  # times as many commonest words of English as of another language; five in English
TELLING = 60  # words, of which more than twenty are among the commonest, in English
FOREIGN = 0.4  # of the letters may be of another script, where examples and tests show some
_IN_PIECES = ("ja", "zh", "ko")  # whose words do not stand apart
_INSIDE = 5  # letters of a beginning that German also has in the middle of a word


@cache
def _function_words() -> dict[str, frozenset[str]]:
    return {language: frozenset(words.split()) for language, words in _FUNCTION_WORDS.items()}


@cache
def _table() -> dict[str, dict[str, str]]:
    """For each language its beginnings and pieces with the English words."""
    lines = Path(__file__).with_name("dictionary.psv").read_text(encoding="utf-8").splitlines()
    _, *languages = lines[0].split("|")
    table: dict[str, dict[str, str]] = {language: {} for language in languages}
    for line in lines[1:]:
        english, *others = line.split("|")
        for language, pieces in zip(languages, others, strict=True):
            for piece in pieces.split(", "):
                piece = piece if language in _IN_PIECES else _in_words(piece)
                meant = table[language].setdefault(piece, english)
                if meant != english:
                    table[language][piece] = f"{meant} {english}"
    return table


def _commonest(text: str) -> dict[str, int]:
    """How many words of a text are among the commonest of each language."""
    words = _WORD.findall(text)
    return {
        language: sum(word in known for word in words)
        for language, known in _function_words().items()
    }


def languages() -> tuple[str, ...]:
    """Those that the dictionary has."""
    return tuple(_table())


def english() -> frozenset[str]:
    """The English words that it knows others for."""
    return frozenset(
        word for row in _table().values() for each in row.values() for word in each.split()
    )


def language_of(question: str) -> str:
    """The language a question is asked in, of those that the dictionary has; else ""."""
    if _KANA.search(question):
        return "ja"
    if _HANGUL.search(question):
        return "ko"
    if _HAN.search(question):
        return "zh"
    counts = _commonest(plain(question))
    best = max(counts, key=lambda language: counts[language])
    return best if best != "en" and counts[best] > max(counts["en"], 1) else ""


def are_english(texts: Iterable[str]) -> bool | None:
    """Is English the language of most of this documentation? None: it is too little to tell."""
    text = plain("\n".join(texts))
    counts = _commonest(text)
    english, other = counts.pop("en"), max(counts.values())
    letters = sum(map(str.isalpha, text))
    foreign = sum(each.isalpha() and not each.isascii() for each in text)
    if foreign > FOREIGN * letters:
        return False
    if english > MOSTLY * other:
        return True
    return None if english >= other and len(_WORD.findall(text)) < TELLING else False


def function_words_of(question: str, language: str) -> list[str]:
    """The commonest words of a language in a question, those that English has, too, left out; none
    in one whose words do not stand apart."""
    words = _function_words()
    own = words.get(language, frozenset()) - words["en"]
    return [word for word in _WORD.findall(question.lower()) if plain(word) in own]


def plain(text: str) -> str:
    """Text in lower case without accents, "ß" as "ss"."""
    text = text.lower().replace("ß", "ss")
    return normalize("NFC", _ACCENT.sub("", normalize("NFKD", text)))


def _in_words(text: str) -> str:
    """Its words alone, a space between them: "d'arrêt" are two, as "presse-papiers" are."""
    return " ".join(_WORD.findall(plain(text)))


def in_english(question: str, language: str) -> list[tuple[str, str]]:
    """The words of a question that say something, in lower case, each with its English or ""."""
    table = _table()[language]
    if language in _IN_PIECES:
        return list(_pieces(normalize("NFKC", question.lower()), table))
    text = _in_words(question)
    found: list[tuple[str, str]] = []
    for piece in sorted((each for each in table if " " in each), key=len, reverse=True):
        if piece in text:
            found.append((piece, table[piece]))
            text = text.replace(piece, " ")
    spelled = {plain(word): word for word in _WORD.findall(question.lower())}
    beginnings = [each for each in table if " " not in each]
    silent = _function_words()[language]
    for word in _WORD.findall(text):
        if word in silent:
            continue
        begun = [each for each in beginnings if word.startswith(each)]
        if not begun and language == "de":
            begun = [each for each in beginnings if len(each) >= _INSIDE and each in word]
        found.append((spelled.get(word, word), table[max(begun, key=len)] if begun else ""))
    return found


def _pieces(text: str, table: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What stands in a text without spaces, the longest pieces first, in their order."""
    places: list[tuple[int, str, str]] = []
    for piece in sorted(table, key=len, reverse=True):
        while (at := text.find(piece)) >= 0:
            insort(places, (at, piece, table[piece]))
            text = text.replace(piece, "\0" * len(piece), 1)
    for match in re.finditer(r"[a-z][\w.-]*", text):
        insort(places, (match.start(), match[0], ""))
    for _, piece, meant in places:
        yield piece, meant
