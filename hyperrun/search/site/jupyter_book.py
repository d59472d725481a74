"""Jupyter Book 1: a Sphinx whose settings stand in `_config.yml`, beside its `_toc.yml`."""

from pathlib import Path

from hyperrun.search.site import literals, sphinx
from hyperrun.search.site.generator import home_of
from hyperrun.search.site.literals import mapping, strings

NAMES = ("_toc.yml",)
_EXCLUDED = ("_build", "Thumbs.db", ".DS_Store", "**.ipynb_checkpoints")


def read(root: Path, config: Path) -> sphinx.Sphinx | None:
    """The rules of one book; None where Jupyter Book 2 makes it, or a `conf.py`."""
    toc = literals.read_yaml(literals.text(config))
    beside = config.parent
    if not isinstance(toc.get("root"), str) or any(
        (beside / other).exists() for other in ("conf.py", "myst.yml")
    ):
        return None
    said = literals.read_yaml(literals.text(beside / "_config.yml"))
    url = mapping(said.get("html")).get("baseurl")
    cells = sphinx.formats(mapping(mapping(said.get("sphinx")).get("config")))
    return sphinx.Sphinx(
        (home_of(root, config),),
        url=url if isinstance(url, str) and url.startswith("http") else "",
        suffixes=(".rst", ".md", ".ipynb", *cells),
        excluded=(*_EXCLUDED, *strings(said.get("exclude_patterns"))),
    )
