"""Reading rendered pages in a process of its own, within bounds, while those before are written.

Whatever a stranger's page brings the parser to costs that page.
"""

import json
import logging
import zlib
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urljoin

from hyperrun.search.bounded import Exceeded, Worker
from hyperrun.search.site.folder import PageFile, SitePages, digest
from hyperrun.search.site.rendered import read
from hyperrun.search.site.written_sections import SectionOfPage

log = logging.getLogger(__name__)

CPU_S = 20  # the reader's own bound is lower, and keeps what came before it


@dataclass(frozen=True, slots=True)
class PageContent:
    """A page as it is kept: `packed` holds its sections and ids."""

    title: str
    canonical: str
    sections: int
    packed: bytes


@dataclass(frozen=True, slots=True)
class PageReading:
    """A page that was looked at; `content` is None where it is as it was."""

    file: PageFile
    digest: str
    content: PageContent | None


def readings(
    site: SitePages, site_url: str, wanted: Iterable[tuple[PageFile, str]]
) -> Generator[PageReading, None, None]:
    """Every page that could be read, each given with the digest that is known of it."""
    base = site_url.rstrip("/") + "/"
    with closing(Worker(_content, cpu_s=CPU_S)) as worker:
        waiting: tuple[PageFile, str] | None = None
        for file, known in wanted:
            try:
                html = site.read(file.path)
            except OSError as error:
                log.warning("the page %s cannot be read: %s", file.path, error)
                continue
            own = digest(html)
            if own == known:
                yield PageReading(file, own, None)
                continue
            before = waiting and PageReading(*waiting, _answer(worker, waiting[0].path))
            address = urljoin(base, site.address(file.path)) if site_url else ""
            worker.ask((html, address))
            waiting = (file, own)
            if before:
                yield before
        if waiting:
            yield PageReading(*waiting, _answer(worker, waiting[0].path))


def _answer(worker: Worker[tuple[bytes, str], PageContent | None], path: str) -> PageContent:
    """What the worker has read; a page without sections where it could not."""
    try:
        content = worker.answer()
        reason = "it is no HTML, or too large"
    except Exceeded as error:
        content, reason = None, str(error)
    except Exception as error:  # whatever a stranger's page brings the parser to
        content, reason = None, f"{type(error).__name__}: {error}"
    if content is None:
        log.warning("the page %s is left out: %s", path, reason)
    return content or PageContent("", "", 0, _packed([], []))


def _content(question: tuple[bytes, str]) -> PageContent | None:
    """Runs in the worker."""
    page = read(*question)
    if page is None:
        return None
    sections = () if page.hidden or page.moved_to else page.sections
    ids = () if page.hidden or page.moved_to else page.ids
    rows = [(each.anchor, each.title, each.level, each.content) for each in sections]
    return PageContent(page.title, page.canonical, len(rows), _packed(rows, sorted(ids)))


def _packed(rows: list[tuple[str, str, int, str]], ids: list[str]) -> bytes:
    return zlib.compress(json.dumps([rows, ids]).encode(errors="replace"), 1)


def unpacked(packed: bytes) -> tuple[list[SectionOfPage], frozenset[str]]:
    """The sections and ids of a page that is kept."""
    rows, ids = json.loads(zlib.decompress(packed))
    return [SectionOfPage(*row) for row in rows], frozenset(ids)
