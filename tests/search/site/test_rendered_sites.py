"""Sites that their own generators have made: every address that can be shown exists on them."""

import asyncio
import os
import random
import signal
import time
from pathlib import Path

import pytest

from bench.search import pages as many
from hyperrun.search.index import Index
from hyperrun.search.site.report import checked, report
from hyperrun.search.site.source import choose, within
from hyperrun.search.sources import SourceTree
from hyperrun.search.tree import Tree
from tests.generators import build


@pytest.mark.parametrize("kind", ["mkdocs", "material", "zensical", "furo", "rtd", "quarto"])
def test_every_address_exists_and_every_section_with_a_page_has_one(
    kind: str, tmp_path: Path
) -> None:
    root = build(kind, tmp_path).parent
    site, _ = choose(root, "")
    assert site is not None
    index = Index(tmp_path / "data/index/x.sqlite3")
    index.refresh(root, exclude=within(root, site), site=site)
    tree = Tree(SourceTree(str(root)), tmp_path / "data")
    asyncio.run(tree.read_rules())
    tree.look()
    found = asyncio.run(checked(index, tree, report(index, tree), None))
    index.close()
    assert (found.pages, found.wrong, found.without_address) == (2, [], 0)
    assert found.matched >= 2
    assert found.checked == found.addresses >= 2


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_build_killed_at_ten_moments_loses_nothing(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    many.write(root, 600, 150)
    whole, killed = tmp_path / "one/index/x.sqlite3", tmp_path / "two/index/x.sqlite3"
    began = time.monotonic()
    assert many.build(root, whole).wait() == 0
    took_s = time.monotonic() - began
    chance = random.Random(5)
    for _ in range(10):
        process = many.build(root, killed)
        time.sleep(chance.uniform(0.05, took_s / 6))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert many.build(root, killed).wait() == 0
    assert many.state(killed) == many.state(whole)
