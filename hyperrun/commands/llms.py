"""Files for machines that read, beside a built site's own: `python -m hyperrun llms FOLDER`.

Writes `llms.txt` in the form of llmstxt.org, `llms-full.txt` with all pages in one, and each page
as Markdown at its own address with `.md` after it (`guide/index.html.md`), for whatever host serves
the folder. Run it after the site's generator. An `llms.txt` or `llms-full.txt` that it has not
written itself is left alone, and nothing is written.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hyperrun.errors import BadSetting, SearchError
from hyperrun.search import llms
from hyperrun.search.engine import Search
from hyperrun.search.whole_pages import Page, WholePages
from hyperrun.settings import Settings
from hyperrun.settings.env_file import load_env

LISTING, FULL = "llms.txt", "llms-full.txt"
MARK = "<!-- Written by `hyperrun llms`, which may write it anew. -->"
MARKED_CHARS = 4_000  # of a file's beginning, in which that stands


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files. 2 where that fails."""
    parser = argparse.ArgumentParser(
        prog="hyperrun llms", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("folder", type=Path, help="the folder that the generator has written")
    parser.add_argument("--repo", help="the folder of the site's sources (HYPERRUN_REPO_PATH)")
    parser.add_argument(
        "--overwrite", action="store_true", help="take the place of an llms.txt of another's, too"
    )
    options = parser.parse_args(arguments)
    load_env()
    try:
        settings = Settings.from_environment()
        folder: Path = options.folder.resolve()
        if not folder.is_dir():
            raise BadSetting(f"{options.folder} is not a folder")
        if not options.overwrite and (kept := others(folder)):
            raise BadSetting(
                f"`hyperrun llms` has not written {' and '.join(kept)} in {options.folder}: "
                "take it out of the site, or give --overwrite"
            )
        with tempfile.TemporaryDirectory(prefix="hyperrun-") as scratch:
            settings = replace(
                settings, repo_path=options.repo or settings.repo_path, site_dir=str(folder),
                data_dir=Path(scratch), search="embedded", embedding_model="off", crawl="off",
            )  # fmt: skip
            written = asyncio.run(_run(settings, folder))
    except (BadSetting, SearchError, OSError) as error:
        print(f"hyperrun: {error}", file=sys.stderr)
        return 2
    print(f"llms.txt, llms-full.txt and {written} pages as Markdown are in {options.folder}")
    return 0


async def _run(settings: Settings, folder: Path) -> int:
    search = Search(settings)
    try:
        await search.prepare()
        return await asyncio.to_thread(write, search.whole_pages, search.project, folder)
    finally:
        await search.close()


def write(pages: WholePages, project: str, folder: Path) -> int:
    """Write the files into `folder`; how many pages there are as Markdown. Raises OSError and
    `SearchError`."""
    rendered = [page for page in pages.all() if page.rendered]
    if not rendered:
        raise SearchError(f"{folder} holds no page of a documentation site")
    for page in rendered:
        place = (folder / f"{page.rendered}.md").resolve()
        if place.is_relative_to(folder):
            place.write_text(pages.markdown(page), encoding="utf-8")
    listing = llms.listing(project, pages, _address, MARK)
    (folder / LISTING).write_text(listing, encoding="utf-8")
    parts = llms.full(project, pages)
    with (folder / FULL).open("w", encoding="utf-8") as opened:
        opened.write(f"{next(parts)}\n{MARK}\n")
        opened.writelines(parts)
    return len(rendered)


def others(folder: Path) -> list[str]:
    """Which of the two files in `folder` somebody else has written. Raises OSError."""
    found = []
    for name in (LISTING, FULL):
        if (folder / name).exists():
            with (folder / name).open(encoding="utf-8", errors="replace") as opened:
                if MARK not in opened.read(MARKED_CHARS):
                    found.append(name)
    return found


def _address(page: Page) -> str:
    """Where a page stands as Markdown; one that is not rendered stands where its source does."""
    if not page.rendered:
        return page.url or page.permalink or page.markdown_name
    if page.url is None:
        return f"{page.rendered}.md"
    return f"{page.url}index.html.md" if page.url.endswith("/") else f"{page.url}.md"


if __name__ == "__main__":
    sys.exit(main())
