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
    r"authors|sponsor|internals|architecture|style[-_ ]?guide|benchmarks?\b|404|search\b|tags\b|"
    r"(commit|ai)[-_](convention|policy)|support\.md$)"
    r"|(^|/)(claude|agents|gemini|copilot-instructions|skill)\.md$|(^|/)(\.github|blog|skills)/"
)
# Those of somebody who knows an older one, or another.
_NO_BEGINNING = re.compile(r"(?i)migrat|upgrad|compar|what-?s-?new")
# What closes the heading of a page that answers no question,
_FURNITURE = re.compile(
    r"(?i)\b(references?|contents|overview|introduction|conclusions?|see also|next steps?|links|"
    r"credits|licen[cs]e|contribut\w*|sponsors?\w*|authors?|acknowledge?ments?|change ?log|roadmap|"
    r"releases?( notes)?|code of conduct|faqs?|features|community|usage|"
    r"learn more|thanks|badges|check it|newsletter|your (work|support))\W*$"
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
_BADGE = re.compile(  # a version, a type, an aside, and what is left of an anchor
    r"\s+(?:v?\d+\.\d+(?:\.\d+)?\+?|\[[^\]]*\]|\([^)]*\)|%\{[^}]*\}%|%%)(?=\s|$)"
)
_OPEN_END = re.compile(r"(?i)\b(from|to|in|of|with|for|at|by|on|and|since)$")
_LEANS = re.compile(  # on what stands around it
    r"(?i)\b(this|these|those|it|them|ones?|following|above|below|our|us|we|you)\b|\b(that|else)\W*$"
    r"|\bthe (code|program|app|application|results?|data|statement)( again)?$"
    r"|started\b|\s[-\u2013\u2014]\s|[:;\u2026\u2192\u2264\u2265@%=<>\[\]]|->|\d+\.[\dxX]|^\W*and\b|\bvs\b"
)
_ASKS = re.compile(r"(?i)(what|which|where|who|why|when|how) (is|are|do|does|can|should|if)\b")
_ASKS_WHEN = re.compile(r"(?i)(when|where) to (.+)")
_FOREIGN = re.compile("[\u0400-\u04ff\u0590-\u06ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NUMBERED = re.compile(r"^\W*(?:(?:step|part|chapter)\s+)?\d+(?:\.\d+)*[.):]?\s+", re.IGNORECASE)
_MARKUP = re.compile(r"[`*]|\{#[^}]*\}|\[\]\([^)]*\)|[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F]")
_CODE_NAME = re.compile(
    r"[A-Za-z]\w*[._]\w[\w.]*|[\w.]+\(.*\)|[A-Z][a-z]+[A-Z]\w*|[a-z]+[A-Z]\w*|--[\w-]+"
)
_PRODUCT = re.compile(  # spelled like code
    r"(?i)[\w-]+\.(js|io|ts|py|net|dev)|this\.\S+|\w+(js|io|api|sql|db|ql)|git\w+|(type|java|coffee)script|"
    r"web\w+|datetime|mac\w+|\w+_\w+note"
)

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
_DOUBLED, _EITHER, _BEFORE_NOUNS, _SMALL, _KEPT, _VAGUE, _COUNTED, _MASS = (
    frozenset(listed.split())
    for listed in (
        heading_words.DOUBLED,
        heading_words.EITHER,
        heading_words.BEFORE_NOUNS,
        heading_words.SMALL,
        heading_words.KEPT,
        heading_words.VAGUE,
        heading_words.COUNTED,
        heading_words.MASS,
    )
)
_PLURALS_NOT = ("ss", "us", "is", "ics")


def _gerund(verb: str) -> str:
    if verb in _DOUBLED:
        return f"{verb}{verb[-1]}ing"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return f"{verb[:-1]}ing"
    return f"{verb}ing"


_VERBS = frozenset(heading_words.VERBS.split())
_BASE = {each: verb for verb in _VERBS for each in (verb, _gerund(verb))}


def is_for_readers(file: str) -> bool:
    """Is `file` a page for those who use the project, and not for those who work on it?"""
    return not _OTHERS_PAGES.search(file)


def question_of(heading: str, project: str, language: str = DEFAULT) -> str:
    """The question that the text under `heading` answers; "" where no rule makes a good one."""
    return _asked(heading, project, language)[1]


def _asked(heading: str, project: str, language: str) -> tuple[str, str]:
    """The text that the question is made with ("" for its own words), and the question."""
    words = " ".join(_NUMBERED.sub("", _MARKUP.sub("", heading)).split()).strip(" .:!—–-¶#")
    words = _BADGE.sub("", words)
    if not words or len(words) > MAX_CHARS or _OPEN_END.search(words):
        return "", ""
    if language == DEFAULT and _FOREIGN.search(words):
        return "", ""
    if words.endswith(("?", "？", "؟")):
        return "", _own_question(words, language, project)
    if words.lower() == project.lower():
        return "ask_what", text(language, "ask_what", heading=project)
    for key, meant in _MEANINGS:
        if meant.fullmatch(words):
            return key, text(language, key, project=project) if project else ""
    if _FURNITURE.search(words) or _ALONE.fullmatch(words) or _FILE_NAME.fullmatch(words):
        return "", ""
    if _CODE_NAME.fullmatch(words):
        return "ask_does", _of_code(words, language)
    key, put = _RULES.get(language, _named)(words, language, project)
    return key, text(language, key, heading=put) if key else put


def _own_question(words: str, language: str, project: str) -> str:
    """A heading that is a question already, as one asks it; "" where it leans on the text."""
    if len(words.split()) < 2 and len(words) <= 8:
        return ""
    if language != DEFAULT:
        return words
    if _LEANS.search(words) or re.match(
        r"(?i)(what\W?s (new|next)|what (else|just happened)|too|no)\b", words
    ):
        return ""
    if how := re.match(r"(?i)how to (.+)\?", words):
        return text(language, "ask_how", heading=_lower(how[1], project))
    words = re.sub(r"\s+\?", "?", words)
    return words[0].upper() + words[1:2] + _inside(words[2:], project)


def _of_code(name: str, language: str) -> str:
    """What one asks of a name in code: what it is, of a class or a constant, else what it does."""
    if _PRODUCT.fullmatch(name):
        return ""
    name = re.sub(r"\(.*\)$", "()", name)
    last = name.rpartition(".")[2]
    is_thing = last[:1].isupper() and ("." in name or not last.isupper()) and "_" not in name
    return text(language, "ask_what" if is_thing else "ask_does", heading=name)


def _each_once(asked: Iterable[str]) -> list[str]:
    """Those that are questions, in their order; one that asks with the same words is the same."""
    found: dict[frozenset[str], str] = {}
    for question in filter(None, asked):
        words = re.findall(r"[\w.]+", question.lower())
        found.setdefault(frozenset(word.rstrip("s?.") for word in words) - {"the", "a"}, question)
    return list(found.values())


def questions(headings: Iterable[str], project: str, language: str = DEFAULT) -> list[str]:
    """The questions of several headings, in their order, each once."""
    return _each_once(question_of(heading, project, language) for heading in headings)


def next_questions(headings: Iterable[str], project: str, language: str = DEFAULT) -> list[str]:
    """The same for somebody who has read an answer: how a thing works is asked where its name says
    which one ("Settings" does not)."""
    found = []
    for heading in headings:
        key, question = _asked(heading, project, language)
        is_vague = key in _ABOUT and len(_content(heading)) < 2
        if question and not is_vague:
            found.append(question)
    return _each_once(found)


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
    for file, headings in files.items():
        asked = [_asked(heading, project, language) for heading in headings]
        for key, question in asked:
            if key in begin:
                begin[key] = begin[key] or question
        if _NO_BEGINNING.search(file):
            continue
        doing = [each for key, each in asked if each and key in _DOING]
        do += [each for each in doing if not _ONE_OF_THEM.match(each)][:MAX_OF_FILE]
        about += [each for key, each in asked if each and key in _ABOUT][:1]
    found = [*filter(None, begin.values()), *do]
    return _each_once(found if len(found) >= ENOUGH else [*found, *about])


_ONE_OF_THEM = re.compile(r"How do I \w+ the ")  # which one, a newcomer does not know


def is_about(question: str, heading: str) -> bool:
    """Does `question` ask what the text under `heading` says?"""
    said = _content(heading)
    return bool(said) and said <= _content(question)


def _content(words: str) -> set[str]:
    found = re.findall(r"\w+", words.lower())
    return {_BASE.get(word, word).rstrip("s") for word in found if word not in _SMALL}


# Each rule gives the text that a question is made with, and the heading as it stands in it; "" and
# "" where it is none.


def _english(words: str, language: str, project: str) -> tuple[str, str]:
    if re.fullmatch(r"[a-z]+(?:-[a-z]+)+", words):  # a page named as its file
        words = words.replace("-", " ")
        if not words.endswith("s") or project.lower() in words:
            return "", ""
    if _LEANS.search(words):
        return "", ""
    if how := re.match(r"(?i)how (?:to|do i|can i)\s+(.+)", words):
        return "ask_how", _lower(how[1], project)
    if when := _ASKS_WHEN.match(words):
        return "", f"{when[1].capitalize()} should I {_inside(when[2], project)}?"
    if _ASKS.match(words):
        return "", _own_question(f"{words}?", language, project)
    first, _, rest = words.partition(" ")
    verb = _BASE.get(first.lower())
    if verb and rest and not rest.lower().startswith(("of ", "is ", "are ", "or ")):
        if _STATES.search(rest):
            return "", ""
        if first.lower() != verb and verb in _EITHER and re.fullmatch(r"\w*[^\Ws]", rest):
            return "", ""  # "Calling convention"
        if first.lower() != verb or verb not in _EITHER or _DETERMINED.search(rest):
            return _done(verb, rest, project)
        if verb not in _BEFORE_NOUNS or len(words.split()) > 2:
            return "", ""  # "Group lamps": a verb or a noun, who knows
    many = words.split()
    if first.lower().endswith("ing") and len(first) > 5 and len(many) > 1:
        return "", ""  # a verb that we do not know
    if len(many) > MAX_NOUNS or len(words) < 4 or re.search(r"[:;,!()\"'→?]|\s/\s", words):
        return "", ""
    return _named(words, language, project)


_DETERMINED = re.compile(
    r"(?i)\b(an?|the|your|its?|this|all|any|each|every|multiple|several|into|up)\b"
    r"|^(new|own|more|two|down|on|off|in|out|to|for|from|with|without|over|by|as)\b"
)
_STATES = re.compile(  # a sentence that says how something is
    r"\b(?<!if )(?<!when )"
    r"(?:is|are|was|were|fails?|does|doesn't|isn't|cannot|should|must|will|now|has)\b"
)
_NO_NAME = re.compile(r"(?i)(?:an?|as|into|through|when|per|\w+ (?:the|an?|your|my)) ")
_AND_DOING = re.compile(r"\b(and|or) (\w+ing)\b", re.IGNORECASE)
_TITLED = re.compile(r"\b[A-Z][a-z]+\b")
_AFTER_HEAD = re.compile(r"(?i)\s(?:on|of|in|at|by|for|with|from|to|without|into|over|as)\s")
_WITH = ("work", "integrate", "begin", "start", "connect")  # what one does with something


def _done(verb: str, rest: str, project: str) -> tuple[str, str]:
    """What one does, where it is said to what: to the project, where one runs or uses it so."""
    rest = _AND_DOING.sub(lambda found: f"{found[1]} {_BASE.get(found[2].lower(), found[2])}", rest)
    begins = rest.partition(" ")[0].lower()
    if verb in ("use", "run") and begins in ("with", "from", "in", "on", "as", "without"):
        rest = f"{project} {rest}"
    elif (begins == "and" and rest.split()[1] not in _VERBS) or (
        begins == "with" and verb not in _WITH
    ):
        return "", ""
    return "ask_how", f"{verb} {_inside(rest, project)}"


def _lower(words: str, project: str) -> str:
    """`words` inside of a sentence."""
    first, space, rest = words.partition(" ")
    if first[1:].islower() and first not in _KEPT and first not in project.split():
        first = first.lower()
    return f"{first}{space}{_inside(rest, project, 1)}"


def _inside(words: str, project: str, capitals: int = 2) -> str:
    """`words` inside of a sentence, the Capitals Of A Title taken away where there are that many,
    or from a plural; a name keeps its own, and what stands behind one."""
    words = re.sub(r"(?i)\byour\b", "my", words)
    words = re.sub(
        r"\b([Aa]n?) ([A-Z][a-z]+)\b",
        lambda found: found[0] if found[2] in _KEPT else f"{found[1]} {found[2].lower()}",
        words,
    )
    kept = _KEPT | set(project.split())
    kept |= {
        after
        for before, after in zip(words.split(), words.split()[1:], strict=False)
        if before in kept and not after.endswith("s")
    }
    titled = [word for word in _TITLED.findall(words) if word not in kept]
    small = [word for word in words.split() if word[:1].islower() and len(word) > 3]
    if small or len(titled) < capitals:
        titled = [word for word in titled if word.endswith("s") and not small]
    return _TITLED.sub(lambda word: word[0].lower() if word[0] in titled else word[0], words)


def _named(words: str, language: str, project: str) -> tuple[str, str]:
    """A heading that is a thing's name."""
    if language != "en":
        return "ask_about", words
    head = _AFTER_HEAD.split(words)[0]
    last = head.rpartition(" ")[2].lower()
    inner = {word.lower() for word in re.findall(r"[\w'-]+", words)}
    states = {word for word in inner if word.rstrip("s") in _VERBS - _EITHER}
    if (
        inner & _VAGUE
        or _NO_NAME.match(words)
        or _STATES.search(words)
        or (states and not last.endswith("ing") and len(inner) > 1)
    ):
        return "", ""
    is_many = last.endswith("s") and not last.endswith(_PLURALS_NOT)
    if is_many or (re.search(r"\s(?:and|&)\s", head) and not _is_mass(last)):
        return ("ask_about_many", _lower(words, project)) if is_many else ("", "")
    if (
        words.lower().startswith("the ")
        or _is_mass(last)
        or re.fullmatch(r"[A-Z]{2,}(/?\d)?", words)
    ):
        return "ask_about", _lower(words, project)
    if last in _COUNTED and " " in head:
        return "ask_about", f"the {_lower(words, project)}"
    return "", ""


def _is_mass(noun: str) -> bool:
    """Does one say `noun` without an article?"""
    return noun in _MASS or (_MASS_ENDS.search(noun) is not None and noun not in _COUNTED)


_MASS_ENDS = re.compile(
    r"[a-z]{2}(?:tion|sion|ment|ing|ance|ence|ity|ness|ship|ism|graphy|sis|cy)$"
)


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


def _by_infinitive(words: str, language: str, project: str) -> tuple[str, str]:
    if len(words.split()) > 9:
        return "", ""
    if _INFINITIVES[language].match(words):
        first, space, rest = words.partition(" ")
        lowers = language != "de" or re.fullmatch(r"(?i)ein\w*|de[rnms]|die|das|mit|ohne|im", first)
        inside = f"{first.lower()}{space}{rest}" if lowers else words
        return "ask_how", inside
    return _named(words, language, project) if len(words.split()) <= MAX_NOUNS else ("", "")


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
