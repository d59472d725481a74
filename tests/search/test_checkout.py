"""A repository that is a git URL."""

import asyncio
import shutil
from pathlib import Path

import pytest

from hyperrun.errors import SearchUnavailable
from hyperrun.search.checkout import Checkout, is_url, name, shown
from hyperrun.search.versions import Versions
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
        lines: list[asyncio.StreamWriter] = []
        server = await asyncio.start_server(lambda _, line: lines.append(line), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        checkout = Checkout(f"http://127.0.0.1:{port}/x.git", tmp_path / "data", timeout_s=0.5)
        with pytest.raises(SearchUnavailable, match="takes too long"):
            await checkout.refresh()
        server.close()
        for line in lines:
            line.close()
            await line.wait_closed()

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


@pytest.mark.parametrize("lock", ["shallow.lock", "index.lock", "HEAD.lock", "refs/heads/x.lock"])
def test_a_lock_that_an_ended_git_left_does_not_keep_a_checkout_old(
    remote: Path, tmp_path: Path, lock: str
) -> None:
    checkout = Checkout(remote.as_uri(), tmp_path / "data")
    asyncio.run(checkout.refresh())
    (checkout.folder / ".git" / lock).touch()
    repository.write(remote, "a.md", "# Two\n")
    repository.git(remote, "commit", "-qam", "two")
    asyncio.run(checkout.refresh())
    assert (checkout.folder / "a.md").read_text() == "# Two\n"


@pytest.mark.parametrize("broken", ["HEAD", "index", "config", "shallow", "objects"])
def test_a_broken_checkout_is_made_anew(remote: Path, tmp_path: Path, broken: str) -> None:
    checkout = Checkout(remote.as_uri(), tmp_path / "data")
    asyncio.run(checkout.refresh())
    place = checkout.folder / ".git" / broken
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.write_bytes(b"\0nonsense\n")
    repository.write(remote, "a.md", "# Two\n")
    repository.git(remote, "commit", "-qam", "two")
    asyncio.run(checkout.refresh())
    assert (checkout.folder / "a.md").read_text() == "# Two\n"
    assert [path.name for path in checkout.folder.parent.iterdir()] == [checkout.folder.name]


def test_a_broken_checkout_stays_readable_while_the_remote_is_gone(
    remote: Path, tmp_path: Path
) -> None:
    checkout = Checkout(remote.as_uri(), tmp_path / "data")
    asyncio.run(checkout.refresh())
    assert checkout.looked_at and not checkout.failure
    (checkout.folder / ".git/HEAD").write_text("nonsense")
    remote.rename(tmp_path / "moved")
    with pytest.raises(SearchUnavailable):
        asyncio.run(checkout.refresh())
    assert (checkout.folder / "a.md").is_file()
    assert checkout.failure


def test_a_checkout_that_was_being_swapped_is_found_again(remote: Path, tmp_path: Path) -> None:
    checkout = Checkout(remote.as_uri(), tmp_path / "data")
    asyncio.run(checkout.refresh())
    checkout.folder.rename(checkout.folder.with_name(checkout.folder.name + ".old"))
    remote.rename(tmp_path / "moved")
    with pytest.raises(SearchUnavailable):
        asyncio.run(checkout.refresh())
    assert (checkout.folder / "a.md").is_file()


def test_a_version_that_no_tag_has_costs_one_look_at_the_tags(remote: Path, tmp_path: Path) -> None:
    repository.git(remote, "tag", "v1.0")
    checkout = Checkout(remote.as_uri(), tmp_path / "data")
    looks = 0
    fetched: list[str] = []

    async def counted() -> frozenset[str]:
        nonlocal looks
        looks += 1
        return await checkout.tags()

    async def fetch(tag: str) -> None:
        fetched.append(tag)
        await checkout.tag(tag)

    async def run() -> None:
        await checkout.refresh()

        async def nothing(tree: Path, index: Path) -> None: ...

        found = Versions(tmp_path / "data", nothing, fetch, counted)
        names = [f"9.{number}" for number in range(50)]
        assert set(await asyncio.gather(
            *(found.find(checkout.folder, name, 5) for name in names)
        )) == {None}  # fmt: skip
        assert await found._commit(checkout.folder, "1.0")
        await found.close()

    asyncio.run(run())
    assert looks == 1
    assert fetched == ["v1.0"]


def test_a_refusal_says_why_in_one_line(tmp_path: Path) -> None:
    checkout = Checkout(f"file://{tmp_path}/there-is-none.git", tmp_path / "data")
    with pytest.raises(SearchUnavailable) as refused:
        asyncio.run(checkout.refresh())
    assert "fatal:" in str(refused.value) and "\n" not in str(refused.value)
    assert "Cloning into" not in str(refused.value)
