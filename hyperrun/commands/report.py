"""What readers ask, and what the documentation does not answer: `python -m hyperrun report`.

Of the last `--days`, as Markdown, as a page with `--html`, or JSON with `--json`, to be piped into
a mail or a chat. The server may be running meanwhile; nothing is written.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict

from hyperrun.commands.arguments import days
from hyperrun.errors import BadSetting, StoreError
from hyperrun.insights.report import Insights, as_html, as_markdown, insights
from hyperrun.settings import Settings
from hyperrun.settings.env_file import load_env
from hyperrun.storage.opening import store_of


async def _read(settings: Settings, days: float, most: int) -> Insights:
    async with store_of(settings).open_alongside_server() as store:
        return await insights(store, days, most)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report. 2 where it fails."""
    parser = argparse.ArgumentParser(prog="hyperrun report", description=__doc__)
    parser.add_argument("--days", type=days, default=30, help="how far back (30)")
    parser.add_argument("--most", type=int, default=20, help="longest list (20)")
    parser.add_argument(
        "--behind", action="store_true", help="let everything else on this machine go first"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--html", action="store_true", help="print a page")
    options = parser.parse_args(arguments)
    if options.most < 1:
        parser.error("--most is more than 0")
    if options.behind:
        os.nice(10)
    load_env()
    try:
        settings = Settings.from_environment()
        report = asyncio.run(_read(settings, options.days, options.most))
    except (BadSetting, StoreError) as error:
        print(f"hyperrun: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(asdict(report), indent=2))
    else:
        written = as_html if options.html else as_markdown
        print(written(report, settings.desk_url))
    return 0


if __name__ == "__main__":
    sys.exit(main())
