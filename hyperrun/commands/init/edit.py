"""A change of one file, and what is said where none can be made."""

import difflib
import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path

# A tag of ours, whoever wrote it and wherever its server is.
_TAG = re.compile(r"""https?://[^\s"'<>]+/embed(?:\.js)?(?=["'?\s>)\]},]|$)""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Edit:
    """A file as it would be; `before` is "" where it is new."""

    path: Path
    before: str
    after: str

    def diff(self, root: Path) -> str:
        """The change as people know it."""
        name = self.path.relative_to(root).as_posix()
        lines = difflib.unified_diff(
            self.before.splitlines(True), self.after.splitlines(True),
            f"a/{name}" if self.before else "/dev/null", f"b/{name}", n=2,
        )  # fmt: skip
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)

    def write(self) -> None:
        """Put it in place. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        has_mark = self.path.exists() and self.path.read_bytes().startswith(BOM_UTF8)
        encoding = "utf-8-sig" if has_mark else "utf-8"
        with self.path.open("w", encoding=encoding, newline="") as file:
            file.write(self.after)


class ByHand(Exception):
    """This file is of a shape that no program changes; the text says why, and `entry` what is to be
    put into it, "" where that is the tag itself."""

    def __init__(self, why: str, entry: str = "") -> None:
        super().__init__(why)
        self.entry = entry


def read(path: Path) -> str:
    """The file with its own line ends; "" where there is none. Raises `ByHand`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise ByHand(f"{path.name} cannot be read: save it as UTF-8") from error
    except OSError as error:
        raise ByHand(f"{path.name} cannot be read: {error.strerror}") from error


def has_tag(text: str) -> bool:
    """Does it load the script already, or name the plugin?"""
    return bool(_TAG.search(text)) or bool(re.search(r"^\s*- hyperrun\b", text, re.MULTILINE)) or (
        "hyperrun.sphinx" in text
    )  # fmt: skip


def end_of(text: str) -> str:
    """The line end that the file uses."""
    return "\r\n" if "\r\n" in text else "\n"


def appended(text: str, block: str) -> str:
    """The text with a block behind it, an empty line between."""
    end = end_of(text)
    if text and not text.endswith("\n"):
        text += end
    if text and not text.endswith(end * 2):
        text += end
    return text + block.replace("\n", end)
