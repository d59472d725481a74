"""Where the sections of a repository's documentation stand on its site, by its own configuration.

`read` finds the generators' configuration files and never runs one. Where a rule is not known there
is no address, so that no link leads nowhere.
"""

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from hyperrun.search.site import (
    antora,
    astro,
    configuration,
    docfx,
    documenter,
    docusaurus,
    eleventy,
    exdoc,
    fumadocs,
    gitbook,
    great_docs,
    hugo,
    identity,
    jekyll,
    jupyter_book,
    mdbook,
    mintlify,
    mkdocs,
    mystmd,
    nextra,
    nuxt_content,
    pkgdown,
    quarto,
    sphinx,
    vitepress,
    vuepress,
    whole_includes,
)
from hyperrun.search.site.generator import Generator
from hyperrun.search.site.identity import Identity
from hyperrun.search.site.links import Links, find_links, shown_at
from hyperrun.search.site.sluggers import Anchors, Nothing

log = logging.getLogger(__name__)

VERSION = 1  # of the rules themselves: with another, every page is read again
MAX_SITES = 40
_SAFE = "/~!$&'()*+,;=:@"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one repository's site, which is at `site_url`, "" where that is not known.

    `sites` are all the sites that its files make, each with where it begins below `site_url`: ""
    for the main one, None where that is not known. An address is relative to `site_url`, or whole
    where it is of a site elsewhere.
    """

    site_url: str = ""
    sites: tuple[tuple[Generator, str | None], ...] = ()
    links: Links = ()  # by which, or by pages, the sites show files that lie elsewhere
    identity: Identity = field(default=Identity(), repr=False, compare=False)

    def page(self, file: str, front: Mapping[str, Any] | None = None) -> str | None:
        """The address of a file's page, `./` for the site's first; None where it has none, or
        where that is not known."""
        file = self._shown(file)
        found = self._of(file)
        if found is None:
            return None
        site, start = found
        path = site.page(file, front or {})
        if path is None or start is None:
            return None
        return start + quote(path, safe=_SAFE) or "./"

    def address(self, file: str, anchor: str, front: Mapping[str, Any] | None = None) -> str:
        """The address of a section of a file's page; "" where the page has none."""
        page = self.page(file, front)
        return "" if page is None else with_anchor(page, anchor)

    def anchors(self, file: str, front: Mapping[str, Any] | None = None) -> Anchors:
        """What names the anchors of a file's page, told of every heading in order."""
        file = self._shown(file)
        found = self._of(file)
        return Nothing() if found is None else found[0].anchors(file, front or {})

    def markup(self, file: str) -> str:
        """The suffix by which its site has a file read, where that is not its own; "" else."""
        file = self._shown(file)
        found = self._of(file)
        return "" if found is None else found[0].markup(file)

    def leaves_out(self, file: str, front: Mapping[str, Any]) -> bool:
        """Is a file none that readers of its site find?"""
        file = self._shown(file)
        found = self._of(file)
        return found is not None and found[0].leaves_out(file, front)

    def is_whole_include(self, file: str) -> bool:
        """Is a page nothing but another file, which is read by itself?"""
        return any(file == link for _, link in self.links)

    def lead(self, file: str, front: Mapping[str, Any]) -> str:
        """What a file's page says below its title out of its front matter."""
        found = self._of(self._shown(file))
        return "" if found is None else found[0].lead(front)

    def titles_fences(self, file: str) -> bool:
        """Is what stands behind the language of a fence its title?"""
        found = self._of(self._shown(file))
        return found is not None and found[0].titles_fences

    def snippet_folders(self, file: str) -> tuple[str, ...]:
        """From which a file's page names the files that it shows, relative to the repository."""
        found = self._of(self._shown(file))
        return () if found is None else found[0].snippet_folders

    def _shown(self, file: str) -> str:
        """The file as its site's sources hold it: itself, or a link to it."""
        is_elsewhere = bool(self.links) and self._of(file) is None
        return shown_at(self.links, file) if is_elsewhere else file

    def _of(self, file: str) -> tuple[Generator, str | None] | None:
        """The site whose sources hold a file, the innermost."""
        held = [(each.inside(file), number) for number, (each, _) in enumerate(self.sites)]
        inner = [(len(found[0]), -number) for found, number in held if found is not None]
        return self.sites[-max(inner)[1]] if inner else None

    @property
    def are_of_notebooks(self) -> bool:
        """Does nbdev make a site, and the project's README, of its notebooks?"""
        return any(isinstance(site, quarto.Quarto) and site.nbdev for site, _ in self.sites)

    @property
    def fingerprint(self) -> str:
        """Another, where an address may be another."""
        more = f" {self.links!r}" if self.links else ""
        return hashlib.sha256(f"{VERSION} {self.sites!r}{more}".encode()).hexdigest()[:16]

    def url(self, address: str) -> str | None:
        """The whole address; None where there is none, or no site."""
        if not address or address.startswith(("https://", "http://")):
            return address or None
        return urljoin(self.site_url.rstrip("/") + "/", address) if self.site_url else None

    def page_keys(self, url: str) -> tuple[str, ...]:
        """What the address of the page at `url` may have in common with that, whatever its server
        makes of `.html` and slashes, the likeliest first; nothing where it is not on this site."""
        here, home = urlsplit(url), urlsplit(self.site_url)
        path = unquote(here.path)
        if self.site_url:
            start = unquote(home.path).rstrip("/") + "/"
            if here.netloc.lower() != home.netloc.lower():
                return ()
            path = _in_version(path, start)
            if not f"{path}/".startswith(start):
                return ()
            path = path[len(start) :]
        version, _, rest = path.strip("/").partition("/")
        return (key_of(path), key_of(rest)) if is_version(version) else (key_of(path),)

    def at_version(self, version: str) -> str:
        """Where the site of another version is, as Read the Docs and mike place them: beside this
        one, where its address names a version; "" where it does not."""
        parts = urlsplit(self.site_url)
        segments = parts.path.split("/")
        for place in reversed(range(len(segments))):
            if is_version(segments[place]):
                segments[place] = version
                return urlunsplit(parts._replace(path="/".join(segments)))
        return ""


NO_RULES = Rules()


_VERSION = re.compile(
    r"latest|stable|main|master|devel?|develop|next|current|nightly|edge|v?\d+(?:\.(?:\d+|x))*"
    r"(?:[-.]?(?:rc|a|b|beta|alpha|dev|post)\d*)?"
)


def is_version(segment: str) -> bool:
    """Is this part of an address the name of a version?"""
    return bool(_VERSION.fullmatch(segment))


def _in_version(path: str, start: str) -> str:
    """A page's path as if it were of the version that `start` names, or of none where that names
    none: `/en/stable/a/` for `/en/latest/`, `/2.1/a/` for `/`."""
    parts, own = path.split("/"), start.strip("/").split("/") if start != "/" else []
    for place, segment in enumerate(own, 1):
        if is_version(segment) and place < len(parts) and is_version(parts[place]):
            parts[place] = segment
            return "/".join(parts)
    return path


def with_anchor(page: str, anchor: str) -> str:
    """A page's address at one of its anchors."""
    return f"{page}#{quote(anchor, safe=_SAFE)}" if anchor else page


def key_of(address: str) -> str:
    """An address without what servers treat alike: `a/b`, `a/b/`, `a/b.html`, `a/b/index.html`."""
    path = unquote(address.partition("#")[0]).strip("/")
    path = "" if path in (".", "index", "index.html") else path
    for end in ("/index.html", "/index.htm", "/index", ".html", ".htm"):
        if path.endswith(end):
            return path.removesuffix(end)
    return path.removeprefix("./")


def read(root: Path, site_url: str = "") -> Rules:
    """The rules for the repository at `root`, out of its own configuration files.

    `site_url` wins over what they say. What cannot be read is left out.
    """
    found = _found(root, site_url)
    named = identity.read(root, [config for config, _ in found])
    if not found:
        return Rules(site_url, identity=named)
    main = found[0][1]
    sites: list[tuple[Generator, str | None]] = [(main, _start(main, site_url))]
    sites += [(site, _elsewhere(site, main)) for _, site in found[1:]]
    folders = [folder for site, _ in sites for folder in site.folders]
    linked = dict(whole_includes.find(root, folders)) | dict(find_links(root, folders))
    return Rules(site_url or _declared(main), tuple(sites), tuple(sorted(linked.items())), named)


def main_site(root: Path) -> tuple[Path, Generator] | None:
    """The configuration file of the repository's main site, and its rules; None where it has
    none."""
    return next(iter(_found(root, "")), None)


def _found(root: Path, site_url: str) -> list[tuple[Path, Generator]]:
    """The sites that the repository's files make, the one that is meant first."""
    found: list[tuple[Path, Generator]] = []
    for config in configuration.find(root):
        try:
            site = _site(root, config)
        except (OSError, RecursionError, ValueError, TypeError) as error:
            log.info("%s is left out: %s: %s", config.name, type(error).__name__, error)
            continue
        if site is not None and len(found) < MAX_SITES:
            found.append((config, site))
    found.sort(key=lambda each: _rank(root, each[0], each[1], site_url))
    return found


def _site(root: Path, config: Path) -> Generator | None:
    """The rules of one configuration file; None where it is no site's."""
    name = config.name
    if config.parent.name == vitepress.FOLDER or config.parent.parent.name == vitepress.FOLDER:
        return vitepress.read(root, config, vitepress.home(root, config))
    if config.parent.name == vuepress.FOLDER:
        return vuepress.read(root, config)
    if config.parent.name == nuxt_content.UNDOCS_FOLDER:
        return nuxt_content.read(root, config)
    if mkdocs.VARIANT.fullmatch(name):
        return mkdocs.read(root, config)
    if name in quarto.NBDEV_NAMES:
        return quarto.read_nbdev(root, config)
    for module in (
        mkdocs, sphinx, quarto, docusaurus, astro, mdbook, jekyll, hugo, antora, fumadocs,
        great_docs, pkgdown, documenter, exdoc, mystmd, jupyter_book,
        nextra, nuxt_content, docfx, gitbook, mintlify, eleventy,
    ):  # fmt: skip
        if name in module.NAMES:
            site: Generator | None = module.read(root, config)
            return site
    return None


def _rank(root: Path, config: Path, site: Generator, site_url: str) -> tuple[object, ...]:
    """Of several sites, the one that is meant comes first."""
    folders = config.parent.relative_to(root).parts
    last = folders[-1] if folders else ""
    is_named = bool(site_url) and _declared(site).rstrip("/") == site_url.rstrip("/")
    is_weak = not site.url and isinstance(
        site, (jekyll.Jekyll, hugo.Hugo, gitbook.GitBook, eleventy.Eleventy)
    )
    is_translation = bool(_LANGUAGE.fullmatch(last)) and not last.startswith("en")
    is_unusual = bool(folders) and folders[0] not in _USUAL
    return not is_named, is_weak, is_translation, is_unusual, len(folders)


_USUAL = ("docs", "doc", "website", "site", "documentation", "nbs", "guide", "book")
_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?")


def _declared(site: Generator) -> str:
    """Where a site says that it is, if that is an address of the web."""
    parts = urlsplit(site.url)
    is_real = parts.scheme in ("https", "http") and parts.hostname not in (
        None, "localhost", "example.com", "example.org", "127.0.0.1",
    )  # fmt: skip
    return site.url if is_real else ""


def _start(main: Generator, site_url: str) -> str:
    """Where the main site begins below the address that the operator gave."""
    base = main.base.strip("/")
    given = urlsplit(site_url).path.strip("/")
    is_fixed = isinstance(
        main,
        (
            docusaurus.Docusaurus,
            vitepress.VitePress,
            astro.Astro,
            fumadocs.Fumadocs,
            vuepress.VuePress,
            nextra.Nextra,
        ),
    )
    if not (site_url and base and is_fixed) or given == base:
        return ""
    if not given:
        return base + "/"
    return base[len(given) + 1 :] + "/" if base.startswith(given + "/") else ""


def _elsewhere(site: Generator, main: Generator) -> str | None:
    """Where another site begins; None where that is not known."""
    own, first = _declared(site).rstrip("/"), _declared(main).rstrip("/")
    if not own or own == first:
        return None
    if first and own.startswith(first + "/"):
        return own[len(first) + 1 :] + "/"
    return own + "/"
