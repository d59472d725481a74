"""Tokens that say whose they are and when they were sent.

A token is "Q", three letters of its answer's number and six of the time in units of 10 us: capitals
only, so that it is found again in whatever markup a server puts around it.
"""

import re
import time

# Not in the middle of a random name: of those, some hold such letters too.
TOKEN = re.compile(rb"(?<![\w/-])Q([A-Z]{3})([A-Z]{6})(?![\w-])")
TOKEN_BYTES = 10
NAME_LETTERS = 3
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SPAN = 26**6  # after 51 minutes times begin anew

# What a question says about its answer: number, tokens a second, tokens, kind of words.
SPECIFICATION = re.compile(rb"bench (\d+) (\d+) (\d+) (timed|plain)")

# Ordinary words of 4.7 letters in the mean, for what a token weighs on the wire.
PROSE = (
    "the server reads every setting once when it starts and keeps them as plain values so that "
    "nothing later depends on where it was started from and each answer that follows is made of "
    "passages found by searching through the documentation of your project"
)
PLAIN = PROSE.split()


def encoded(number: int, letters: int) -> str:
    """`number` in so many capitals."""
    text = ""
    for _ in range(letters):
        number, digit = divmod(number, 26)
        text = LETTERS[digit] + text
    return text


def decoded(letters: bytes) -> int:
    """The number that `encoded` has written."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 65
    return number


def now() -> int:
    """This machine's time in units of 10 microseconds, the same in every process."""
    return time.monotonic_ns() // 10_000


def question(answer: int, rate: int, tokens: int, kind: str) -> str:
    """A question that tells the model what to answer."""
    return f"How do I dim a lamp? bench {answer} {rate} {tokens} {kind}"


def spacing(position: int) -> str:
    """What stands before the token at `position`: prose in paragraphs of 80 words."""
    if position == 0:
        return ""
    return "\n\n" if position % 80 == 0 else " "
