"""For whom a file is written, by where it stands: its readers, or who makes the project, or others.

The constants were tuned on development questions only; see bench/search.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from hyperrun.search import dictionary

_TESTS = re.compile(
    r"(^|/)(tests?|testing|specs?|__tests__|testdata|fixtures?|mocks?|e2e)/"
    r"|(^|/)(test_[^/]*|conftest|testing)\.\w+$|[._-](tests?|spec)\.\w+$"
    r"|Tests?\.(java|kt|cs|swift|php|scala)$",
)
_EXAMPLES = re.compile(
    r"(^|/)(examples?|samples?|demos?|benchmarks?|bench(es)?|scripts|tools|docs_src|doc_src)/"
)
_OLD = re.compile(r"(^|/)_?(compat|legacy|deprecated|vendor(ed)?|internal_compat)(/|\.|_|$)", re.I)
_NOTES = re.compile(
    r"(^|/)(changelogs?([-_](unreleased|archive|v?\d\w*))?|changes|\.?changesets?|history|news|"
    r"newsfragments?|release[-_]?notes?|licen[cs]e|([a-z]+[-_])*contributing([-_][a-z]+)*|"
    r"code_of_conduct|authors|security|whatsnew|releases|blog)(\.|/|$)|(^|/)_?posts/",
    re.I,
)
# What tells those who come from another version, or from another program, what is different;
# migrations are a feature of some.
_UPGRADES = re.compile(
    r"(^|[-_./])(migrat(ing|ion|e[-_](to|from))|upgrad(e|es|ing)|porting)([-_./]|$)", re.I
)
_TRANSLATED = re.compile(
    r"(^|/)(docs?|i18n|locales?|translations?|content|pages|README[._-])/?"
    r"(?!(?:en|js|ts|go|py|cs|db|ui|io|os|ai|ci|cd|qt|vs|ip|my|to|me|is|in|it|no|so)[._/-])"
    r"(?P<language>[a-z]{2})([-_][a-z]{2,4})?[/.]", re.I,
)  # fmt: skip
_NAMED = {  # languages by their own names
    "中文": "zh", "简体中文": "zh", "繁體中文": "zh", "繁体中文": "zh", "日本語": "ja",
    "한국어": "ko", "русский": "ru", "українська": "uk", "español": "es", "français": "fr",
    "português": "pt", "deutsch": "de", "italiano": "it", "türkçe": "tr", "polski": "pl",
}  # fmt: skip
_TRANSLATED_FILE = re.compile(  # `page.fr.md` beside `page.md`, and `README.中文.md`
    rf"[._-](?P<language>(?i:{'|'.join(_NAMED)})|(?<=\.)"
    r"(?!(?:en|js|ts|go|py|cs|rs|rb|sh|tf|kt|ml|db|ui|io|os|ai|ci|cd|qt|vs|ip|my|to|me|is|in|so)"
    r"[._-])[a-z]{2})([-_][A-Za-z]{2,4})?(?=\.(?:mdx?|markdown|rst|adoc|ipynb)$)"
)
# Wherever it stands, as in `v1.2/pt-BR/page.mdx`; `cs/` and `vi/` may be of something else.
_TRANSLATED_FOLDER = re.compile(
    r"(^|/)(?P<language>de|es|fr|hu|ja|ko|nl|pt|ru|tr|uk|zh)([-_][A-Za-z]{2,4})?/"
    r"(?=.*\.(?:mdx?|markdown|rst|adoc|ipynb)$)"
)
# A language with its country or script, which nothing else is called: `it-IT/`, `zh-Hans/`.
_LOCALE_FOLDER = re.compile(
    r"(^|/)(?P<language>(?!en[-_])[a-z]{2,3})[-_](?!JS|TS|UI|UX|DB|OS|IO|AI|CI)"
    r"([A-Z]{2}|Arab|Cyrl|Deva|Hans|Hant|Latn)/(?=.*\.(?:mdx?|markdown|rst|adoc|ipynb)$)"
)
_ANYWHERE = re.compile(r"(index|readme)\.[^/]*$", re.IGNORECASE)
_COUNTRIES = {"cn": "zh", "jp": "ja", "kr": "ko", "br": "pt"}  # that stand for a language
_LANGUAGES = _COUNTRIES | _NAMED
_ANY = "*"
_HIDDEN = re.compile(r"(^|/)\.")
# Code whose comments are a reference's pages.
DOCUMENTED_CODE = (
    ".rs", ".go", ".ex", ".exs", ".jl", ".js", ".mjs", ".cjs", ".ts", ".mts", ".h", ".hh", ".hpp",
)  # fmt: skip
# Settings of which quartodoc and great-docs make the pages of a reference.
OF_A_REFERENCE = re.compile(r"(?:^|/)(?:_quarto[\w.-]*|great-docs)\.ya?ml$")
_ASKED_TESTS = re.compile(r"\b(tests?|testing|tested|spec|fixtures?|mock\w*)\b", re.I)
_ASKED_EXAMPLES = re.compile(r"\b(examples?|samples?|demo|bench\w*|scripts?|tutorial)\b", re.I)
_ASKED_OLD = re.compile(r"compat|legacy|deprecat|vendor", re.I)
_ASKED_NOTES = re.compile(
    r"\b(chang(es|ed|elog)|release\w*|history|versions?|news|licen[cs]e|contribut\w+|authors?|"
    r"upgrad\w+|migrat\w+|deprecat\w+|security|blog)\b", re.I,
)  # fmt: skip
# Errors come with a new version.
_ASKED_UPGRADES = re.compile(
    r"\b(chang(es|ed)|versions?|upgrad\w+|updat\w+|migrat\w+|mov(e|ing)|port(ing)?|switch\w*|"
    r"com(e|ing) from|convert\w*|deprecat\w+|remov\w+|renam\w+|replac\w+|instead|no longer|"
    r"any ?more|still|since|old(er)?|new(er)?|break\w*|broke|used to|was"
    r"|v\d+(\.\w+)*|\d{1,2}(\.\w+)*|\d{4}\.\w+)\b|Error\b",  # and no status, as 404
    re.I,
)
# Where a copy of an older version stands, what was written for contributors and their tools.
_VERSIONED = re.compile(
    r"(^|/)((versioned_docs([-_][a-z]+)?(/version-[\w.-]+)?|version[-_]?\d[\w.]*"
    r"|docs?[-_]?v\d[\w.]*|v?\d+(\.\d+)+|v?\d+\.x)/)+",
    re.I,
)
# Than what stands beside it, as Docusaurus has it, and what is kept for its authors.
_OLDER = re.compile(
    r"(^|/)(versioned_docs|_?attic|([a-z]+[-_])?old([-_][a-z]+)?|([a-z]+[-_])*archived)/"
)
_ASKED_VERSIONS = re.compile(
    r"\b(versions?|older|legacy|v\d+(\.\w+)*|\d+\.(\d|x\b)|(?-i:[A-Z])\w+ \d+)", re.I
)
_INTERNAL = re.compile(
    r"^skill\.md$|(^|/)((?-i:AGENTS|CLAUDE|SKILL)|maint\w*|develop(ment|ing)|governance|roadmap|todo|"
    r"backers|sponsors|releasing|release[-_]?(checklist|process|steps)|ai[-_]policy)\.|"
    r"licen[cs]e|(^|/)\.|(^|/)(tests?|__tests__|fixtures?|testdata|e2e|benches)/|"
    r"(^|/)skills/[\w-]+/references?/|(^|/)(_internals?|dev[-_]docs?)/|"
    r"(^|/)(seps?|rfcs?|keps?|adrs?|proposals?|enhancements?|design[-_]?(docs?|notes?))/|"
    r"(^|/)(?!tip|zip)[a-z][ei]p-\d{3,5}\b[^/]*\.\w+$", re.I,
)  # fmt: skip

_FIRST_STEPS = re.compile(
    r"(^|/)[\d_-]*(readme|index|getting[-_ ]?started|quick[-_ ]?start|introduction|intro|overview|"
    r"first[-_ ]steps|install\w*|tutorials?|usage|basics|guide|user[-_ ]guide)(\.|/|$)", re.I,
)  # fmt: skip

TEST, EXAMPLE, OLD, NOTE, STUB, FOREIGN = 0.2, 0.3, 0.6, 0.45, 0.75, 0.5
UPGRADES = 0.7
VERSIONED, OLDER = 0.7, 1.5


class AskedKinds(NamedTuple):
    """Which kinds of files that are not for every reader a question asks for."""

    tests: bool
    examples: bool
    old: bool
    notes: bool
    upgrades: bool
    versions: bool
    language: str  # of translations; `_ANY` where it is none that can be told


ASKED_FOR_NONE = AskedKinds(
    tests=False,
    examples=False,
    old=False,
    notes=False,
    upgrades=False,
    versions=False,
    language="",
)


def kinds_asked_for(question: str) -> AskedKinds:
    """By its words, and the language that they are in."""
    language = dictionary.language_of(question)
    if not language and any(each.isalpha() and not each.isascii() for each in question):
        language = _ANY
    return AskedKinds(
        tests=bool(_ASKED_TESTS.search(question)),
        examples=bool(_ASKED_EXAMPLES.search(question)),
        old=bool(_ASKED_OLD.search(question)),
        notes=bool(_ASKED_NOTES.search(question)),
        upgrades=bool(_ASKED_UPGRADES.search(question)),
        versions=bool(_ASKED_VERSIONS.search(question)),
        language=language,
    )


def generality(file: str) -> int | None:
    """How soon a newcomer reads a page of documentation, 0 first; None where it is for others."""
    notes = (_TESTS, _EXAMPLES, _OLD, _NOTES, _HIDDEN)
    if _translation(file) or any(pattern.search(file) for pattern in notes):
        return None
    is_reference = file.endswith(DOCUMENTED_CODE) or bool(OF_A_REFERENCE.search(file))
    steps = 9 if is_reference else 0 if _FIRST_STEPS.search(file) else 3
    return 2 * file.count("/") + steps


def _translation(file: str) -> re.Match[str] | None:
    """What of a path names a language."""
    patterns = (_LOCALE_FOLDER, _TRANSLATED, _TRANSLATED_FILE, _TRANSLATED_FOLDER)
    return next(filter(None, (pattern.search(file) for pattern in patterns)), None)


@lru_cache(maxsize=8_192)
def is_foreign(file: str, asked: AskedKinds) -> bool:
    """Is it a translation into another language than the question's?"""
    found = _translation(file)
    if found is None or asked.language == _ANY:
        return False
    language = found["language"].lower()
    return _LANGUAGES.get(language, language) != asked.language


@lru_cache(maxsize=8_192)
def copied(file: str, asked: AskedKinds) -> str:
    """How the path of the page ends that this one is an older version or a translation of; "" where
    it is none, where the question asks for such, and where too many end so."""
    if is_foreign(file, asked):
        found = _TRANSLATED_FILE.search(file) or _translation(file)
    else:
        found = None if asked.versions else _VERSIONED.search(file)
    if found is None:
        return ""
    end = file[found.end() :]
    if found.re is _TRANSLATED_FILE:
        return file[: found.start()] + end
    return "" if _ANYWHERE.match(end) else end


@lru_cache(maxsize=8_192)
def place_factor(file: str, asked: AskedKinds) -> float:
    """By how much a passage counts less because of where it stands: 1 where it does not."""
    factor = 1.0
    if not asked.tests and _TESTS.search(file):
        factor *= TEST
    if not asked.examples and _EXAMPLES.search(file):
        factor *= EXAMPLE
    if not asked.old and _OLD.search(file):
        factor *= OLD
    if not asked.notes and _NOTES.search(file):
        factor *= NOTE
    if is_foreign(file, asked):
        factor *= FOREIGN
    if file.endswith(("__init__.py", ".pyi", ".d.ts")):
        factor *= STUB
    return factor


@lru_cache(maxsize=8_192)
def against(file: str, asked: AskedKinds) -> float:
    """What speaks against a file by where it stands: 0 for a guide, -1 and below for what is
    written for others than its readers."""
    place = -1.5 * (not asked.notes and bool(_NOTES.search(file)))
    place -= UPGRADES * (not asked.upgrades and bool(_UPGRADES.search(file)))
    place -= 1.0 * (not asked.tests and bool(_INTERNAL.search(file)))
    place -= 0.5 * (not asked.examples and bool(_EXAMPLES.search(file)))
    place -= 1.0 * is_foreign(file, asked)
    if _OLDER.search(file) and not asked.versions:
        return place - OLDER
    return place - VERSIONED * bool(_VERSIONED.search(file))
