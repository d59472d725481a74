"""First pages that say what they say in their front matter."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import files
from hyperrun.search.site import rules
from tests.search.repository import write

VITEPRESS = """---
layout: home
title: Lanterns
hero:
  name: Lantern
  text: Light for <br> rooms
  tagline: It *dims*.
  actions: [{text: Start, link: /start}]
features:
  - icon: 💡
    title: Warm
    details: It burns without smoke.
    link: /warm
  - details: No wick.
  - title: Soon
---
"""
VUEPRESS = """---
home: true
heroText: Lantern
tagline: It dims.
features:
- title: Warm
  details: It burns without smoke.
---

## Pairing

Hold the button.
"""
SAID = ["Lantern: Light for rooms", r"It \*dims\*.", "Warm: It burns without smoke.", "No wick."]


@pytest.mark.parametrize(
    ("config", "file", "page", "said"),
    [
        ("docs/.vitepress/config.mts", "docs/index.md", VITEPRESS, [SAID]),
        ("docs/.vuepress/config.js", "docs/README.md", VUEPRESS,
         [["It dims.", "Warm: It burns without smoke."], ["## Pairing", "Hold the button."]]),
        ("docs/.vitepress/config.mts", "docs/index.md",
         VITEPRESS.replace("home", "page") + "\nA lamp.\n", [["A lamp."]]),
        ("docs/.vitepress/config.mts", "docs/index.md", "---\nlayout: home\nhero: 1\n---\n", []),
    ],
)  # fmt: skip
def test_a_first_page_says_its_hero_and_its_features(
    tmp_path: Path, config: str, file: str, page: str, said: list[list[str]]
) -> None:
    write(tmp_path, config, "export default {}\n")
    write(tmp_path, file, page)
    found = files.read(tmp_path, PurePosixPath(file), rules.read(tmp_path))
    assert [(each.content or each.text).split("\n\n") for each in found] == said
    assert [each.address.partition("#")[0] for each in found] == ["./"] * len(said)
