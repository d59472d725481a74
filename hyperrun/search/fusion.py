"""Two rankings of passages as one."""

from collections.abc import Sequence
from dataclasses import replace

from hyperrun.passage import PROSE, Passage

Found = tuple[Passage, str]  # a passage and its address on the site, "" where it has none

WIDE = 20  # how much of each ranking is looked at, for up to as many results

# Reciprocal rank: how far down a ranking still counts, and how much ColGrep's counts for prose.
# Where the embedded index finds code first, code was asked for, and words and names find that
# better than meaning does: all that ColGrep finds then comes behind, as code always does. Chosen
# with bench/search/fused.py.
DEPTH = 5
PROSE_WEIGHT = 0.5
BEHIND = 0.01  # its first place counts less than the embedded index's last


def fuse(embedded: Sequence[Found], colgrep: Sequence[Found], k: int) -> list[Found]:
    """The best `k` of both, best first, no line twice.

    By place only, because ColGrep's scores have no scale. Passages of one file whose lines overlap
    are one: it counts in both rankings and is shown as the embedded index has it.
    """
    if not colgrep:
        return list(embedded[:k])
    asks_for_prose = bool(embedded) and _is_prose(embedded[0])
    fused: list[tuple[float, Found]] = []
    for ranking in (embedded, colgrep):
        counted: set[int] = set()
        for place, found in enumerate(ranking):
            weight = 1.0
            if ranking is colgrep:
                weight = PROSE_WEIGHT if asks_for_prose and _is_prose(found) else BEHIND
            gain = weight / (DEPTH + place + 1)
            same = next((n for n, (_, other) in enumerate(fused) if _overlap(found, other)), None)
            if same is None:
                counted.add(len(fused))
                fused.append((gain, found))
            elif same not in counted:
                counted.add(same)
                fused[same] = (fused[same][0] + gain, fused[same][1])
    fused.sort(key=lambda each: -each[0])
    return [
        (replace(passage, score=round(gain, 4)), address) for gain, (passage, address) in fused[:k]
    ]


def _is_prose(found: Found) -> bool:
    return found[0].kind in PROSE


def _overlap(one: Found, other: Found) -> bool:
    a, b = one[0], other[0]
    if not (a.start_line and b.start_line):  # on a rendered page there are no lines
        return (a.file, a.text) == (b.file, b.text)
    return a.file == b.file and a.start_line <= b.end_line and b.start_line <= a.end_line
