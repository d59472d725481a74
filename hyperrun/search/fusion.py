"""Two rankings of passages as one."""

from collections.abc import Sequence
from dataclasses import replace

from hyperrun.search.passage import Passage

Found = tuple[Passage, str]  # a passage and its page's anchor

# Reciprocal rank: how far down a ranking still counts, and how much each ranking does.
DEPTH = 10
WEIGHTS = (1.0, 0.5)


def fuse(embedded: Sequence[Found], colgrep: Sequence[Found], k: int) -> list[Found]:
    """The best `k` of both, best first, no line twice.

    By place only, because ColGrep's scores have no scale. Passages of one file whose lines overlap
    are one: it counts in both rankings and is shown as the embedded index has it.
    """
    fused: list[tuple[float, Found]] = []
    for weight, ranking in zip(WEIGHTS, (embedded, colgrep), strict=True):
        counted: set[int] = set()
        for place, found in enumerate(ranking):
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
        (replace(passage, score=round(gain, 4)), anchor) for gain, (passage, anchor) in fused[:k]
    ]


def _overlap(one: Found, other: Found) -> bool:
    a, b = one[0], other[0]
    return a.file == b.file and a.start_line <= b.end_line and b.start_line <= a.end_line
