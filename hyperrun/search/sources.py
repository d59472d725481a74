"""What is searched: one repository by the environment, or what `hyperrun.toml` names.

    [[source]]
    label = "docs"                         # what citations call it
    path = "../docs"                       # a folder, from this file; or
    git = "https://forge.example/docs"     # a git URL, with
    token = "DOCS_TOKEN"                   # the environment variable that holds its token; or
    site = "https://docs.example.org/"     # a published site alone
    url = "https://docs.example.org/"      # where it is published
    site_dir = "site"                      # the folder with its rendered pages
    include = ["*.md"]
    exclude = ["drafts/"]
    kind = "docs"                          # docs, code, api, changelog or issues

The file is the operator's: it may stand in a folder that is served, but that of a git URL is not
read, for it could name any folder of this machine.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hyperrun.errors import BadSetting
from hyperrun.files import read_own
from hyperrun.search.checkout import is_url
from hyperrun.settings import Settings
from hyperrun.settings.checks import HOME, NO_HOME

FILE = "hyperrun.toml"
KINDS = ("docs", "code", "api", "changelog", "issues")
MAX_SOURCES = 50
MAX_FILE_BYTES = 1_000_000

_LABEL = re.compile(r"[A-Za-z0-9][\w .-]{0,39}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAMES = frozenset((
    "label", "path", "git", "site", "url", "site_dir", "include", "exclude", "kind", "token",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceTree:
    """One source. `place` is a folder or a git URL, "" for a site alone; `label` is what the file
    calls it, and where it names more than one the first part of their files' paths in the index."""

    place: str
    label: str = ""
    site_url: str = ""
    site_dir: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    kind: str = ""
    token: str = field(default="", repr=False)
    crawls: bool = False
    is_alone: bool = True

    @property
    def prefix(self) -> str:
        """What its files' paths begin with in the index."""
        return "" if self.is_alone else f"{self.label}/"


def read(settings: Settings, environment: Mapping[str, str] = os.environ) -> list[SourceTree]:
    """All that is searched, in the order in which it is named. Raises `BadSetting`."""
    file = _file(settings)
    if file is None:
        return [
            SourceTree(
                settings.repo_path, "", settings.site_url, settings.site_dir, settings.include,
                settings.exclude, crawls=settings.crawl != "off",
            )
        ]  # fmt: skip
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise BadSetting(f"{file.name} is too large")
        content = tomllib.loads(read_own(file))
    except OSError as error:
        raise BadSetting(f"{file.name} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadSetting(f"{file.name} cannot be read: {error}") from error
    tables = content.get("source")
    if not isinstance(tables, list) or not tables or len(tables) > MAX_SOURCES:
        raise BadSetting(f"{file.name} names no [[source]], or more than {MAX_SOURCES}")
    tables = _with_site(tables, settings)
    is_alone = len(tables) == 1
    found = [_source(table, number, file, settings, environment, is_alone)
             for number, table in enumerate(tables, 1)]  # fmt: skip
    labels = [each.label.casefold() for each in found]
    twice = next((each for each in found if labels.count(each.label.casefold()) > 1), None)
    if twice is not None:
        raise BadSetting(f"{file.name}: two sources are called {twice.label}")
    return found


def _file(settings: Settings) -> Path | None:
    if settings.config:
        return Path(settings.config).expanduser()
    if is_url(settings.repo_path):
        return None
    file = Path(settings.repo_path).expanduser() / FILE
    return file if file.is_file() else None


def _with_site(tables: list[Any], settings: Settings) -> list[Any]:
    """The tables, the first one of documentation with what the settings say of its site, where it
    does not say itself where that is."""
    said = {"url": settings.site_url, "site_dir": settings.site_dir}
    for at, table in enumerate(tables):
        if isinstance(table, dict) and table.get("kind", "docs") == "docs":
            if not {"url", "site"} & table.keys():
                return [*tables[:at], said | table, *tables[at + 1 :]]
            break
    return tables


def _source(
    table: Any,
    number: int,
    file: Path,
    settings: Settings,
    environment: Mapping[str, str],
    is_alone: bool,
) -> SourceTree:
    where = f"{file.name}, source {number}"
    if not isinstance(table, dict):
        raise BadSetting(f"{where}: expected [[source]]")
    unknown = set(table) - _NAMES
    if unknown:
        raise BadSetting(f"{where}: there is no {sorted(unknown)[0]!r}")
    for name in _NAMES - {"include", "exclude"}:
        if not isinstance(table.get(name, ""), str):
            raise BadSetting(f"{where}: {name} is a text")
    label = table.get("label", "")
    if not _LABEL.fullmatch(label):
        raise BadSetting(f"{where}: label is a short name of letters and digits")
    kind = table.get("kind", "docs")
    if kind not in KINDS:
        raise BadSetting(f"{where}: kind is one of {', '.join(KINDS)}")
    given = [name for name in ("path", "git", "site") if table.get(name)]
    if len(given) != 1:
        raise BadSetting(f"{where}: give one of path, git and site")
    place = ""
    if given == ["path"]:
        place = str((file.resolve().parent / Path(table["path"]).expanduser()).resolve())
    elif given == ["git"]:
        place = table["git"]
        if not is_url(place):
            raise BadSetting(f"{where}: git is an address")
    url = table.get("url", "") or table.get("site", "")
    if url and not url.startswith(("https://", "http://")):
        raise BadSetting(f"{where}: url and site are http(s) addresses")
    if not re.match(HOME, url):
        raise BadSetting(f"{where}: {url} {NO_HOME}")
    token = ""
    if variable := table.get("token", ""):
        if not _VARIABLE.fullmatch(variable):
            raise BadSetting(f"{where}: token is the name of an environment variable")
        token = environment.get(variable, "")
        if not token:
            raise BadSetting(f"{where}: {variable} is not set")
    return SourceTree(
        place, label, url, table.get("site_dir", ""),
        _globs(table, "include", where, settings.include),
        _globs(table, "exclude", where, settings.exclude), kind, token,
        crawls=given == ["site"] or (settings.crawl != "off" and bool(url)), is_alone=is_alone,
    )  # fmt: skip


def _globs(
    table: Mapping[str, Any], name: str, where: str, otherwise: tuple[str, ...]
) -> tuple[str, ...]:
    found = table.get(name, list(otherwise))
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise BadSetting(f"{where}: {name} is a list of globs")
    return tuple(found)
