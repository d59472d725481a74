"""What is found while it is being typed."""

from pathlib import Path

import pytest

from hyperrun.search import question_words, sections
from hyperrun.search.index import Index
from hyperrun.search.index_file import location
from hyperrun.search.marking import line, marks

PAGES = {
    "mkdocs.yml": "site_name: Lantern\nsite_url: https://lantern.example/\n",
    "docs/guide.md": (
        "# Lamps\n\nLamps hang in rooms.\n\n## Dimming a lamp\n\nCall `lantern.dim(level)`.\n\n"
        "## Installation\n\nInstall it with pip. It takes a while.\n"
    ),
    "docs/scenes.md": "# Rooms and scenes\n\n## Save a scene\n\nA scene keeps the level.\n",
    "docs/reference/api.md": "# API\n\n## dim_all\n\nThe same for every lamp.\n",
    "docs/ja.md": "# ランプの設定\n\n部屋の明るさを調整します。\n",
    "docs/ru.md": "# Установка лампы\n\nПодключите лампу.\n",
    "docs/es.md": "# Configuración rápida\n\nLa lámpara se configura en la sala con una orden.\n",
    "lantern.py": (
        'class OpenAPIBuilder:\n    """Builds."""\n\n    def dimLamp(self):\n        return 1\n'
    ),
    "docs/objects.md": (
        "# Objects\n\n## lantern.rooms.dusk\n\nHow dark it is where nothing lights.\n\n"
        "## lantern.rooms.brightness\n\nHow bright it is there.\n\n"
        "## Brightness\n\nOf a lamp, in a hundred steps.\n\n"
        "## Nodes of a graph\n\nWhich lamps hang on which.\n"
    ),
    "docs/node.md": "# Node.js\n\nLamps that hang on a server, and are dimmed by it.\n",
    "docs/changelog.md": "# Changelog\n\n## 1.0\n\nDimming a lamp is new.\n",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("lantern")
    for name, text in PAGES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture(scope="module")
def index(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Index:
    index = Index(location(tmp_path_factory.mktemp("data"), "lantern"))
    index.refresh(root)
    return index


def titles(index: Index, text: str) -> list[str]:
    return [passage.title.rpartition(" > ")[2] for passage, _ in index.typed(text, 8)[0]]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("dimm", "Dimming a lamp"),
        ("DIMMING A", "Dimming a lamp"),
        ("lamp dim", "Dimming a lamp"),  # in any order
        ("lamps dimm", "Dimming a lamp"),  # a word of the page's title, one of the heading's
        ("  inst ", "Installation"),
        ("instalation", "Installation"),  # a letter too few
        ("innstallation", "Installation"),  # too many
        ("instsl", "Installation"),  # another one, not typed out
        ("isntall", "Installation"),  # two exchanged
        ("rooms and sc", "Rooms and scenes"),
        ("save", "Save a scene"),
        ("openapib", "OpenAPIBuilder"),
        ("apibuilder", "OpenAPIBuilder"),  # inside of an identifier
        ("builder", "OpenAPIBuilder"),
        ("dimlamp", "dimLamp"),
        ("dim_a", "dim_all"),
        ("ランプ", "ランプの設定"),
        ("設定", "ランプの設定"),  # not at its beginning
        ("уст", "Установка лампы"),
        ("configuracion", "Configuración rápida"),  # without the accent
        ("how do i make it darker with dim(level)", "Dimming a lamp"),
        ("bright", "Brightness"),  # a heading before an object of the same name
        ("node", "Node.js"),  # the title of a page, which is no name in code
        ("node.j", "Node.js"),
        ("nodes of a gr", "Nodes of a graph"),
        ("dusk", "lantern.rooms.dusk"),  # the object's own name
        ("lantern.rooms.du", "lantern.rooms.dusk"),  # and its whole one
    ],
)
def test_it_is_found_before_it_is_typed_out(index: Index, text: str, first: str) -> None:
    found = titles(index, text)
    assert found
    assert found[0].endswith(first)


HOSTILE = [
    "", " ", "!?", "\x00", '"', "a\nb", "*", "^", "-", "NEAR(", "AND", "🙂", "x" * 5_000,
    "heading:", "' OR 1=1 --", "…", "⏎", "a " * 400, "%", "\u2028", "<b>", "--help", "{x}",
    "\u0301",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_is_words_and_no_language_of_queries(index: Index, text: str) -> None:
    index.typed(text, 8)


def test_names_alone_are_enough_where_many_type(index: Index) -> None:
    def found(thorough: bool) -> list[str]:
        rows, _ = index.typed("scene keeps the level", 8, thorough=thorough)
        return [passage.title for passage, _ in rows]

    assert found(True)[0] == "Rooms and scenes > Save a scene"
    assert found(False) == []


def test_what_is_gone_from_the_files_is_found_no_more(root: Path, tmp_path: Path) -> None:
    index = Index(location(tmp_path, "lantern"))
    extra = root / "docs" / "act.md"
    extra.write_text("# Vanishing act\n\nNow you see it, and then no more.\n")
    index.refresh(root)
    assert titles(index, "vanish") == ["Vanishing act"]
    extra.write_text("# Standing still\n\nNow you see it, and then again.\n")
    index.refresh(root)
    assert titles(index, "vanish") == []
    assert titles(index, "standing") == ["Standing still"]
    extra.unlink()
    index.refresh(root)
    assert titles(index, "standing") == []


def test_what_answered_the_letters_before_is_forgotten_with_its_section(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    page = root / "guide.md"
    page.write_text("# Lanterns\n\nThey smoulder when the wick is short.\n")
    index = Index(location(tmp_path / "data", "repo"))
    index.refresh(root)
    for text in ("why does it smo", "why does it smoul", "why does it smuolder"):
        assert titles(index, text) == ["Lanterns"]
    page.write_text("# Lanterns\n\nThey go out.\n")
    index.refresh(root)
    for text in ("why does it smo", "why does it smoul", "why does it smuolder"):
        assert titles(index, text) == []
    page.write_text("# Lanterns\n\nThey smoulder again.\n")
    index.refresh(root)
    assert titles(index, "why does it smuolder") == ["Lanterns"]


def test_common_words_alone_are_not_looked_through_where_rare_ones_tell(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    common = "".join(f"## Room {n}\n\nA lamp lights this room.\n\n" for n in range(200))
    (root / "rooms.md").write_text(f"# Rooms\n\n{common}## Wicks\n\nTrim the wick of a lamp.\n")
    index = Index(location(tmp_path / "data", "repo"))
    index.refresh(root)
    with index.connect() as connection:
        for most in (50, 0):
            wanted = question_words.wanted(connection, "trim the wick of a lamp")
            found = sections.find(connection, wanted, most=most)
            ((first, _),) = index._passages(connection, [found[0].id]).values()
            assert first.title.endswith("Wicks")
            assert (len(found) > 1) == (most == 0)


def test_a_section_that_is_cut_in_several_is_named_once(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    text = "\n\n".join(f"Paragraph {n} of a long section. " * 20 for n in range(60))
    (root / "guide.md").write_text(f"# Endless reading\n\n{text}\n")
    index = Index(location(tmp_path / "data", "repo"))
    index.refresh(root)
    assert index.counts()[1] > 1
    assert titles(index, "endless") == ["Endless reading"]


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("Dimming a lamp", ["dim"], ["Dim"]),
        ("lantern.dim(level)", ["dim", "lev"], ["dim", "lev"]),
        ("OpenAPIBuilder", ["builder"], ["Builder"]),
        ("OpenAPIBuilder", ["apib"], ["APIB"]),
        ("Configuración rápida", ["configuracion"], ["Configuración"]),
        ("ランプの設定", ["設定"], ["設定"]),
        ("pairing the lamps", ["pairs"], ["pairing"]),
        ("nothing of it", ["dim"], []),
        ("", ["dim"], []),
    ],
)
def test_what_was_typed_is_marked(text: str, words: list[str], marked: list[str]) -> None:
    assert [text[start:end] for start, end in marks(text, words)] == marked


def test_the_line_is_the_one_that_holds_most_of_the_words_without_marks_of_markup(
    index: Index,
) -> None:
    rows, words = index.typed("dimming", 1)
    assert line(rows[0][0], words) == "Call lantern.dim(level)."
    rows, words = index.typed("installation a while", 1)
    assert line(rows[0][0], words) == "Install it with pip. It takes a while."
