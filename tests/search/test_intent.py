"""Whether a question is answered by documentation or by code."""

from pathlib import Path

import pytest

from hyperrun.search import intent
from hyperrun.search.index import Index
from hyperrun.search.leaning import Before
from tests.search.lantern import CODE, GUIDE, first


def test_code_that_a_question_names_is_among_the_sources(lantern: Index) -> None:
    found = [passage.title for passage, _ in lantern.search("Does retry_policy wait?", 6)]
    assert "retry_policy" in found[:3]
    assert found[0] != "retry_policy"


def test_documentation_stands_before_code_unless_code_is_asked_for(lantern: Index) -> None:
    assert first(lantern, "How often is the bridge asked?").startswith("docs/guide.md")
    assert first(lantern, "retry_policy") == "lamp.py retry_policy"
    assert first(lantern, "dim lamp") == "lamp.py dim_lamp"
    assert first(lantern, "how is retry policy implemented").startswith("lamp.py")


def test_a_sentence_about_a_name_is_answered_by_documentation_first(lantern: Index) -> None:
    assert first(lantern, "retry policy") == "lamp.py retry_policy"
    assert first(lantern, "what does the retry policy do").startswith("docs/guide.md")


@pytest.mark.parametrize(
    ("query", "first"),
    [("dim lamp", "lamp.py"), ("does it dim a lamp", "guide.md"), ("retry lamp", "guide.md")],
)
def test_only_a_name_in_words_that_is_public_asks_for_code(
    tmp_path: Path, query: str, first: str
) -> None:
    (tmp_path / "guide.md").write_text(GUIDE)
    (tmp_path / "lamp.py").write_text(CODE + "\n\ndef _retry_lamp():\n    pass\n")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    assert index.search(query, 4)[0][0].file == first


def test_who_studies_a_program_at_length_is_shown_code(lantern: Index) -> None:
    study = (
        "What is the role of the function that sets the brightness of one lamp in the lantern "
        "package?"
    )
    assert first(lantern, study) == "lamp.py dim_lamp"
    assert intent.is_study(study)
    assert not intent.is_study(study.replace("the role", "in my house the role"))
    assert not intent.is_study("compute the initial value of a field with a function every time")


def test_where_hardly_anything_is_documented_code_may_come_first(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Lamps\n\n## Notes\n\nOne bridge dims lamps at night.\n")
    for n in range(60):
        (tmp_path / f"lamp{n}.py").write_text(f"def lamp{n}():\n    return {n} * 1_000_000\n")
    (tmp_path / "brightness.py").write_text(CODE)
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    assert first(index, "how is the brightness of one lamp kept").startswith("brightness.py")
    assert first(index, "Which bridge dims at night?").startswith("README.md")


def test_the_code_that_holds_the_rarest_words_stands_beside_documentation(tmp_path: Path) -> None:
    sections = "".join(
        f"## Room {n}\n\nLamps {n} glow at night in house {n}.\n\n" for n in range(60)
    )
    (tmp_path / "guide.md").write_text(f"# Lamps\n\n{sections}")
    for n in range(700):
        (tmp_path / f"lamp{n}.py").write_text(f"def lamp{n}():\n    return 'lamps of my house'\n")
    (tmp_path / "tide.py").write_text("def moonlit():\n    return 'lamps by seaside tide'\n")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    found = index.search("Can I have the lamps of my house glow with the seaside weather?", 8)
    assert [passage.file for passage, _ in found] == ["guide.md"] * 7 + ["tide.py"]


def test_private_code_does_not_stand_beside_documentation(tmp_path: Path) -> None:
    (tmp_path / "guide.md").write_text("# Lamps\n\nThe lamps of a house glow at night.\n")
    tide = "(level):\n    return 'lamps by seaside tide'\n"
    (tmp_path / "tide.py").write_text(f"def _moonlit{tide}\n\ndef moonlit{tide}")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    found = index.search("Can I have the lamps of my house glow with the seaside weather?", 2)
    assert [passage.title for passage, _ in found] == ["Lamps", "moonlit"]


def test_a_fragment_that_follows_a_question_is_no_name_of_code(lantern: Index) -> None:
    assert first(lantern, "dim lamp") == "lamp.py dim_lamp"
    pairing = Before("How do I pair a lamp?", (("docs/guide.md", "Lantern > Pairing"),))
    assert first(lantern, "and dim lamp?", pairing).startswith("docs/guide.md")
