"""Headings as the questions that a reader would ask, by rules for each language.

A heading that no rule turns into a good sentence is none: better three questions than a bad fourth.
The sentences themselves are texts of the interface (`ask_…`), in the documentation's language.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from hyperrun.language import DEFAULT, text
from hyperrun.search import heading_words

MAX_CHARS = 70
MAX_OF_FILE = 2  # questions, of those that a newcomer asks
ENOUGH = 4
MAX_NOUNS = 5  # words; a longer heading without a verb is a sentence, or a slogan

# Pages for those who work on the project, and what is no reading at all.
_OTHERS_PAGES = re.compile(
    r"(?i)(^|/)[\w.-]*(contribut|develop(ers?|ment|ing)\b|maintain|governance|changelog|"
    r"code[-_ ]of[-_ ]conduct|changes\b|release|roadmap|history\b|security\b|licen[cs]e|credits|"
    r"authors|sponsor|internals|architecture|style[-_ ]?guide|benchmarks?\b|404|search\b|tags\b)"
    r"|(^|/)(claude|agents|gemini|copilot-instructions)\.md$"
)
# What closes the heading of a page that answers no question,
_FURNITURE = re.compile(
    r"(?i)\b(references?|contents|overview|introduction|conclusions?|see also|next steps?|links|"
    r"credits|licen[cs]e|contribut\w*|sponsors?\w*|authors?|acknowledge?ments?|change ?log|roadmap|"
    r"releases?( notes)?|code of conduct|faqs?|features|community|usage|"
    r"learn more|thanks|badges|check it)\W*$"
    r"|^\W*(why|beloved|what'?s|more|further|table of|version|v?\d|go on|welcome|some|"
    r"without|with|for|in|at|on|of|by|behind|beside|before|after|under|from|and|or|but)\b"
)
# and what means nothing alone.
_ALONE = re.compile(
    r"(?i)(readme|api|index|about|summary|notes?|examples?|resources|parameters|arguments|returns?|raises|"
    r"attributes|methods|properties|class(es)?|functions|modules?|exceptions|constants|types|"
    r"prerequisites|requirements|motivation|background|support|help|dependencies|todo|misc\w*|"
    r"others?|details|goals|status|description|home|welcome|documentation|guides?|basics)"
)
_DOING = ("", "ask_how", "ask_configure", "ask_use", "ask_trouble")
_ABOUT = ("ask_about", "ask_about_many")
_FILE_NAME = re.compile(r"\d+_\w+|\w+[-_]\w+(?:[-_]\w+)*\.\w+|[A-Z]{4,}")  # of one without a title
_NUMBERED = re.compile(r"^\W*(?:(?:step|part|chapter)\s+)?\d+(?:\.\d+)*[.):]?\s+", re.IGNORECASE)
_MARKUP = re.compile(r"[`*]|\{#[^}]*\}|\[\]\([^)]*\)|[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F]")
_CODE_NAME = re.compile(r"[A-Za-z]\w*[._]\w[\w.]*|\w+\(.*\)|[A-Z][a-z]+[A-Z]\w*|--[\w-]+")

_MEANINGS = tuple(
    (
        key,
        re.compile(
            rf"\W*(?:{'|'.join(filter(None, map(str.strip, meant.splitlines())))})\W*",
            re.IGNORECASE,
        ),
    )
    for key, meant in heading_words.MEANT.items()
)
_DOUBLED, _EITHER, _BEFORE_NOUNS, _SMALL, _KEPT = (
    frozenset(listed.split())
    for listed in (
        heading_words.DOUBLED,
        heading_words.EITHER,
        heading_words.BEFORE_NOUNS,
        heading_words.SMALL,
        heading_words.KEPT,
    )
)
_PLURALS_NOT = ("ss", "us", "is", "ics")


def _gerund(verb: str) -> str:
    if verb in _DOUBLED:
        return f"{verb}{verb[-1]}ing"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return f"{verb[:-1]}ing"
    return f"{verb}ing"


_BASE = {each: verb for verb in heading_words.VERBS.split() for each in (verb, _gerund(verb))}


def is_for_readers(file: str) -> bool:
    """Is `file` a page for those who use the project, and not for those who work on it?"""
    return not _OTHERS_PAGES.search(file)


def question_of(heading: str, project: str, language: str = DEFAULT) -> str:
    """The question that the text under `heading` answers; "" where no rule makes a good one."""
    return _asked(heading, project, language)[1]


def _asked(heading: str, project: str, language: str) -> tuple[str, str]:
    """The text that the question is made with ("" for its own words), and the question."""
    words = " ".join(_NUMBERED.sub("", _MARKUP.sub("", heading)).split()).strip(" .:!—–-¶#")
    if not words or len(words) > MAX_CHARS:
        return "", ""
    if words.endswith(("?", "？", "؟")):
        return "", words if len(words.split()) > 1 or len(words) > 8 else ""
    if words.lower() == project.lower():
        return "ask_what", text(language, "ask_what", heading=project)
    for key, meant in _MEANINGS:
        if meant.fullmatch(words):
            return key, text(language, key, project=project) if project else ""
    if _FURNITURE.search(words) or _ALONE.fullmatch(words) or _FILE_NAME.fullmatch(words):
        return "", ""
    if _CODE_NAME.fullmatch(words):
        return "ask_does", text(language, "ask_does", heading=words)
    key, put = _RULES.get(language, _named)(words, language)
    return key, text(language, key, heading=put) if key else ""


def questions(headings: Iterable[str], project: str, language: str = DEFAULT) -> list[str]:
    """The questions of several headings, in their order, each once."""
    asked = (question_of(heading, project, language) for heading in headings)
    return list(dict.fromkeys(question for question in asked if question))


def next_questions(headings: Iterable[str], project: str, language: str = DEFAULT) -> list[str]:
    """The same for somebody who has read an answer: how a thing works is asked where its name says
    which one ("Settings" does not)."""
    found = []
    for heading in headings:
        key, question = _asked(heading, project, language)
        is_vague = key in _ABOUT and len(_content(heading)) < 2
        if question and not is_vague:
            found.append(question)
    return list(dict.fromkeys(found))


def first_questions(
    files: Mapping[str, Sequence[str]], project: str, language: str = DEFAULT
) -> list[str]:
    """What a newcomer asks, of the headings of files in the order in which one reads them: what it
    is, how to install it and to begin, what one does with it, two of a file; how a thing works
    only where there is little else."""
    begin = dict.fromkeys(("ask_what", "ask_install", "ask_start"), "")
    if files and project:
        begin["ask_what"] = text(language, "ask_what", heading=project)
    do: list[str] = []
    about: list[str] = []
    for headings in files.values():
        asked = [_asked(heading, project, language) for heading in headings]
        for key, question in asked:
            if key in begin:
                begin[key] = begin[key] or question
        do += [each for key, each in asked if each and key in _DOING][:MAX_OF_FILE]
        about += [each for key, each in asked if each and key in _ABOUT][:1]
    found = [*filter(None, begin.values()), *do]
    return list(dict.fromkeys(found if len(found) >= ENOUGH else [*found, *about]))


def is_about(question: str, heading: str) -> bool:
    """Does `question` ask what the text under `heading` says?"""
    said = _content(heading)
    return bool(said) and said <= _content(question)


def _content(words: str) -> set[str]:
    found = re.findall(r"\w+", words.lower())
    return {_BASE.get(word, word).rstrip("s") for word in found if word not in _SMALL}


# Each rule gives the text that a question is made with, and the heading as it stands in it; "" and
# "" where it is none.


def _english(words: str, language: str) -> tuple[str, str]:
    if how := re.match(r"(?i)how (?:to|do i|can i)\s+(.+)", words):
        return "ask_how", _lower(how[1])
    first, _, rest = words.partition(" ")
    verb = _BASE.get(first.lower())
    if verb and rest and not rest.lower().startswith(("of ", "is ", "are ")):
        if first.lower() != verb or verb not in _EITHER or _DETERMINED.search(rest):
            return "ask_how", f"{verb} {_inside(rest)}"
        if verb not in _BEFORE_NOUNS or len(words.split()) > 2:
            return "", ""  # "Group lamps": a verb or a noun, who knows
    many = words.split()
    if first.lower().endswith("ing") and len(first) > 5 and len(many) > 1:
        return "", ""  # a verb that we do not know
    if len(many) > MAX_NOUNS or len(words) < 4 or re.search(r"[:;,!()→]|\s/\s", words):
        return "", ""
    return _named(words, language)


_DETERMINED = re.compile(
    r"(?i)\b(an?|the|your|its?|this|all|any|each|every|multiple|several|into|up)\b"
    r"|^(new|own|more|one|two|down|on|off|in|out|to|for|from|with|without|over|by|as)\b"
)
_TITLED = re.compile(r"\b[A-Z][a-z]+\b")
_AFTER_HEAD = re.compile(r"(?i)\s(?:on|of|in|at|by|for|with|from|to|without|into|over|as)\s")


def _lower(words: str) -> str:
    """`words` inside of a sentence."""
    first, space, rest = words.partition(" ")
    if first[1:].islower() and first not in _KEPT:
        first = first.lower()
    return f"{first}{space}{_inside(rest, 1)}"


def _inside(words: str, capitals: int = 2) -> str:
    """`words` inside of a sentence, the Capitals Of A Title taken away where there are that many,
    or from a plural; a name keeps its own."""
    words = re.sub(r"(?i)\byour\b", "my", words)
    titled = [word for word in _TITLED.findall(words) if word not in _KEPT]
    small = [word for word in words.split() if word[:1].islower() and len(word) > 3]
    if small or len(titled) < capitals:
        titled = [word for word in titled if word.endswith("s") and not small]
    return _TITLED.sub(lambda word: word[0].lower() if word[0] in titled else word[0], words)


def _named(words: str, language: str) -> tuple[str, str]:
    """A heading that is a thing's name."""
    if language != "en":
        return "ask_about", words
    head = _AFTER_HEAD.split(words)[0]
    last = head.rpartition(" ")[2].lower()
    is_many = last.endswith("s") and not last.endswith(_PLURALS_NOT)
    is_many = is_many or re.search(r"\s(?:and|&)\s", head) is not None
    return "ask_about_many" if is_many else "ask_about", _lower(words)


def _infinitive_first(pattern: str) -> "re.Pattern[str]":
    return re.compile(rf"(?i)\w+(?:{pattern})\b\s+\S")


_INFINITIVES = {
    "es": _infinitive_first("ar|er|ir|arse|erse|irse"),
    "fr": _infinitive_first("er|ir|re"),
    "pt": _infinitive_first("ar|er|ir|or"),
    "de": re.compile(r"(?i).*\s\w+(?:en|ern|eln)$"),
    "ja": re.compile(r".*[るうくすつむ]$"),
    "ko": re.compile(r".*기$"),
    "zh": re.compile(
        "(?:安装|配置|使用|创建|添加|删除|运行|部署|编写|设置|更新|连接|启动|停止|自定义|管理|构建|导出|导入|调用|启用|禁用).+"
    ),
}


def _by_infinitive(words: str, language: str) -> tuple[str, str]:
    if len(words.split()) > 9:
        return "", ""
    if _INFINITIVES[language].match(words):
        first, space, rest = words.partition(" ")
        lowers = language != "de" or re.fullmatch(r"(?i)ein\w*|de[rnms]|die|das|mit|ohne|im", first)
        inside = f"{first.lower()}{space}{rest}" if lowers else words
        return "ask_how", inside
    return _named(words, language) if len(words.split()) <= MAX_NOUNS else ("", "")


_RULES = {"en": _english} | dict.fromkeys(_INFINITIVES, _by_infinitive)

# Words that stand in nearly every sentence of a language, and in few of another.
_TELLING = {
    "en": "the and of to is with for you are this that",
    "de": "der die und das ist nicht mit für ein eine werden wird sie",
    "es": "el los las para que una con por se del puede",
    "fr": "le les des une est pour dans vous avec qui sur pas",
    "pt": "os as para uma com não por você do da em são",
}
_WORDS = {language: frozenset(words.split()) for language, words in _TELLING.items()}
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ar", re.compile(r"[\u0620-\u064a]")),
    ("he", re.compile(r"[\u05d0-\u05ea]")),
)


def language_of(prose: str) -> str:
    """The language that most of `prose` is written in; English where that is not to be seen."""
    letters = sum(map(str.isalpha, prose)) or 1
    for language, letter in _SCRIPTS:
        if len(letter.findall(prose)) > 0.15 * letters:
            return language
    words = re.findall(r"[^\W\d_]+", prose.lower())
    counted = {code: sum(word in known for word in words) for code, known in _WORDS.items()}
    best = max(counted, key=lambda code: counted[code])
    return best if counted[best] > 1.2 * counted[DEFAULT] else DEFAULT
