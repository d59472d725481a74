"""What pages of Quarto, quartodoc and nbdev say."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import files
from hyperrun.search.parsing.includes import Place
from hyperrun.search.site import rules
from tests.search import repository
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
    "a cell that its header hides": (
        "Before.\n\n```{r setup, echo = FALSE, fig.cap=\"A\"}\nx\n```\n\n```{r, include=FALSE}\nx\n```", "Before.",
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


IN_LINES = {
    "words that a call tells": ("`r index('Lamps')` of `r pkg('lamp', aside = TRUE)`.", "Lamps of lamp."),
    "words of another way": ("`{python} show('Lamps')`.", "Lamps."),
    "code that a call tells": ('See `r ref("dim()")`.', "See `dim()`."),
    "a link": ('At `r link("https://x.dev")`.', "At https://x.dev."),
    "what is computed": ("All `r nrow(lamps)` of `r paste0('a', b)`.", "All `nrow(lamps)` of `paste0('a', b)`."),
    "what says nothing": ("Some. `r index(NULL, '$dim()')` `r hue = 'red'`", "Some."),
    "a paragraph of it alone": ("`r hue = 'red'`\n`r authors(hue)`\n\nOne.", "One."),
    "code that begins so": ("`r` and ``r index('a')``", "`r` and `r index('a')`"),
    "a note at the margin": ("It dims.[Dim]{.aside} All.", "It dims. All."),
    "TeX": (r"A lamp\index{lamp} and\index{hue|see{lamp}} $\hat{y}$.", r"A lamp and $\hat{y}$."),
    "citations": (
        "It dims [@Lamp2001; see @Bulb, p. 3]. By @Lamp2001, [me](a@b.c) and [a@b.c].",
        "It dims. By @Lamp2001, me and [a@b.c].",
    ),
    "a list by letters": (
        "1.  Which?\n\n    a.  One.\n\n        ```{r}\n        #| eval: false\n        dim()\n        ```\n\n"
        "    b.  Two.\n\nIt is\na. no list.\n\nb. Nor this.",
        "1. Which?\n\n   1. One.\n\n      ```r\n      dim()\n      ```\n\n   2. Two.\n\nIt is a. no list.\n\nb. Nor this.",
    ),
    "letters in code": ("```\nx\n\na. one\n```", "```\nx\n\na. one\n```"),
    "a table's caption": ("| a |\n|---|\n| 1 |\n\n: All lamps. {#tbl-l}", "| a |\n| --- |\n| 1 |\n\nAll lamps."),
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), IN_LINES.values(), ids=IN_LINES)
def test_a_line_of_Quarto_says_what_its_page_says(tmp_path: Path, written: str, said: str) -> None:
    repository.write(tmp_path, "hue.qmd", "# All `r index('hues')` {#sec-hue}\n")
    assert content(written, ".qmd", Place(tmp_path, PurePosixPath("a.qmd"))) == said


def test_a_heading_with_values_that_R_tells_is_named_by_them(tmp_path: Path) -> None:
    repository.write(tmp_path, "_quarto.yml", "project:\n  type: website\n")
    repository.write(tmp_path, "hue.qmd", "# All `r index('hues')` {#sec-hue}\n\nOne.\n")
    heading = "## `r index('Lamps')` of @sec-hue"
    repository.write(tmp_path, "a.qmd", f"# A\n\n{heading}\n\nOn.\n")
    *_, found = files.read(tmp_path, PurePosixPath("a.qmd"), rules.read(tmp_path))
    assert (found.title, found.address) == ("A > Lamps of All hues", "a.html#lamps-of-sec-hue")
