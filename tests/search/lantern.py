"""A small documented project, its code beside it, and what it is asked."""

from pathlib import Path

from hyperrun.search.index import Index
from hyperrun.search.leaning import Before

GUIDE = """# Lantern

Lantern lights rooms.

## Timeouts

A lamp waits five seconds for the bridge. `Bridge(timeout=None)` disables that.

## Retries

The bridge is asked three times: `Bridge(retries=3)`.

## Colours

Each lamp takes a colour by its name.

## Pairing

Hold the button to pair a lamp with the bridge.

## Bridges

### Several bridges

One house may hold more than one bridge.
"""
CODE = '''def dim_lamp(level):
    """Set the brightness of one lamp."""
    return level


def retry_policy():
    """Say how often the bridge is asked."""
    return 3
'''


def write(root: Path) -> None:
    """The project in `root`, a folder that there is."""
    (root / "docs" / "de").mkdir(parents=True)
    (root / "docs" / "guide.md").write_text(GUIDE)
    (root / "docs" / "v1.0").mkdir()
    (root / "docs" / "v1.0" / "guide.md").write_text(GUIDE)
    (root / "CHANGELOG.md").write_text("# Changelog\n\n## 1.0\n\n" + "- timeouts of lamps\n" * 9)
    (root / "lamp.py").write_text(CODE)


def first(index: Index, question: str, before: Before | None = None) -> str:
    """The file and title of what a question finds first."""
    passage, _ = index.search(question, 6, before=before)[0]
    return f"{passage.file} {passage.title}"
