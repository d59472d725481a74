"""Text from strangers, made fit to be shown and sent: no control characters, no broken Unicode."""

import re
import unicodedata

# C0 and C1 controls but tab and newline; byte order marks; and the characters that reorder what
# the reader sees (a file name or a line of code then reads differently from what it is). The
# harmless direction marks U+200E and U+200F stay: Arabic and Hebrew text needs them.
_UNWANTED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
_LINE_ENDS = re.compile("[\x0b\x0c\x85\u2028\u2029]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def without_controls(text: str) -> str:
    """`text` with line ends as "\\n", unwanted characters gone and lone surrogates as U+FFFD.

    Surrogates that stand as a pair become the one character they mean.
    """
    if text.isprintable():  # the usual case, and true of nothing that is handled below
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _SURROGATES.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _UNWANTED.sub("", text)


def clean(text: str) -> str:
    """What a reader has typed: as above, every line end as "\\n", stripped."""
    return without_controls(_LINE_ENDS.sub("\n", text)).strip()


def counted(number: float, noun: str) -> str:
    """In English, "1 reader" and "2 readers"."""
    number = int(number) if number == int(number) else number
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def is_blank(text: str) -> bool:
    """Is there nothing to see in it? Zero-width and other format characters count as nothing."""
    return all(char.isspace() or unicodedata.category(char) in ("Cf", "Zs") for char in text)


_MARKS = re.compile(r"[\\`*_\[\]#|~:@]|(?<=www)\.")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def in_markdown(text: str, max_chars: int = 300) -> str:
    """`plain` text that stays text in a Markdown document and on the page that is made of it: no
    link, picture, tag or table cell comes of it."""
    escaped = "".join(_ENTITIES.get(letter, letter) for letter in plain(text, max_chars))
    return _MARKS.sub(lambda mark: "\\" + mark[0], escaped)


def plain(text: str, max_chars: int = 300) -> str:
    """One clean line of at most `max_chars` characters, for titles, names and paths.

    It is text, not HTML: whoever puts it on a page still escapes it.
    """
    line = " ".join(without_controls(text[: 4 * max_chars]).split())
    return line if len(line) <= max_chars else line[: max_chars - 1].rstrip() + "…"
