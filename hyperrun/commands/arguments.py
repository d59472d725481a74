"""Numbers on a command line, within what can be reckoned with."""

import math
from argparse import ArgumentTypeError

from hyperrun.settings.checks import MAX_DAYS


def days(text: str) -> float:
    """How far back."""
    number = _number(text)
    if not 0 < number <= MAX_DAYS:
        raise ArgumentTypeError(
            f"{text!r} is no number of days, more than 0 and at most {MAX_DAYS}"
        )
    return number


def usd(text: str) -> float:
    """What may be spent."""
    number = _number(text)
    if not 0 <= number < math.inf:
        raise ArgumentTypeError(f"{text!r} is no sum of money, 0 or more")
    return number


def _number(text: str) -> float:
    """`text` as a number; one that is in no range where it is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
