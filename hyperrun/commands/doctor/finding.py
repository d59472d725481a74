"""What one look at the server's surroundings has found."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much it matters."""

    WRONG = "wrong"  # something does not work
    RISK = "risk"  # it works, and should not go public so
    NOTE = "note"  # worth knowing
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: what it is about, what is so, and the line that mends it."""

    level: Level
    about: str
    says: str
    mend: str = ""


def wrong(about: str, says: str, mend: str) -> Finding:
    """Something that does not work."""
    return Finding(Level.WRONG, about, says, mend)


def risk(about: str, says: str, mend: str) -> Finding:
    """Something that should not go public so."""
    return Finding(Level.RISK, about, says, mend)


def note(about: str, says: str, mend: str = "") -> Finding:
    """Something worth knowing."""
    return Finding(Level.NOTE, about, says, mend)


def good(about: str, says: str) -> Finding:
    """Something that is as it should be."""
    return Finding(Level.GOOD, about, says)
