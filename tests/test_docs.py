"""The pages of docs/ show what is there, and everything that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_picture_is_shown_and_every_shown_one_is_there() -> None:
    features = re.findall(r"\]\(([\w-]+\.png)\)", (ROOT / "docs/features.md").read_text())
    readme = re.findall(r"\]\(docs/([\w-]+\.png)\)", (ROOT / "README.md").read_text())
    there = {path.name for path in (ROOT / "docs").glob("*.png")}
    assert {*features, *readme} == there


def test_the_pictures_are_light() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "docs").glob("*.png")) < 2_000_000
