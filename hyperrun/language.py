"""The interface's words. One file per language in `hyperrun/languages`; a new language is one file.

English is complete; a key that another language lacks falls back to it.
"""

import tomllib
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "languages"
DEFAULT = "en"


@cache
def languages(part: str = "") -> tuple[str, ...]:
    """Codes of the languages there are, English first; of a `part` of the interface that is in a
    folder of its own."""
    codes = sorted(path.stem for path in (_FOLDER / part).glob("*.toml"))
    return (DEFAULT, *(code for code in codes if code != DEFAULT))


@cache
def texts(language: str, part: str = "") -> dict[str, str]:
    """Every text of `language` by key; English where it is unknown or has no such key."""
    folder = _FOLDER / part
    read = tomllib.loads((folder / f"{DEFAULT}.toml").read_text(encoding="utf-8"))
    if language != DEFAULT and language in languages(part):
        read |= tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))
    return read


def text(language: str, key: str, **values: object) -> str:
    """One text with its `{names}` filled in. An unknown key is a mistake of ours: KeyError."""
    return texts(language)[key].format(**values)


def choose(*wishes: str, part: str = "") -> str:
    """The first language we have among `wishes`: codes ("ja-JP") or whole Accept-Language lines.

    A region or script does not count: there is one Portuguese and one Chinese. Quality values
    are honoured; anything unreadable is passed over.
    """
    for wish in wishes:
        for code in _by_quality(wish):
            base = code.partition("-")[0].lower()
            if base in languages(part):
                return base
    return DEFAULT


def _by_quality(line: str) -> list[str]:
    """The codes of an Accept-Language line, most wanted first."""
    wanted: list[tuple[float, str]] = []
    for part in line[:500].split(","):
        code, _, parameter = part.strip().partition(";")
        quality = parameter.strip().removeprefix("q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if code and weight > 0:
            wanted.append((weight, code.strip()))
    return [code for _, code in sorted(wanted, key=lambda each: -each[0])]
