"""Where the rendered pages of a repository come from: a folder, the published site, or nowhere."""

from pathlib import Path

from hyperrun.search.site import crawled, folder
from hyperrun.search.site.crawled import Crawled
from hyperrun.search.site.folder import Folder, SitePages
from hyperrun.settings.variables import switched


def is_named(site_dir: str) -> bool:
    """Does the operator name a folder of rendered pages?"""
    return bool(site_dir) and switched(site_dir) is not False


def named(root: Path, site_dir: str) -> Path:
    """The folder that is named so, of the repository at `root`."""
    return root / Path(site_dir).expanduser()


def choose(
    root: Path, site_dir: str, site_url: str = "", data_dir: Path | None = None
) -> tuple[SitePages | None, str]:
    """The pages, and what they are or why there are none.

    A folder that is named wins, then what a crawl of `site_url` has brought into `data_dir`, then a
    folder that is found. `site_dir` is `off` where none is wanted.
    """
    if site_dir and not is_named(site_dir):
        return None, "HYPERRUN_SITE_DIR=off"
    if site_dir:
        there = named(root, site_dir)
        if not there.is_dir():
            return None, f"{site_dir} (HYPERRUN_SITE_DIR, or site_dir of the source) is no folder"
        return Folder(there, is_named=True), f"the folder {site_dir}"
    if data_dir is not None and site_url:
        kept = crawled.location(data_dir, site_url)
        if kept.is_file():
            return Crawled(kept), f"the site at {site_url}"
    found, why = folder.find(root)
    if found is not None:
        return Folder(found), f"the folder {found.relative_to(root).as_posix()}"
    return None, why


def within(root: Path, site: SitePages | None) -> list[str]:
    """What is left out of the sources because it is their rendered site, as globs."""
    if not isinstance(site, Folder) or not site.root.resolve().is_relative_to(root.resolve()):
        return []
    inside = site.root.resolve().relative_to(root.resolve()).as_posix()
    return [] if inside == "." else [f"/{inside}/"]
