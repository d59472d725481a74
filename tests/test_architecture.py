"""The rooms of the house and the one direction in which they may import; see docs/ARCHITECTURE.md.

Every import counts, those inside functions and for type checkers alone too.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOP = ("main", "components", "embed")
# From the top down. A room may import those below it, and of its own floor none but itself.
FLOORS = (
    ("sphinx",),  # an extension has its name from where it stands
    ("web", "commands", "plugins"),
    ("insights",),
    ("answering",),
    ("limits",),
    ("llm", "search", "markdown", "storage"),
    ("base",),
)
MAX_FLAT_MODULES = 12

Graph = Mapping[str, frozenset[str]]


def imports(root: Path) -> Graph:
    """Which of the product's modules each of them imports."""
    files = {_name(path.relative_to(root)): path for path in (root / "hyperrun").rglob("*.py")}
    files |= {name: root / f"{name}.py" for name in TOP if (root / f"{name}.py").exists()}
    return {name: frozenset(_imported(path, files)) - {name} for name, path in files.items()}


def _name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _imported(path: Path, files: Mapping[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in files)
        elif isinstance(node, ast.ImportFrom):
            for each in node.names:
                names = (f"{node.module}.{each.name}", node.module or "")
                yield from [name for name in names if name in files][:1]


def room(module: str) -> str:
    """The package a module stands in; "base" for those that stand in none, "top" above all."""
    parts = module.split(".")
    if parts[0] in TOP:
        return "top"
    packages = {each for floor in FLOORS for each in floor}
    return parts[1] if len(parts) > 1 and parts[1] in packages else "base"


def wrong_ways(graph: Graph) -> list[str]:
    """Every import that goes up, or across to another room of the same floor."""
    height = {name: -at for at, floor in enumerate(FLOORS) for name in floor} | {"top": 1}
    return [
        f"{module} imports {imported}"
        for module, targets in sorted(graph.items())
        for imported in sorted(targets)
        if room(module) != room(imported) and height[room(module)] <= height[room(imported)]
    ]


def circles(graph: Graph) -> list[str]:
    """Modules that import each other, by whatever way round."""
    left = dict(graph)
    while True:
        imported = frozenset().union(*left.values())
        free = [
            name
            for name, targets in left.items()
            if name not in imported or not targets & left.keys()
        ]
        if not free:
            return sorted(left)
        for name in free:
            del left[name]


@pytest.fixture(scope="module")
def graph() -> Graph:
    """The product's own."""
    return imports(ROOT)


def test_imports_go_down_the_house(graph: Graph) -> None:
    assert len(graph) > 80
    assert wrong_ways(graph) == []


def test_no_modules_import_each_other(graph: Graph) -> None:
    assert circles(graph) == []


def test_few_modules_stand_outside_of_a_room() -> None:
    flat = [each for each in (ROOT / "hyperrun").glob("*.py") if each.name != "__main__.py"]
    assert len(flat) <= MAX_FLAT_MODULES


@pytest.mark.parametrize(
    ("file", "line", "wrong"),
    [
        ("hyperrun/search/x.py", "from hyperrun.web import forms",
         "hyperrun.search.x imports hyperrun.web.forms"),
        ("hyperrun/storage/x.py", "from hyperrun.search.engine import Search",
         "hyperrun.storage.x imports hyperrun.search.engine"),
        ("hyperrun/limits/x.py", "import hyperrun.answering.turns",
         "hyperrun.limits.x imports hyperrun.answering.turns"),
        ("hyperrun/text.py", "def f():\n    from hyperrun.markdown import live",
         "hyperrun.text imports hyperrun.markdown.live"),
        ("hyperrun/llm/x.py", "if TYPE_CHECKING:\n    from hyperrun.answering.turns import Turns",
         "hyperrun.llm.x imports hyperrun.answering.turns"),
        ("hyperrun/web/x.py", "import components", "hyperrun.web.x imports components"),
    ],
)  # fmt: skip
def test_an_import_that_goes_up_is_found(tmp_path: Path, file: str, line: str, wrong: str) -> None:
    for name in (
        "web/forms", "search/engine", "answering/turns", "markdown/live", "text", "storage/store",
    ):  # fmt: skip
        (tmp_path / "hyperrun" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "hyperrun" / f"{name}.py").touch()
    (tmp_path / "components.py").touch()
    assert wrong_ways(imports(tmp_path)) == []
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(f"from hyperrun import settings\n{line}\n")
    assert wrong_ways(imports(tmp_path)) == [wrong]


def test_modules_that_import_each_other_are_found(tmp_path: Path) -> None:
    for one, another in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")):
        (tmp_path / "hyperrun").mkdir(exist_ok=True)
        (tmp_path / "hyperrun" / f"{one}.py").write_text(f"from hyperrun import {another}\n")
    assert circles(imports(tmp_path)) == ["hyperrun.a", "hyperrun.b", "hyperrun.c"]


def test_nothing_outside_of_storage_and_search_knows_sqlite() -> None:
    knows = {
        room(_name(path.relative_to(ROOT)))
        for path in (*(ROOT / "hyperrun").rglob("*.py"), ROOT / "main.py", ROOT / "components.py")
        if "import sqlite3" in path.read_text()
    }
    assert knows == {"storage", "search"}
