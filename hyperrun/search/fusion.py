"""Two rankings of passages as one."""

from collections.abc import Sequence
from dataclasses import replace

from hyperrun.search.passage import Passage

Found = tuple[Passage, str]  # a passage and its page's anchor

WIDE = 20  # how much of each ranking is looked at, for up to as many results

# Reciprocal rank: how far down a ranking still counts, how much each ranking does, and how much a
# passage of code gains from others of its file. ColGrep sees each as a file of its own, so it
# cannot know. Chosen with bench/search/fused.py.
DEPTH = 10
WEIGHTS = (1.0, 0.5)
COMPANY = 0.05
PROSE = {"section", "cell", "document"}


def fuse(embedded: Sequence[Found], colgrep: Sequence[Found], k: int) -> list[Found]:
    """The best `k` of both, best first, no line twice.

    By place only, because ColGrep's scores have no scale. Passages of one file whose lines overlap
    are one: it counts in both rankings and is shown as the embedded index has it.
    """
    fused: list[tuple[float, Found]] = []
    for weight, ranking in zip(WEIGHTS, (embedded, _in_company(colgrep)), strict=True):
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


def _in_company(ranking: Sequence[Found]) -> list[Found]:
    """ColGrep's ranking with code nearer to the top where more of its file was found."""
    gains = [1 / (DEPTH + place + 1) for place in range(len(ranking))]
    files: dict[str, float] = {}
    for gain, (passage, _) in zip(gains, ranking, strict=True):
        if passage.kind not in PROSE:
            files[passage.file] = files.get(passage.file, 0.0) + gain
    company = [
        gain + COMPANY * files.get(passage.file, 0.0)
        for gain, (passage, _) in zip(gains, ranking, strict=True)
    ]
    order = sorted(range(len(ranking)), key=lambda place: -company[place])
    return [ranking[place] for place in order]


def _overlap(one: Found, other: Found) -> bool:
    a, b = one[0], other[0]
    return a.file == b.file and a.start_line <= b.end_line and b.start_line <= a.end_line
