"""Jekyll 4 and GitHub Pages, with kramdown; just-the-docs and other themes change nothing here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hyperrun.search.site import literals, sluggers
from hyperrun.search.site.generator import Generator, home_of, joined, matches, split_suffix
from hyperrun.search.site.literals import mapping, strings

NAMES = ("_config.yml", "_config.yaml")
_SUFFIXES = (".md", ".markdown", ".mkdown", ".mkdn", ".mkd")
_EXCLUDED = ("vendor", "node_modules", "Gemfile", "Gemfile.lock")
_ITS_OWN = {"theme", "remote_theme", "plugins", "markdown", "kramdown", "collections", "defaults",
            "permalink", "baseurl", "exclude", "title", "url"}  # fmt: skip
_POST = re.compile(
    r"(?P<above>(?:[^/_][^/]*/)*)_posts/(?:.+/)?(?P<day>\d{4}-\d{1,2}-\d{1,2})-(?P<name>[^/]+)\.[^./]+$"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_POST_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}


def _slug(name: str) -> str:
    """A post's name as its address has it, its case kept."""
    return re.sub(r"[^\w._~!$&'()+,;=@]+", "-", name).strip("-")


def _plain(name: str) -> str:
    return re.sub(r"[^\w]+|_", "-", name).strip("-").lower()


@dataclass(frozen=True, slots=True)
class Jekyll(Generator):
    """The rules of one `_config.yml`."""

    excluded: tuple[str, ...] = ()
    included: tuple[str, ...] = ()
    permalink: str = ""
    defaults: tuple[tuple[str, str, str], ...] = ()  # path, type, permalink
    collections: tuple[tuple[str, str], ...] = ()  # name, permalink
    optional_front_matter: bool = False
    readme_index: bool = False
    gfm: bool = True

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None:
            return None
        path = found[1]
        stem, suffix = split_suffix(path)
        if suffix not in _SUFFIXES or front.get("published") is False:
            return None
        if not front and not self.optional_front_matter:
            return None
        if post := _POST.match(path):
            return self._post(path, post, front)
        first = path.split("/")[0]
        collection = first[1:] if first.startswith("_") else ""
        names = dict(self.collections)
        if collection not in names and collection:
            return None
        parts = path.split("/")[1:] if collection else path.split("/")
        is_left_out = any(part[0] in "_.#" or part.endswith("~") for part in parts if part)
        if is_left_out and not matches(path, self.included):
            return None
        if matches(path, self.excluded):
            return None
        if collection:
            stem = stem[len(first) + 1 :]
        return self._address(stem, path, front, collection, names.get(collection, ""))

    def _address(
        self, stem: str, path: str, front: Mapping[str, Any], collection: str, style: str
    ) -> str | None:
        own = front.get("permalink")
        above, slash, name = stem.rpartition("/")
        if not (isinstance(own, str) and own):
            own = self._default(path, collection or "pages") or style
        if not own and self.readme_index and name.lower() == "readme":
            name, stem = "index", f"{above}{slash}index"
        if not own:
            own = self.permalink if not collection else ""
            if own in ("pretty",) or own.endswith("/"):
                own = "/:path/" if name != "index" else "/:folder/"
            elif own == "none" or own in ("date", "ordinal", "weekdate", "") or ":" in own:
                own = "/:path:output_ext"
            if collection:
                own = f"/{collection}{own}"
        elif own == "pretty":
            own = "/:path/" if name != "index" else "/:folder/"
        address = own
        for key, value in (("output_ext", ".html"), ("folder", above), ("basename", name),
                           ("path", above if "/:basename" in own else stem), ("name", name),
                           ("title", name), ("collection", collection)):  # fmt: skip
            address = address.replace(f":{key}", value)
        if ":" in address:
            return None
        address = re.sub(r"/+", "/", address).lstrip("/")
        return re.sub(r"(^|/)index(\.html)?$", r"\1", address)

    def _post(self, path: str, post: "re.Match[str]", front: Mapping[str, Any]) -> str | None:
        """A post's page, by its date, its categories and its name."""
        told = str(front.get("date") or "")[:10]
        try:
            day = date.fromisoformat(told if _DAY.fullmatch(told) else post["day"])
        except ValueError:
            return None
        if day > date.today() or matches(path, self.excluded):
            return None  # it is published on its day
        own = front.get("permalink")
        if not (isinstance(own, str) and own):
            own = self._default(path, "posts") or self.permalink or "date"
        slug = front.get("slug")
        name = _slug(slug if isinstance(slug, str) and slug else post["name"])
        categories = [each for each in (post["above"] or "").split("/") if each]
        one, many = front.get("category"), front.get("categories")
        categories += [one] if isinstance(one, str) else []
        categories += many.split() if isinstance(many, str) else strings(many)
        address = _POST_STYLES.get(own, own)
        above = "/".join(dict.fromkeys(map(_plain, categories)))
        for key, value in (
            ("output_ext", ".html"), ("categories", above),
            ("short_year", f"{day:%y}"), ("short_month", f"{day:%b}"), ("short_day", f"{day:%a}"),
            ("i_month", str(day.month)), ("i_day", str(day.day)), ("y_day", f"{day:%j}"),
            ("year", f"{day:%Y}"), ("month", f"{day:%m}"), ("day", f"{day:%d}"),
            ("week", f"{day.isocalendar()[1]:02}"), ("title", name), ("slug", _plain(name)),
        ):  # fmt: skip
            address = address.replace(f":{key}", value)
        if ":" in address:
            return None
        address = re.sub(r"/+", "/", address).lstrip("/")
        is_whole = address.endswith(("/", ".html", ".htm"))
        return address if is_whole else f"{address}.html"

    def _default(self, path: str, kind: str) -> str:
        best = ("", "")
        for scope, wanted, permalink in self.defaults:
            if wanted and wanted not in (kind, kind.rstrip("s")):
                continue
            if (not scope or path == scope or path.startswith(scope.rstrip("/") + "/")) and len(
                scope
            ) >= len(best[0]):
                best = (scope, permalink)
        return best[1]

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return sluggers.Kramdown(self.gfm)


def read(root: Path, config: Path) -> Jekyll | None:
    """The rules of one `_config.yml`; None where it is not Jekyll's."""
    said = literals.read_yaml(literals.text(config))
    if not _ITS_OWN & said.keys() or "sphinx" in said or (config.parent / "_toc.yml").is_file():
        return None
    source = said.get("source", ".")
    folder = joined(home_of(root, config), source) if isinstance(source, str) else None
    markdown = str(said.get("markdown", "kramdown")).lower()
    if folder is None or markdown not in ("kramdown", "gfm"):
        return None
    kramdown = mapping(said.get("kramdown"))
    url, base = said.get("url"), said.get("baseurl") or ""
    base = base if isinstance(base, str) else ""
    permalink = said.get("permalink")
    collections = []
    known = said.get("collections")
    for name, options in (known if isinstance(known, dict) else {}).items():
        if mapping(options).get("output") is True:
            style = mapping(options).get("permalink")
            collections.append((str(name), style if isinstance(style, str) else ""))
    defaults = []
    listed = said.get("defaults")
    for entry in listed if isinstance(listed, list) else ():
        scope, values = mapping(mapping(entry).get("scope")), mapping(mapping(entry).get("values"))
        if isinstance(values.get("permalink"), str):
            defaults.append((str(scope.get("path") or "").strip("/"), str(scope.get("type") or ""),
                             values["permalink"]))  # fmt: skip
    plugins = (*strings(said.get("plugins")), *strings(said.get("gems")))
    on_pages = "github-pages" in literals.text(config.parent / "Gemfile") or not (
        config.parent / "Gemfile").is_file()  # fmt: skip
    return Jekyll(
        (folder,),
        url=url.rstrip("/") + "/" + base.strip("/") if isinstance(url, str) and url else "",
        base=base,
        excluded=(*strings(said.get("exclude")), *_EXCLUDED),
        included=strings(said.get("include")),
        permalink=permalink if isinstance(permalink, str) else "",
        defaults=tuple(defaults),
        collections=tuple(collections),
        optional_front_matter=on_pages or "jekyll-optional-front-matter" in plugins,
        readme_index=on_pages or "jekyll-readme-index" in plugins,
        gfm=str(kramdown.get("input", "GFM")).upper() == "GFM",
    )
