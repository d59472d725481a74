"""The search that ends every run finds a key where there is one."""

from pathlib import Path

import pytest

from tests.leaks import KEY, in_files, in_requests


@pytest.mark.parametrize(
    ("name", "is_found"),
    [
        ("test_a0/data/hyperrun.sqlite3-wal", True),
        ("test_a0/data/index/a.sqlite3", True),
        ("test_a0/hyperrun.sqlite3", True),
        ("test_a0/server.log", True),
        ("test_a0/lantern/guide.md", False),  # a repository's own
    ],
)
def test_files_of_servers_are_searched(tmp_path: Path, name: str, is_found: bool) -> None:
    path = tmp_path / "run" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\x00" * 5_000 + KEY.encode()[:-1] + b"\xff")
    try:
        assert bool(in_files(tmp_path / "run")) == is_found
    finally:
        path.unlink()  # or this run would end red


def test_requests_may_hold_a_key_in_their_authorization_alone() -> None:
    said = {"messages": [{"role": "user", "content": f"My key is {KEY}."}]}
    assert not in_requests([{}], [{"authorization": f"Bearer {KEY}", "api-key": KEY}])
    assert in_requests([said], [{}]) == ["request 0"]
    assert in_requests([{}, {}], [{}, {"referer": KEY}]) == ["referer of request 1"]
