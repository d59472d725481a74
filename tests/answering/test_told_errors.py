"""What is quoted of a page that tells of an error under several headings."""

from pathlib import Path

import pytest

from hyperrun.search.told_errors import stands_before_mend, tells_mend
from tests.answering.quoted import found_answer


@pytest.mark.parametrize("mend", ["Resolution", "Possible ways to fix it"])
def test_with_what_an_error_shows_stands_what_mends_it(tmp_path: Path, mend: str) -> None:
    (tmp_path / "README.md").write_text("# Lamps\n")
    (tmp_path / "bridge.md").write_text(
        "# No bridge\n\n## Symptoms\n\nYou see `LampError: no bridge`.\n\n"
        f"## Cause\n\nThe bridge is away.\n\n## {mend}\n\nPlug it in.\n\n## Resources\n\nA shop.\n"
    )

    said = found_answer("LampError: no bridge", tmp_path)
    assert said.index("You see `LampError: no bridge`.") < said.index("Plug it in.")


def test_other_headings_are_no_part_of_such_an_account() -> None:
    assert not any(map(stands_before_mend, ("Error handling", "Problem sets", "Lamps", "")))
    assert not any(map(tells_mend, ("Prefixes", "Answering machines", "How to dim")))
