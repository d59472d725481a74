"""A repository that is a git URL."""

import asyncio
from pathlib import Path

import pytest

from hyperrun.errors import SearchUnavailable
from hyperrun.search.checkout import Checkout, is_url, name, shown
from tests.search import repository


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A repository with one commit."""
    root = tmp_path / "remote"
    repository.write(root, "a.md", "# One\n")
    repository.git(root, "init", "-q")
    repository.git(root, "add", ".")
    repository.git(root, "commit", "-qm", "one")
    return root


def test_a_checkout_is_made_then_refreshed(remote: Path, tmp_path: Path) -> None:
    checkout = Checkout(remote.as_uri(), tmp_path / "data")
    asyncio.run(checkout.refresh())
    assert (checkout.folder / "a.md").read_text() == "# One\n"
    repository.write(remote, "a.md", "# Two\n")
    repository.git(remote, "commit", "-qam", "two")
    asyncio.run(checkout.refresh())
    assert (checkout.folder / "a.md").read_text() == "# Two\n"
    assert checkout.folder.name == "remote"


def test_a_checkout_stays_when_the_remote_is_gone(remote: Path, tmp_path: Path) -> None:
    checkout = Checkout(remote.as_uri(), tmp_path / "data")
    asyncio.run(checkout.refresh())
    remote.rename(tmp_path / "moved")
    with pytest.raises(SearchUnavailable):
        asyncio.run(checkout.refresh())
    assert (checkout.folder / "a.md").is_file()


def test_too_much_is_stopped_and_nothing_of_it_stays(remote: Path, tmp_path: Path) -> None:
    checkout = Checkout(remote.as_uri(), tmp_path / "data", most_bytes=-1)
    with pytest.raises(SearchUnavailable, match="brings too much"):
        asyncio.run(checkout.refresh())
    assert list(checkout.folder.parent.iterdir()) == []


def test_a_remote_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    async def run() -> None:
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        checkout = Checkout(f"http://127.0.0.1:{port}/x.git", tmp_path / "data", timeout_s=0.5)
        with pytest.raises(SearchUnavailable, match="takes too long"):
            await checkout.refresh()
        server.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c touch% owned",
        "git://example.org/x.git",
        "ftp://example.org/x",
        "file::/etc",
        "--upload-pack=touch://x",
        "https://example.org/a b",
        "https://example.org/\nx",
        "javascript://x",
    ],
)
def test_other_schemes_are_refused(url: str, tmp_path: Path) -> None:
    assert is_url(url)
    with pytest.raises(SearchUnavailable):
        Checkout(url, tmp_path)


@pytest.mark.parametrize("path", [".", "/srv/repo", "../x", "C:/x", "a@b/c"])
def test_a_folder_is_no_address(path: str) -> None:
    assert not is_url(path)


def test_names_and_logs_leave_out_what_they_should() -> None:
    assert name("git@example.org:group/lamps.git") == "lamps"
    assert name("https://example.org/group/lamps/") == "lamps"
    assert shown("https://user:token@example.org/x") == "https://example.org/x"
