"""What references without words of their own say."""

from pathlib import Path, PurePosixPath

from hyperrun.search.parsing import files
from tests.search import repository


def test_a_reference_without_words_says_the_title_that_it_leads_to(tmp_path: Path) -> None:
    repository.write(
        tmp_path, "docs/guide/dim.rst", ".. _dimming:\n\nDim *a* lamp\n============\n\nWords.\n"
    )
    repository.write(tmp_path, "docs/guide/hue.md", "(hue)=\n\n# Choose `a` hue\n\nWords.\n")
    said = "See Dim a lamp, Dim a lamp and Choose a hue."
    text = "See :ref:`dimming`, :doc:`guide/dim` and :doc:`/guide/hue`.\n"
    repository.write(tmp_path, "docs/index.rst", text)
    repository.write(
        tmp_path, "docs/more.md", "See {ref}`dimming`, {doc}`guide/dim` and [](#hue).\n"
    )
    for name in ("docs/index.rst", "docs/more.md"):
        (chunk,) = files.read(tmp_path, PurePosixPath(name))
        assert chunk.content == said


def test_a_label_and_an_address_of_the_project_lead_to_titles_in_MyST(tmp_path: Path) -> None:
    repository.write(tmp_path, "docs/hue.md", "(set/hue)=\n\n# Choose `a` hue\n\nWords.\n")
    repository.write(tmp_path, "docs/more.md", "See [](set/hue) and <project:#set/hue>.\n")
    (chunk,) = files.read(tmp_path, PurePosixPath("docs/more.md"))
    assert chunk.content == "See Choose a hue and Choose a hue."


def test_an_object_is_called_by_its_name_where_a_label_is_called_so_too(tmp_path: Path) -> None:
    repository.write(tmp_path, "docs/conf.py", 'default_role = "obj"\n')
    repository.write(tmp_path, "docs/rows.rst", ".. _a.rows:\n\nThe rows\n========\n\nWords.\n")
    repository.write(
        tmp_path, "docs/index.rst", "See `a.rows` and :obj:`a.rows`, or :any:`a.rows`.\n"
    )
    (chunk,) = files.read(tmp_path, PurePosixPath("docs/index.rst"))
    assert chunk.content == "See `a.rows` and `a.rows`, or The rows."


def test_a_link_without_words_says_the_title_in_a_pages_front_matter(tmp_path: Path) -> None:
    repository.write(
        tmp_path, "docs/hue.md", "---\nlabel: h\ntitle: 'Choose a *hue*'\n---\n\nWords.\n"
    )
    repository.write(tmp_path, "docs/more.md", "See [](./hue.md), and [](gone.md).\n")
    (chunk,) = files.read(tmp_path, PurePosixPath("docs/more.md"))
    assert chunk.content == "See Choose a hue, and ."
