"""After a render: each page's exact source, in `hyperrun-pages.json` beside the pages.

`project: post-render: _extensions/hyperrun/pages.py`. Quarto names what it has written, and a page
has its source's name.
"""

import json
import os
import sys
from pathlib import Path

SOURCES = (".qmd", ".ipynb", ".md", ".Rmd", ".rmd")
TOPS = (".git", ".hg", "hyperrun.toml")


def main() -> None:
    root = Path(os.environ.get("QUARTO_PROJECT_DIR") or ".").resolve()
    output = (root / os.environ.get("QUARTO_PROJECT_OUTPUT_DIR", "_site")).resolve()
    top = next(
        (each for each in (root, *root.parents) if any((each / t).exists() for t in TOPS)), root
    )
    written = [
        Path(line) for line in os.environ.get("QUARTO_PROJECT_OUTPUT_FILES", "").splitlines()
    ]
    told = {}
    try:
        # A render of one page leaves what was told of the others.
        kept = json.loads((output / "hyperrun-pages.json").read_text())["pages"]
        told = {page["path"]: page for page in kept if (output / page["path"]).exists()}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    for page in written:
        page = (root / page).resolve()
        if page.suffix != ".html" or not page.is_relative_to(output):
            continue
        path = page.relative_to(output)
        source = next(
            (file for end in SOURCES if (file := (root / path).with_suffix(end)).exists()), None
        )
        if source is not None:
            name = source.relative_to(top).as_posix()
            told[path.as_posix()] = {"path": path.as_posix(), "source": name}
    pages = [told[path] for path in sorted(told)]
    try:
        (output / "hyperrun-pages.json").write_text(json.dumps({"pages": pages}, indent=1) + "\n")
    except OSError as error:
        print(f"hyperrun: the pages' sources were not written: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
