"""Antora's anchors, which its playbook and its references tell."""

from pathlib import Path

import pytest

from hyperrun.search.site import rules
from tests.search import repository
from tests.search.site.configurations import Files
from tests.search.site.configurations.books import ANTORA, PLAYED


@pytest.mark.parametrize(
    ("configuration", "text", "anchors"),
    [
        (PLAYED, "", ["set-it-up", "set-it-up-2", "own"]),
        (ANTORA, "See xref:b.adoc#_set_it_up[this].", ["_set_it_up", "_set_it_up_2", "own"]),
        (ANTORA, "See <<set-it-up>> and <<own>>.", ["set-it-up", "set-it-up-2", "own"]),
        (ANTORA, "See <<own>> alone.", ["", "", "own"]),
    ],
    ids=["a playbook", "references of one kind", "of the other", "of none"],
)
def test_ids_in_Antora_are_made_as_its_playbook_says_or_its_references_show(
    tmp_path: Path, configuration: Files, text: str, anchors: list[str]
) -> None:
    repository.write_all(tmp_path, configuration)
    page = "docs/modules/ROOT/pages/a.adoc"
    repository.write(tmp_path, page, f"= A\n\n{text}\n\n[#own]\n== Own one\n")
    known = rules.read(tmp_path).anchors(page)
    made = [known.add("Set it up", level=2), known.add("Set it up", level=3)]
    assert [*made, known.add("Own one", "own", 2)] == anchors


def test_what_Antoras_menus_are_made_of_is_no_page(tmp_path: Path) -> None:
    told = {"docs/antora.yml": "name: lamp\nversion: ~\nnav: [modules/ROOT/nav.adoc]\n"}
    repository.write_all(tmp_path, told)
    known = rules.read(tmp_path)
    assert known.leaves_out("docs/modules/ROOT/nav.adoc", {})
    assert not known.leaves_out("docs/modules/ROOT/pages/nav.adoc", {})
