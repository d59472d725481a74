"""The file `.env`, whose lines are variables of the environment."""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

MOST_TOLD = 5  # lines


def load_env() -> None:
    """Take the lines of `.env` in this folder into the environment, where there is one. Says which
    are left out; ends the process with one sentence where it is no text."""
    import dotenv

    file = Path.cwd() / ".env"
    logging.getLogger("dotenv.main").disabled = True  # its sentence does not name the file
    try:
        dotenv.load_dotenv(file)
        left_out = unread_lines(file)
    except ValueError:
        sys.exit("hyperrun: .env cannot be read: save it as UTF-8")
    except OSError as error:
        sys.exit(f"hyperrun: .env cannot be read: {error.strerror}")
    if left_out:
        print(f"hyperrun: .env: {of_left_out(left_out)}", file=sys.stderr)


def unread_lines(file: Path) -> list[int]:
    """The lines that are no NAME=value, counted from 1; none where there is no file."""
    from dotenv.parser import parse_stream

    if not file.exists():
        return []
    with file.open(encoding="utf-8") as stream:
        return [each.original.line for each in parse_stream(stream) if each.error]


def of_left_out(lines: Sequence[int]) -> str:
    """What is said of such lines."""
    which = ", ".join(map(str, lines[:MOST_TOLD])) + (", …" if len(lines) > MOST_TOLD else "")
    return f"what stands at line {which} is no NAME=value, and left out"
