"""The browser assets: what they weigh, and that pages find everything in them."""

import gzip
import re
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hyperrun.web import assets

CHAT_PAGE_BUDGET_BYTES = 50_000  # everything the chat page loads, gzipped


@pytest.fixture(scope="module")
def built() -> assets.Assets:
    """The assets as the server has them, built where they are not yet."""
    assets.make_current()
    return assets.load()


def test_the_chat_page_stays_within_its_budget(built: assets.Assets) -> None:
    weight = len(built["chat.js"].gzipped) + len(built["chat.css"].gzipped)
    weight += len(gzip.compress(built.sprite.encode()))
    assert weight < CHAT_PAGE_BUDGET_BYTES - 5_000  # its own HTML; 3,300 to 3,700 in any language


def test_an_asset_is_found_by_its_immutable_name_only(built: assets.Assets) -> None:
    asset = built["chat.js"]
    assert re.fullmatch(r"chat\.[0-9a-f]{12}\.js", asset.name)
    assert built.find(asset.name) is asset
    for name in ("chat.js", "", "../chat.js", "chat.000000000000.js", "sprite.svg", "\x00"):
        assert built.find(name) is None
    assert gzip.decompress(asset.gzipped) == asset.content


def test_every_icon_is_in_the_sprite(built: assets.Assets) -> None:
    assert set(re.findall(r'<symbol id="([^"]+)"', built.sprite)) == set(assets.ICONS)
    assert "style=" not in built.sprite


@pytest.mark.parametrize(
    "name",
    ["chat-bubble", "chat-bubble-primary", "chat-start", "chat-end", "modal", "modal-toggle",
     "modal-backdrop", "btn", "btn-circle", "btn-primary", "dots",
     "select", "input", "radio", "checkbox"],
)  # fmt: skip
def test_the_style_sheet_has_the_classes_our_components_use(
    built: assets.Assets, name: str
) -> None:
    assert re.search(rf"\.{name}(?![\w-])", built["chat.css"].content.decode())


def test_no_style_asks_what_an_answer_holds_of_what_it_stands_in(built: assets.Assets) -> None:
    """`:has()` there has every style below worked out anew with each word that comes."""
    style = built["chat.css"].content.decode()
    around = r"\.(?:chat-panel|messages|chat-start|answer|answer-body|blocks|live)\b"
    assert not re.findall(rf"{around}[^\s,{{>+~]*:has\([^)]*\)", style)
    assert ":has(" in style  # elsewhere it costs nothing


def test_nothing_of_a_third_party_is_named_in_what_browsers_load(built: assets.Assets) -> None:
    for name in ("chat.js", "chat.css", "embed.js"):
        text = built[name].content.decode()
        addresses = set(re.findall(r"https?://[\w.-]+", text))
        assert addresses <= {"http://www.w3.org", "https://tailwindcss.com"}, name


def test_missing_assets_are_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(assets.AssetsMissing, match=r"python -m hyperrun\.web\.assets") as told:
        assets.load(tmp_path)
    assert "\n" not in str(told.value)


def test_a_failing_build_leaves_what_was_built(
    tmp_path: Path, built: assets.Assets, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "built"
    shutil.copytree(assets.BUILT, folder)
    monkeypatch.setenv("NODE_OPTIONS", "--no-such-option")
    with pytest.raises(assets.AssetsMissing, match="no-such-option"):
        assets.build(folder)
    assert assets.load(folder)["chat.css"].name == built["chat.css"].name


BUILD = """
import sys
from pathlib import Path

from hyperrun.web import assets

folder = Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
print(assets.make_current(folder), sorted(assets.load(folder)._by_name))
"""


def test_servers_that_start_at_once_build_once_and_all_find_what_was_built(
    tmp_path: Path, built: assets.Assets
) -> None:
    folder = tmp_path / "built"
    shutil.copytree(assets.BUILT, folder)
    (folder / "sources").write_text("stale")
    (folder / "old.js").write_text("of before")
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", BUILD, folder],
            cwd=assets.ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for _ in range(3)
    ]  # fmt: skip
    for each in starting:
        assert each.stdout and each.stdin
        assert each.stdout.readline() == "ready\n"
    for each in starting:
        assert each.stdin
        each.stdin.write("go\n")
        each.stdin.flush()
    told = sorted(each.communicate(timeout=100)[0].strip() for each in starting)
    names = str(sorted(built._by_name))
    assert told == [f"False {names}", f"False {names}", f"True {names}"]
    assert not (folder / "old.js").exists()


def test_nobody_misses_a_file_while_others_take_its_place(
    tmp_path: Path, built: assets.Assets
) -> None:
    folder = tmp_path / "built"
    shutil.copytree(assets.BUILT, folder)
    over = threading.Event()

    def put() -> None:
        for n in range(40):
            assets._put_in_place(Path(shutil.copytree(folder, tmp_path / f"fresh-{n}")), folder)
        over.set()

    with ThreadPoolExecutor(1) as pool:
        putting = pool.submit(put)
        while not over.is_set() and not putting.done():
            assert assets.load(folder)["chat.js"].name == built["chat.js"].name
        putting.result()
    assert assets.is_current(folder)


def test_a_machine_without_npm_builds_with_the_one_that_came_along(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assets._run("npm", "--version")
    assets._run("node", "--version")
