"""What a page of Quarto lists out of its front matter."""

import pytest

from hyperrun.search.parsing import documents

PAGE = """\
---
title: Grid
listing:
- id: variations
  template: parts.ejs
  contents:
  - title: Filters
    description: Set `filters=True` to add a row
      of them.
  - title: Without words
- id: elsewhere
  contents:
  - {title: Last, description: At the end.}
- contents: "posts/*.qmd"
---

## Variations

::: {#variations .wide}
:::

## More

Words.
"""


def test_what_is_listed_stands_in_its_container_or_at_the_end() -> None:
    found = documents.markdown(PAGE, "grid", suffix=".qmd")
    assert [(each.title, each.content) for each in found] == [
        (
            "Grid > Variations",
            "## Variations\n\n**Filters**\n\nSet `filters=True` to add a row of them.",
        ),
        ("Grid > More", "## More\n\nWords.\n\n**Last**\n\nAt the end."),
    ]


@pytest.mark.parametrize(
    "listing",
    [
        "",
        " 3",
        " [1]",
        " {contents: 4}",
        " {contents: [2, null]}",
        " {id: [], contents: [{title: 1}]}",
        " {",
    ],
)
def test_a_listing_of_nothing_adds_nothing(listing: str) -> None:
    page = f"---\ntitle: Grid\nlisting:{listing}\n---\n\nWords.\n"
    assert [each.text for each in documents.markdown(page, "grid", suffix=".qmd")] == ["Words."]
