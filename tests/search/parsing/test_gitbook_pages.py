"""What pages of GitBook say."""

from pathlib import Path, PurePosixPath

from hyperrun.search.parsing import files
from hyperrun.search.site import rules
from tests.search import repository


def test_a_page_says_its_description_below_its_title(tmp_path: Path) -> None:
    repository.write(tmp_path, ".gitbook.yaml", "root: ./\n")
    page = (
        "---\ndescription: >-\n  Dims\n  *one* lamp.\n---\n\n# Dim\n\nWords.\n\n## More\n\nOf it.\n"
    )
    repository.write(tmp_path, "dim.md", page)
    chunks = files.read(tmp_path, PurePosixPath("dim.md"), rules.read(tmp_path))
    assert [(each.title, each.start_line, each.content or each.text) for each in chunks] == [
        ("Dim", 7, "# Dim\n\nDims \\*one\\* lamp.\n\nWords."),
        ("Dim > More", 11, "## More\n\nOf it."),
    ]
