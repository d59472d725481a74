"""Plots, drawn here as SVG: colours and sizes are the style sheet's."""

from collections.abc import Mapping, Sequence

from fastcore.xml import FT
from fasthtml.components import Figcaption, Figure
from fasthtml.svg import Rect, Svg, Text, Title

from hyperrun.web.desk.words import Words

WIDTH, HEIGHT, BELOW = 640, 160, 18
GAP = 0.25  # of a bar's place


def Bars(
    say: Words,
    title: str,
    days: Sequence[str],
    series: Mapping[str, Sequence[float]],
    unit: str = "",
) -> FT:
    """Stacked bars, one a day, with what is highest and a legend; each tells its numbers."""
    totals = [sum(values[at] for values in series.values()) for at in range(len(days))]
    highest = max(totals, default=0.0) or 1.0
    step = WIDTH / max(1, len(days))
    parts: list[FT] = []
    for at, day in enumerate(days):
        bottom = float(HEIGHT)
        told = ", ".join(f"{name} {_number(values[at])}{unit}" for name, values in series.items())
        for number, values in enumerate(series.values()):
            size = values[at] / highest * (HEIGHT - 16)
            if size <= 0:
                continue
            bottom -= size
            parts.append(
                Rect(width=round(step * (1 - GAP), 2), height=round(size, 2),
                     x=round(at * step + step * GAP / 2, 2), y=round(bottom, 2),
                     cls=f"bar bar-{number}")(Title(f"{day}: {told}"))
            )  # fmt: skip
    label = say("highest", title=title, value=f"{_number(highest)}{unit}")
    ends = (days[0], days[-1]) if days else ("", "")
    drawing = Svg(
        *parts,
        Text(f"{_number(highest)}{unit}", x=0, y=11, cls="tick"),
        Text(ends[0], x=0, y=HEIGHT + BELOW - 4, cls="tick"),
        Text(ends[1], x=WIDTH, y=HEIGHT + BELOW - 4, text_anchor="end", cls="tick"),
        viewBox=f"0 0 {WIDTH} {HEIGHT + BELOW}", role="img", aria_label=label, cls="plot",
        w=None, h=None,
    )  # fmt: skip
    return Figure(Figcaption(title, *_legend(list(series))), drawing)


def _legend(names: Sequence[str]) -> list[FT]:
    from fasthtml.components import Span

    if len(names) < 2:
        return []
    return [
        Span(Span(cls=f"key key-{number}", aria_hidden="true"), name, cls="legend")
        for number, name in enumerate(names)
    ]


def _number(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 0.01 else f"{value:.4f}"
