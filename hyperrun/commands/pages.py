"""The sources, their pages, and whether every link leads somewhere: `hyperrun pages`.

For each source: its files; the rendered pages that were read and where they come from; sections
that are matched with their lines, passages that stand on a page alone, and sections of the source
that have no page. `--check` follows every address and anchor that an answer can show, against the
rendered pages, or the published site where none are there; 1 with those that are wrong.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace

from hyperrun.errors import BadSetting, SearchError
from hyperrun.search.engine import Search
from hyperrun.search.site.published_site import PublishedSite, SiteDown
from hyperrun.search.site.report import Fetch, SourceReport, checked, report
from hyperrun.search.tree import Tree
from hyperrun.settings import Settings
from hyperrun.settings.env_file import load_env
from hyperrun.text import plain

MAX_SHOWN = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table. 1 where an address is wrong, 2 where it fails."""
    parser = argparse.ArgumentParser(
        prog="hyperrun pages", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--repo", help="a folder or a git URL (HYPERRUN_REPO_PATH)")
    parser.add_argument("--check", action="store_true", help="follow every address and anchor")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    load_env()
    try:
        settings = Settings.from_environment()
        if options.repo:
            settings = replace(settings, repo_path=options.repo)
        reports = asyncio.run(_run(settings, options.check))
    except (BadSetting, SearchError, SiteDown) as error:
        print(f"hyperrun: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps([asdict(each) for each in reports], ensure_ascii=False, indent=2))
    else:
        print(markdown(reports))
    return int(any(each.wrong for each in reports))


async def _run(settings: Settings, check: bool) -> list[SourceReport]:
    search = Search(settings)
    try:
        await search.prepare()
        reports = []
        for tree in search.trees:
            found = await asyncio.to_thread(report, search.index, tree)
            if check:
                found = await checked(search.index, tree, found, _fetch(tree, settings))
            reports.append(found)
        return reports
    finally:
        await search.close()


def _fetch(tree: Tree, settings: Settings) -> Fetch | None:
    """Asks the published site, as a crawl would."""
    if not tree.rules.site_url:
        return None
    may_be_private = settings.crawl == "private"
    return PublishedSite(tree.rules.site_url, may_be_private=may_be_private).fetch


def markdown(reports: Sequence[SourceReport]) -> str:
    """The table for people, and what is wrong below it."""
    lines = [
        "| source | files | pages | matched | only rendered | only source | of them with a page "
        "| addresses | checked | pages from |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for each in reports:
        lines.append(
            f"| {plain(each.source)} | {each.files} | {each.pages} | {each.matched} "
            f"| {each.only_rendered} | {each.only_source} | {each.without_address} "
            f"| {each.addresses} | {each.checked} | {plain(each.pages_from)} |"
        )
    for each in reports:
        if each.checked_against:
            lines += ["", f"{plain(each.source)}: {each.checked} addresses against "
                      f"{plain(each.checked_against)}, {len(each.wrong)} wrong."]  # fmt: skip
        lines += [
            f"- {plain(wrong.address)}: {wrong.why} ({plain(wrong.file)})"
            for wrong in each.wrong[:MAX_SHOWN]
        ]
        if len(each.wrong) > MAX_SHOWN:
            lines.append(f"- and {len(each.wrong) - MAX_SHOWN} more")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
