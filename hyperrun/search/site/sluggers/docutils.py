"""docutils 0.22's ids: Sphinx."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

_DIGRAPHS = {
    0x00DF: "sz", 0x00E6: "ae", 0x0153: "oe", 0x0238: "db", 0x0239: "qp",
}  # fmt: skip
_UNDECOMPOSED = {
    0x00F8: "o", 0x0111: "d", 0x0127: "h", 0x0131: "i", 0x0142: "l", 0x0167: "t", 0x0180: "b",
    0x0183: "b", 0x0188: "c", 0x018C: "d", 0x0192: "f", 0x0199: "k", 0x019A: "l", 0x019E: "n",
    0x01A5: "p", 0x01AB: "t", 0x01AD: "t", 0x01B4: "y", 0x01B6: "z", 0x01E5: "g", 0x0225: "z",
    0x0234: "l", 0x0235: "n", 0x0236: "t", 0x0237: "j", 0x023C: "c", 0x023F: "s", 0x0240: "z",
    0x0247: "e", 0x0249: "j", 0x024B: "q", 0x024D: "r", 0x024F: "y",
}  # fmt: skip


def docutils_id(name: str) -> str:
    """`docutils.nodes.make_id`."""
    name = name.lower().translate(_DIGRAPHS).translate(_UNDECOMPOSED)
    name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", " ".join(name.split()))
    return re.sub(r"^[-0-9]+|-+$", "", name)


@dataclass
class Docutils:
    """The ids of sections: the second of a name, and one without letters, is `id1`, `id2`.

    A label before a heading is an id of its own there; its section's is not in doubt then.
    """

    plain: Callable[[str], str]

    def __post_init__(self) -> None:
        self._used: set[str] = set()
        self._counted = 0

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        label = docutils_id(own_id)
        if label:
            self._used.add(label)
        slug = docutils_id(self.plain(heading_source))
        if not slug or slug in self._used:
            while True:
                self._counted += 1
                slug = f"id{self._counted}"
                if slug not in self._used:
                    break
        self._used.add(slug)
        return label or slug
