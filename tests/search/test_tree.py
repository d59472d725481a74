"""What the server reads of a source itself."""

import asyncio
import time
from pathlib import Path

import pytest

from hyperrun.search.sources import SourceTree
from hyperrun.search.tree import Tree

NAV = "nav:\n" + "".join(f"  - page {n}: page{n}.md\n" for n in range(2_500))


@pytest.mark.parametrize(
    "nav", [NAV, "nav: [\n", "nav: " + "[" * 50_000, "a: &a [x]\nnav: [*a, *b]\n"]
)
def test_a_configuration_costs_the_server_no_work(nav: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "docs").mkdir(parents=True)
    (root / "mkdocs.yml").write_text(f"site_name: x\nsite_url: https://x.example/\n{nav}")
    tree = Tree(SourceTree(str(root), site_url="https://docs.example/"), tmp_path / "data")
    began = time.process_time()
    asyncio.run(tree.read_rules())
    assert time.process_time() - began < 0.3
    assert tree.rules.site_url == "https://docs.example/"
