"""The pages of docs/ show what is there, and everything that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_picture_is_shown_and_every_shown_one_is_there() -> None:
    features = re.findall(r"\]\(([\w-]+\.png)\)", (ROOT / "docs/features.md").read_text())
    readme = re.findall(r"\]\(docs/([\w-]+\.png)\)", (ROOT / "README.md").read_text())
    readme += re.findall(r"\]\(([\w-]+\.png)\)", (ROOT / "docs/index.md").read_text())
    there = {path.name for path in (ROOT / "docs").glob("*.png")}
    assert {*features, *readme} == there


def test_every_state_is_shown() -> None:
    shown = re.findall(r"\]\(looks/([\w-]+\.png)\)", (ROOT / "docs/looks.md").read_text())
    assert sorted(shown) == sorted(path.name for path in (ROOT / "docs/looks").glob("*.png"))


def test_the_pictures_are_light() -> None:
    pictures = [*(ROOT / "docs").glob("*.png"), *(ROOT / "docs/looks").glob("*.png")]
    assert sum(path.stat().st_size for path in pictures) < 3_000_000
    assert sum(path.stat().st_size for path in (ROOT / "tests/pictures").iterdir()) < 500_000


def test_the_architecture_names_files_and_names_that_are_there() -> None:
    for page in ("docs/ARCHITECTURE.md", "CONTRIBUTING.md"):
        text = (ROOT / page).read_text()
        named = re.findall(r"`(?:\w[\w-]*/)+[\w.*-]+`", text)
        assert len(named) > 10
        for path in (each.strip("`") for each in named):
            if "." in path.rpartition("/")[2] and not path.endswith(("TICK_S",)):
                assert _places(path), f"{page}: {path}"
    text = (ROOT / "docs/ARCHITECTURE.md").read_text()
    code = "".join(
        path.read_text() for path in (*ROOT.glob("*.py"), *ROOT.rglob("hyperrun/**/*.py"))
    )
    for name in re.findall(
        r"`(?:Turns|SQLiteStore|main|Limits|Search|Tokens)\.(?!py`)(\w+)`", text
    ):
        assert re.search(rf"def {name}\b", code), name


def test_where_to_find_things_leads_to_files_that_hold_what_is_named() -> None:
    text = (ROOT / "docs/ARCHITECTURE.md").read_text()
    table = text.partition("## Where do I find …")[2].partition("## The public API")[0]
    rows = re.findall(r"^\| (?!… \||-)(.*) \| (.*) \|$", table, re.MULTILINE)
    assert len(rows) > 50
    for thing, where in rows:
        beside = ""
        for name, in_brackets in re.findall(
            r"`((?:[\w-]+/)*[\w*-]+\.(?:py|js|css|toml|md)|(?:\w+/)+)`(?: \(([^)]*)\))?", where
        ):
            places = _places(name) or _places(f"{beside}/{name}")
            assert places, f"{thing}: {name}"
            folder = name.rpartition("/")[0]
            beside = folder or beside
            for word in re.findall(r"`([A-Za-z_]+)`", in_brackets):
                assert any(re.search(rf"\b{word}\b", each.read_text()) for each in places), (
                    f"{thing}: {word} in {name}"
                )


def _places(path: str) -> list[Path]:
    return [*ROOT.glob(path), *(ROOT / "hyperrun").glob(path)]
