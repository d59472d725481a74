"""What pages of Quarto, quartodoc and nbdev say."""

import pytest

from tests.search.parsing.said import content

SAID = {
    "Quarto's callout": (
        "::: {.callout-note}\n## A title\n\nHi.\n:::", "> **A title**\n>\n> Hi."
    ),
    "Quarto's tabs": (
        "::: {.panel-tabset}\n## R\nOne.\n\n## Python\nTwo.\n:::",
        "**R**\n\nOne.\n\n**Python**\n\nTwo.",
    ),
    "Quarto's columns": (
        ":::: {.columns}\n::: {.column}\nLeft.\n:::\n::: {.column}\nRight.\n:::\n::::",
        "Left.\n\nRight.",
    ),
    "a cell's options": (
        "```{python}\n#| label: fig\n#| fig-cap: x\nplot()\n```", "```python\nplot()\n```"
    ),
    "a cell that is not shown": ("Before.\n\n```{python}\n#| echo: false\nx\n```", "Before."),
    "what is announced, and is made by a hidden cell": (
        "All do. There are four kinds of lamps:\n\n```{python}\n#| echo: false\nprint(kinds)\n```\n\nOne.",
        "All do.\n\nOne.",
    ),
    "what is announced below a hidden cell": (
        "There are four kinds of lamps:\n\n```{python}\n#| include: false\nx\n```\n\n```{python}\ny\n```",
        "There are four kinds of lamps:\n\n```python\ny\n```",
    ),
    "links that quartodoc shortens": (
        "`~~GT.tab_stub()`, `~~.GT.show()`, `~~GT`, `~~a b~~`.",
        "`tab_stub()`, `.show()`, `GT`, `~~a b~~`.",
    ),
    "links of quartodoc without words": (
        "See [](`lamps.Lamp`), [](`~lamps.Lamp.dim`), [](:class:`Lamp`), [one](`Lamp`) and [](a.md).",
        "See `lamps.Lamp`, `dim`, `Lamp`, one and .",
    ),
    "Quarto's marks that a list explains": (
        '```{python}\nx = 1   # <1>\nprint("# <1>")\n```\n\n1. One.',
        '```python\nx = 1   # (1)\nprint("# <1>")\n```\n\n1. One.',
    ),
    "a cell that runs in the page": (
        "```{shinylive-python}\n#| standalone: true\n##| components: [viewer]\nui.input_slider()\n```",
        "```python\nui.input_slider()\n```",
    ),
    "a hidden cell with a fence in its code": ("Before.\n\n````{r}\n#| include: false\nx <- '```'\n````", "Before."),
    "a cell that is shown and not run": (
        "````\n```{{python}}\n#| eval: false\nx\n```\n````", "````\n```{python}\n#| eval: false\nx\n```\n````",
    ),
    "nbdev's link to the source at the side": (
        'Words.\n\n<a href="https://x.dev/a.py" style="float:right; font-size:smaller">source</a>\n\nMore.',
        "Words.\n\nMore.",
    ),
    "what Quarto shows in a format alone": (
        "::: {.content-visible when-format=\"pdf\"}\nOne.\n:::\n\n::: {.content-hidden when-format=\"pdf\"}\nTwo.\n:::\n\n"
        "::: {.content-visible unless-format=\"html\"}\nThree.\n:::\n\n::: {.content-hidden}\nFour.\n:::\n\n"
        "::: {.content-visible when-format=\"html\"}\nFive.\n:::\n\n::: {.content-hidden when-profile=\"x\"}\nSix.\n:::",
        "Two.\n\nFive.\n\nSix.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), SAID.values(), ids=SAID)
def test_Quarto_says_what_its_page_says(written: str, said: str) -> None:
    assert content(written) == said
