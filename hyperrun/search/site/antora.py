"""Antora 3: components of AsciiDoc. `antora.yml` names one; the playbook, which says how the site
is built, is most often in another repository."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.search.site import literals, sluggers
from hyperrun.search.site.generator import Generator, as_file, as_folder, home_of, split_suffix
from hyperrun.search.site.literals import mapping

NAMES = ("antora.yml",)
PLAYBOOKS = ("antora-playbook.yml", "antora-playbook.yaml", "playbook.yml", "site.yml")
MAX_PAGES = 400  # that are looked at for how ids are made
MAX_CHARS = 60_000  # of one
_REFERENCE = re.compile(r"(?:xref:[^\s\[]*?#|<<(?:[^<>,#]*#)?)([\w.-]+)(?:\[|[,>])")
_OWN_ID = re.compile(r"^\[(?:\[([^\],]+).*\]|(?:[\w-]+)?#([\w.-]+).*)\]$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Antora(Generator):
    """The rules of one component; `segments` are those of its name and version before a module's.

    `menus` are the files, relative to `antora.yml`, of which its menus are made.
    `id_prefix` and `id_separator` make a section's id; None where it is not known which they are.
    """

    segments: tuple[str, ...] | None = ()
    menus: frozenset[str] = frozenset()
    style: str = "default"  # of addresses: default, drop or indexify
    id_prefix: str | None = None
    id_separator: str = "_"

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None or self.segments is None:
            return None
        parts = found[1].split("/")
        if len(parts) < 4 or parts[0] != "modules" or parts[2] != "pages":
            return None
        stem, suffix = split_suffix("/".join(parts[3:]))
        if suffix not in (".adoc", ".asciidoc") or stem.split("/")[-1].startswith("_"):
            return None
        module = [] if parts[1] == "ROOT" else [parts[1]]
        whole = "/".join([*self.segments, *module, stem])
        if self.style == "indexify":
            return as_folder(whole, "index")
        if self.style == "drop":
            return as_file(whole, "", "index")
        return f"{whole}.html"

    def leaves_out(self, file: str, front: Mapping[str, Any]) -> bool:
        found = self.inside(file)
        return found is not None and found[1] in self.menus

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        if self.id_prefix is None:
            return sluggers.Nothing()
        return sluggers.Asciidoctor(self.id_prefix, self.id_separator)


def read(root: Path, config: Path) -> Antora | None:
    """The rules of one component; None where it has no name."""
    told = literals.read_yaml(literals.text(config))
    name = told.get("name")
    if not isinstance(name, str) or "version" not in told:
        return None
    playbook = _playbook(root, config)
    url = mapping(playbook.get("site")).get("url")
    style = mapping(playbook.get("urls")).get("html_extension_style", "default")
    home = home_of(root, config)
    prefix, separator = _ids(config.parent, playbook, told)
    return Antora(
        (home,),
        url=url if isinstance(url, str) and url.startswith("http") else "",
        segments=_segments(name, told["version"]),
        menus=frozenset(literals.strings(told.get("nav"))),
        style=style if style in ("drop", "indexify") else "default",
        id_prefix=prefix,
        id_separator=separator,
    )


def _segments(name: str, version: object) -> tuple[str, ...] | None:
    """What a component's name and version make of its addresses; None where the branch gives it."""
    if isinstance(version, Mapping) or version is True:
        return None
    first = [] if name == "ROOT" else [name]
    is_none = version in (None, "", "~", "master", False)
    return (*first, *([] if is_none else [str(version)]))


def _playbook(root: Path, config: Path) -> Mapping[str, Any]:
    for folder in (config.parent, *config.parent.parents):
        for name in PLAYBOOKS:
            told = literals.read_yaml(literals.text(folder / name))
            if "content" in told or "site" in told:
                return told
        if folder == root:
            break
    return {}


def _ids(
    home: Path, playbook: Mapping[str, Any], told: Mapping[str, Any]
) -> tuple[str | None, str]:
    """How ids are made: as it is said, or as the pages' own references show."""
    known: dict[str, Any] = {}
    for each in (playbook, told):
        known |= mapping(mapping(each.get("asciidoc")).get("attributes"))
    if "idprefix" in known or "idseparator" in known:
        prefix, separator = known.get("idprefix", "_"), known.get("idseparator", "_")
        return str(prefix or "").removesuffix("@"), str(separator or "").removesuffix("@")
    if playbook:
        return "_", "_"
    return _shown_by_references(home)


def _shown_by_references(home: Path) -> tuple[str | None, str]:
    """What ids look like that no author has given; None where no page refers to one."""
    own: set[str] = set()
    named: Counter[str] = Counter()
    for number, path in enumerate(sorted(home.glob("modules/*/pages/**/*.adoc"))):
        if number >= MAX_PAGES:
            break
        try:
            text = path.read_text("utf-8", errors="replace")[:MAX_CHARS]
        except OSError:
            continue
        own.update(first or second for first, second in _OWN_ID.findall(text))
        named.update(_REFERENCE.findall(text))
    made = [each for each in named if each not in own]
    underlined = sum(each.startswith("_") for each in made)
    hyphened = sum("-" in each and not each.startswith("_") for each in made)
    if underlined > hyphened:
        return "_", "_"
    return ("", "-") if hyphened else (None, "_")
