"""Numbers in a text, in digits and in words, and their units."""

import re
from collections.abc import Iterable

NUMBER = re.compile(r"(?<![\w.#/-])[-+]?\d+(?:[.,_]\d+)*(?:[eE][-+]?\d+)?(?![\w]*[-/]\w)")
_UNIT = re.compile(r"\s?(?:%|[A-Za-zµ]+)")
_UNITS = {
    "ms": "ms", "millisecond": "ms", "milliseconds": "ms", "s": "s", "sec": "s", "second": "s",
    "seconds": "s", "min": "min", "minute": "min", "minutes": "min", "h": "h", "hour": "h",
    "hours": "h", "day": "d", "days": "d", "week": "w", "weeks": "w", "kb": "kb", "mb": "mb",
    "gb": "gb", "%": "%", "percent": "%", "bytes": "b", "byte": "b", "bits": "bit", "bit": "bit",
    "px": "px", "characters": "chars", "tokens": "tokens", "lines": "lines",
}  # fmt: skip
_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_NUMERALS = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBER_WORDS = {word: float(number) for number, word in enumerate(_NUMERALS.split())}


def measures_in(text: str) -> Iterable[tuple[float, str]]:
    """Numbers with their units, "" for none."""
    for match in NUMBER.finditer(text):
        value = value_of(match[0])
        if value is None:
            continue
        yield value, unit_after(text, match.end())[0]
    for match in re.finditer(r"(?<![\w.])(\d+(?:\.\d+)?)(ms|s|m|h|d|kb|mb|gb|px)\b", text, re.I):
        yield float(match[1]), {"m": "min"}.get(match[2].lower(), _UNITS.get(match[2].lower(), ""))


def unit_after(text: str, start: int) -> tuple[str, int]:
    """The unit of a number that ends at `start`, "" for none that is known, and where it ends."""
    unit = _UNIT.match(text, start)
    return (_UNITS.get(unit[0].strip().casefold(), ""), unit.end()) if unit else ("", start)


def value_of(text: str) -> float | None:
    """The number that `text` is; None where it is a version."""
    text = text.replace("_", "")
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+", text):
        text = text.replace(",", "")
    text = text.replace(",", ".")
    if text.count(".") > 1:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def numbers_in_words(folded: str) -> frozenset[float]:
    """The numbers that are words of a text in lower case."""
    words = set(re.findall(r"[a-z]+", folded))
    return frozenset(value for word, value in _NUMBER_WORDS.items() if word in words)


def spelled_measures(text: str) -> Iterable[tuple[float, tuple[int, int]]]:
    """Numbers in words, where a unit says that they are a measure, and where they stand."""
    for match in re.finditer(r"\b([a-z]+)\s+([a-z]+)\b", text, re.I):
        value = _NUMBER_WORDS.get(match[1].casefold())
        if value is not None and match[2].casefold() in _UNITS:
            yield value, match.span(1)


def is_duration_among(value: float, unit: str, measures: Iterable[tuple[float, str]]) -> bool:
    """Is it as long as one of `measures`, in whatever unit?"""
    if unit not in _SECONDS:
        return False
    seconds = value * _SECONDS[unit]
    return any(
        abs(number * _SECONDS[each] - seconds) < 1e-9
        for number, each in measures
        if each in _SECONDS
    )
