"""The index builder, a process of its own: `python -m hyperrun.search.build ROOT INDEX …`.

Reading and parsing would stop the server's event loop. It prints the rules of the repository's
site, pickled, as a JSON string, then a list per step of progress, and ends with exit status 1 and a
line on stderr where it cannot go on.
"""

import argparse
import base64
import json
import logging
import os
import pickle
import sqlite3
import sys
import time
from contextlib import suppress
from pathlib import Path

from hyperrun.search import reading
from hyperrun.search.index import Index
from hyperrun.search.index_writer import Progress
from hyperrun.search.site.rules import Rules


def main() -> None:
    """Refresh one index."""
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("index", type=Path)
    parser.add_argument("--include", action="append", default=[])
    parser.add_argument("--exclude", action="append", default=[])
    parser.add_argument("--changed", action="append", default=[], help="all that may have changed")
    parser.add_argument("--site-url", default="")
    parser.add_argument("--site-dir", default="", help="the rendered pages; off: none")
    parser.add_argument("--crawled-in", type=Path, help="the data folder with fetched pages")
    parser.add_argument("--prefix", default="", help="what paths begin with in the index")
    parser.add_argument("--rules-only", action="store_true", help="build nothing")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    with suppress(OSError):
        os.nice(5)  # questions come first
    said = 0.0

    def say(progress: Progress) -> None:
        nonlocal said
        if progress.done == progress.total or time.monotonic() - said > 0.1:
            said = time.monotonic()
            print(json.dumps([progress.done, progress.total, progress.passages]), flush=True)

    def tell(rules: Rules) -> None:
        print(json.dumps(base64.b64encode(pickle.dumps(rules)).decode()), flush=True)

    if options.rules_only:
        tell(reading.read_rules(options.root, options.site_url, {}))
        return
    from hyperrun.search.site.source import choose, within

    site, _ = choose(options.root, options.site_dir, options.site_url, options.crawled_in)
    try:
        Index(options.index).refresh(
            options.root,
            options.include,
            [*options.exclude, *within(options.root, site)],
            say,
            options.changed,
            options.site_url,
            site,
            options.prefix,
            tell,
        )
    except (sqlite3.Error, OSError) as error:
        sys.exit(f"the index cannot be built: {error}")


if __name__ == "__main__":
    main()
