"""Hugo, with its Markdown renderer."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hyperrun.search.site import literals, sluggers
from hyperrun.search.site.generator import Generator, as_folder, home_of, joined, split_suffix
from hyperrun.search.site.literals import mapping

NAMES = tuple(
    f"{stem}.{suffix}" for stem in ("hugo", "config") for suffix in ("toml", "yaml", "yml", "json")
)
_DEFAULTS = "config/_default"


@dataclass(frozen=True, slots=True)
class Hugo(Generator):
    """The rules of one Hugo site; `contents` are its folders with the language of each."""

    contents: tuple[tuple[str, str], ...] = ()  # folder, language
    languages: tuple[str, ...] = ()
    default: str = "en"
    default_in_folder: bool = False
    ugly: bool = False
    keep_case: bool = False
    permalinks: tuple[tuple[str, str, str], ...] = ()  # page or section, first folder, pattern
    ascii_only: bool = False
    term_ids: bool = False  # of lists of definitions
    plain_ids: bool = True  # by GitHub's rules; None of them are known for others

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None:
            return None
        folder, path = found
        stem, suffix = split_suffix(path)
        if suffix not in (".md", ".markdown") or _is_hidden(front):
            return None
        language = dict(self.contents).get(folder) or self.default
        name, dot, last = stem.rpartition(".")
        if dot and last in self.languages:
            stem, language = name, last
        prefix = "" if language == self.default and not self.default_in_folder else f"{language}/"
        own = front.get("url")
        if isinstance(own, str) and own:
            return own.lstrip("/") if own.startswith("/") else prefix + own
        above, slash, last = stem.rpartition("/")
        if pattern := self._pattern(above.split("/")[0] if above else "", last):
            filled = _filled(pattern, stem, front)
            return None if filled is None else prefix + _path(filled, self.keep_case)
        slug = front.get("slug")
        if last not in ("index", "_index") and isinstance(slug, str) and slug:
            stem = above + slash + slug
        elif last == "index" and isinstance(slug, str) and slug:
            stem = (above.rpartition("/")[0] + "/" if "/" in above else "") + slug
        stem = _path(stem, self.keep_case)
        if self.ugly and last not in ("index", "_index"):
            return f"{prefix}{stem}.html"
        return prefix + as_folder(stem, "index", "_index")

    def _pattern(self, section: str, last: str) -> str:
        """How the pages of a section are addressed; "" where that is by their files."""
        kind = "section" if last == "_index" else "page"
        return next((how for of, name, how in self.permalinks if (of, name) == (kind, section)), "")

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        if not self.plain_ids:
            return sluggers.Nothing()
        return sluggers.Hugo(self.ascii_only, self.term_ids)


def _is_hidden(front: Mapping[str, Any]) -> bool:
    build = mapping(front.get("build", front.get("_build")))
    render = build.get("render", "always")
    expiry = str(front.get("expiryDate") or front.get("expirydate") or "")
    if re.match(r"\d{4}-\d{2}-\d{2}", expiry) and expiry[:10] <= date.today().isoformat():
        return True
    return (
        front.get("draft") is True
        or front.get("headless") is True
        or render in ("never", "link", False)
    )


def _filled(pattern: str, stem: str, front: Mapping[str, Any]) -> str | None:
    """A pattern of `permalinks` with what a page says; None where that does not tell."""
    above, _, last = stem.rpartition("/")
    file = above.rpartition("/")[2] if last in ("index", "_index") else last
    sections = above.rpartition("/")[0] if last == "index" else above
    title, slug = front.get("title"), front.get("slug")
    title = title if isinstance(title, str) else ""
    slug = slug if isinstance(slug, str) else ""
    values = {
        "section": above.split("/")[0], "sections": sections, "title": title.replace("/", "-"),
        "slug": slug or title.replace("/", "-"), "filename": file, "contentbasename": file,
        "slugorfilename": slug or file, "slugorcontentbasename": slug or file,
    }  # fmt: skip
    told = str(front.get("date") or "")[:10]
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", told):
        try:
            day = date.fromisoformat(told)
        except ValueError:
            return None
        values |= {"year": f"{day:%Y}", "month": f"{day:%m}", "monthname": f"{day:%B}",
                   "day": f"{day:%d}", "weekday": f"{day:%w}", "weekdayname": f"{day:%A}",
                   "yearday": str(int(f"{day:%j}"))}  # fmt: skip
    names = re.findall(r":(\w+)", pattern)
    if not all(values.get(name) for name in names) or "[" in pattern:
        return None
    filled = re.sub(r":(\w+)", lambda match: values[match[1]], pattern)
    return re.sub(r"/+", "/", filled.strip("/")) + "/"


def _permalinks(said: Any) -> tuple[tuple[str, str, str], ...]:
    """What `permalinks` says, for pages and for sections; older ones speak of pages alone."""
    told = mapping(said)
    found = [("page", str(name), how) for name, how in told.items() if isinstance(how, str)]
    for kind in ("page", "section"):
        found += [(kind, str(name), how) for name, how in mapping(told.get(kind)).items()
                  if isinstance(how, str)]  # fmt: skip
    return tuple((kind, name.strip("/"), how) for kind, name, how in found)


def _path(stem: str, keep_case: bool) -> str:
    """A path as Hugo cleans it."""
    stem = re.sub(r"\s+", "-", stem)
    stem = "".join(each for each in stem if each.isalnum() or each in "/._-~+#@%")
    return stem if keep_case else stem.lower()


def read(root: Path, config: Path) -> Hugo | None:
    """The rules of one configuration file; None where there is no content beside it."""
    home = home_of(root, config)
    if home == _DEFAULTS or home.endswith("/" + _DEFAULTS):
        home = home.removesuffix(_DEFAULTS).rstrip("/")
    settings = _parsed(config)
    lower = {str(name).lower(): value for name, value in settings.items()}
    content = lower.get("contentdir", "content")
    folder = joined(home, content) if isinstance(content, str) else None
    if folder is None or not (root / folder).is_dir():
        return None
    if config.name.startswith("config") and not {"baseurl", "theme", "languagecode", "module"} & (
        lower.keys()
    ):
        return None
    if "base_url" in lower:  # it is Zola's
        return None
    default = lower.get("defaultcontentlanguage", "en")
    default = default if isinstance(default, str) else "en"
    languages = mapping(lower.get("languages"))
    contents = []
    for name, options in languages.items():
        options = {str(key).lower(): value for key, value in mapping(options).items()}
        own = options.get("contentdir")
        place = joined(home, own) if isinstance(own, str) else None
        if place is not None and options.get("disabled") is not True:
            contents.append((place, str(name)))
    mounts = mapping(lower.get("module")).get("mounts")
    for mount in mounts if isinstance(mounts, list) and not contents else ():
        target, own = mapping(mount).get("target"), mapping(mount).get("source")
        place = joined(home, own) if isinstance(own, str) else None
        if target == "content" and place is not None:
            language = mapping(mount).get("lang")
            contents.append((place, language if isinstance(language, str) else ""))
    contents = contents or [(folder, "")]
    url = lower.get("baseurl")
    goldmark = mapping(mapping(lower.get("markup")).get("goldmark"))
    kind = mapping(goldmark.get("parser")).get("autoHeadingIDType", "github")
    automatic = mapping(goldmark.get("parser")).get("autoHeadingID", True)
    return Hugo(
        tuple(dict.fromkeys(place for place, _ in contents)),
        url=url if isinstance(url, str) and url.startswith("http") else "",
        contents=tuple(contents),
        languages=tuple(map(str, languages)),
        default=default,
        default_in_folder=lower.get("defaultcontentlanguageinsubdir") is True,
        ugly=lower.get("uglyurls") is True,
        keep_case=lower.get("disablepathtolower") is True,
        permalinks=_permalinks(lower.get("permalinks")),
        ascii_only=kind == "github-ascii",
        term_ids=mapping(goldmark.get("parser")).get("autoDefinitionTermID") is True,
        plain_ids=kind in ("github", "github-ascii") and automatic is not False,
    )


def _parsed(config: Path) -> dict[str, Any]:
    source = literals.text(config)
    if config.suffix == ".toml":
        return literals.read_toml(source)
    if config.suffix == ".json":
        try:
            return mapping(json.loads(source))
        except ValueError:
            return {}
    return literals.read_yaml(source)
