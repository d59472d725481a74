"""MkDocs 1.6, Material for MkDocs, ProperDocs and Zensical."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hyperrun.search.site import literals, sluggers
from hyperrun.search.site.generator import Generator, as_folder, home_of, joined, split_suffix
from hyperrun.search.site.literals import Tagged, mapping, strings

NAMES = ("mkdocs.yml", "mkdocs.yaml", "properdocs.yml", "properdocs.yaml", "zensical.toml")
# Of a site that is built from more than one file: mkdocs.public.yml, mkdocs-online.yml.
VARIANT = re.compile(r"(?:mkdocs|properdocs)[-.][\w-]+\.ya?ml")
MAX_INHERITED = 5
_MARKDOWN = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")
# Where zensical.toml says nothing of extensions.
_ZENSICAL = ("attr_list", "toc")


@dataclass(frozen=True, slots=True)
class MkDocs(Generator):
    """The rules of one `mkdocs.yml`, `properdocs.yml` or `zensical.toml`."""

    directory_urls: bool = True
    excluded: tuple[str, ...] = ()
    separator: str = "-"
    slug: str = "markdown"  # the name of the function that makes anchors, "" where not known
    slug_options: tuple[tuple[str, Any], ...] = ()
    attributes: bool = False
    notebooks: bool = False
    blog: str | None = None  # the folder of posts, whose addresses hold their dates
    languages: tuple[str, ...] = ()  # of the i18n plugin, the default one first
    language_folders: bool = False
    unbuilt: tuple[str, ...] = ()  # languages that have files but no pages
    snippets: tuple[str, ...] = ()  # the folders that its snippets are named from
    root: Path = field(default=Path(), repr=False, compare=False)

    @property
    def snippet_folders(self) -> tuple[str, ...]:
        return self.snippets

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None:
            return None
        folder, path = found
        stem, suffix = split_suffix(path)
        if suffix not in _MARKDOWN and not (self.notebooks and suffix == ".ipynb"):
            return None
        if self._is_excluded(path):
            return None
        language, stem = self._language(stem)
        if language is None:
            return None
        above, _, name = stem.rpartition("/")
        if self.blog is not None and f"{above}/".startswith(self.blog):
            return None
        if name == "README":
            if any((self.root / folder / above / f"index{each}").is_file() for each in _MARKDOWN):
                return None
            name = "index"
        stem = f"{above}/{name}" if above else name
        page = as_folder(stem, "index")
        if not self.directory_urls and name != "index":
            page = f"{stem}.html"
        return f"{language}/{page}" if language else page

    def _language(self, stem: str) -> tuple[str | None, str]:
        """The language's folder on the site ("" for the default one), and the page's path in it."""
        if not self.languages:
            return "", stem
        default = self.languages[0]
        if self.language_folders:
            first, _, rest = stem.partition("/")
            if first not in self.languages:
                return None, stem
            return "" if first == default else first, rest
        name, dot, last = stem.rpartition(".")
        if dot and last in self.unbuilt:
            return None, stem
        if dot and last in self.languages:
            return "" if last == default else last, name
        return "", stem

    def _is_excluded(self, path: str) -> bool:
        if any(part.startswith(".") for part in path.split("/")) or path.startswith("templates/"):
            return True
        return bool(self.excluded) and _spec(self.excluded).match_file(path)

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        if file.endswith(".ipynb"):
            return sluggers.Jupyter()
        options = dict(self.slug_options)
        separator = self.separator
        match self.slug:
            case "markdown":
                slug = functools.partial(sluggers.python_markdown_slug, separator=separator)
            case "unicode":
                slug = functools.partial(
                    sluggers.python_markdown_slug, separator=separator, unicode=True
                )
            case "pymdownx":
                slug = functools.partial(sluggers.pymdownx_slug, separator=separator, **options)
            case _:
                return sluggers.Nothing()
        return sluggers.PythonMarkdown(slug, self.attributes)


@functools.lru_cache(maxsize=32)
def _spec(patterns: tuple[str, ...]) -> Any:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)


def read(root: Path, config: Path) -> MkDocs | None:
    """The rules of one configuration file; None where its pages are not in the repository."""
    home = home_of(root, config)
    if config.suffix == ".toml":
        settings = mapping(literals.read_toml(literals.text(config)).get("project"))
        settings.setdefault("markdown_extensions", list(_ZENSICAL))
    else:
        settings = _inherited(root, config)
    if not settings:  # broken: MkDocs makes nothing of it
        return None
    if config.name not in NAMES and (
        not isinstance(settings.get("site_url"), str)
        or any((config.parent / name).is_file() for name in NAMES)
    ):
        return None
    docs_dir = settings.get("docs_dir") or "docs"
    folder = joined(home, docs_dir) if isinstance(docs_dir, str) else None
    if folder is None:
        return None
    extensions = _options(settings.get("markdown_extensions"))
    toc = mapping(extensions.get("toc") or extensions.get("markdown.extensions.toc"))
    slug, slug_options = _slug(toc.get("slugify"))
    plugins = _options(settings.get("plugins"))
    languages, unbuilt, by_folder = _languages(plugins)
    url = settings.get("site_url")
    excluded = "\n".join(
        value
        for name in ("exclude_docs", "draft_docs")
        if isinstance(value := settings.get(name), str)
    )
    globs = mapping(plugins.get("exclude")).get("glob")  # of the plugin mkdocs-exclude
    patterns = (*excluded.splitlines(), *([globs] if isinstance(globs, str) else strings(globs)))
    separator = toc.get("separator", "-")
    blog = None
    for name in ("blog", "material/blog"):
        if name in plugins and plugins[name].get("enabled") is not False:
            at = plugins[name].get("blog_dir", "blog")
            at = "" if at in (".", "./") else str(at).strip("/")
            posts = str(plugins[name].get("post_dir", "{blog}/posts")).replace("{blog}", at)
            blog = posts.strip("/") + "/"
    return MkDocs(
        (folder,),
        url=url if isinstance(url, str) else "",
        directory_urls=settings.get("use_directory_urls") is not False,
        excluded=patterns,
        separator=separator if isinstance(separator, str) else "-",
        slug=slug,
        slug_options=slug_options,
        attributes=any(
            name in extensions
            for name in ("attr_list", "extra", "markdown.extensions.attr_list",
                         "markdown.extensions.extra")
        ),
        notebooks="mkdocs-jupyter" in plugins,
        blog=blog,
        languages=languages,
        language_folders=by_folder,
        unbuilt=unbuilt,
        snippets=_snippets(home, extensions),
        root=root,
    )  # fmt: skip


def _snippets(home: str, extensions: Mapping[str, dict[str, Any]]) -> tuple[str, ...]:
    """The folders that a page's snippets are named from, relative to the repository."""
    paths = strings(extensions.get("pymdownx.snippets", {}).get("base_path"))
    return tuple(filter(None, (joined(home, each) for each in paths)))


def _inherited(root: Path, config: Path) -> dict[str, Any]:
    """The settings with those of the file that it inherits from beneath them."""
    settings = literals.read_yaml(literals.text(config))
    for _ in range(MAX_INHERITED):
        parent = settings.pop("INHERIT", None)
        if not isinstance(parent, str):
            break
        config = (config.parent / parent).resolve()
        if not config.is_relative_to(root.resolve()):
            break
        settings = literals.merged(literals.read_yaml(literals.text(config)), settings)
    return settings


def _options(entries: object) -> dict[str, dict[str, Any]]:
    """Plugins or extensions with their options, however they are listed."""
    found: dict[str, dict[str, Any]] = {}
    if isinstance(entries, dict):
        return {str(name): mapping(options) for name, options in entries.items()}
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, str):
            found[entry] = {}
        elif isinstance(entry, dict):
            found |= {str(name): mapping(options) for name, options in entry.items()}
    return found


def _slug(slugify: object) -> tuple[str, tuple[tuple[str, Any], ...]]:
    """Which function makes the anchors, and its options; "" for one that is not known."""
    if slugify is None:
        return "markdown", ()
    options: dict[str, Any] = {}
    if isinstance(slugify, Tagged):
        name = slugify.tag.partition(":")[2]
        options = mapping(mapping(slugify.value).get("kwds"))
    elif isinstance(slugify, dict):  # zensical.toml: { object = "…", kwds = { … } }
        name = str(slugify.get("object", ""))
        options = mapping(slugify.get("kwds"))
    else:
        name = str(slugify)
    match name:
        case "markdown.extensions.toc.slugify":
            return "markdown", ()
        case "markdown.extensions.toc.slugify_unicode":
            return "unicode", ()
        case "pymdownx.slugs.slugify":
            kept = {"case", "percent_encode", "normalize"}
            if not options.keys() <= kept:
                return "", ()
        case "pymdownx.slugs.uslugify" | "pymdownx.slugs.gfm":
            options = {"case": "lower"}
        case "pymdownx.slugs.uslugify_encoded" | "pymdownx.slugs.gfm_encoded":
            options = {"case": "lower", "percent_encode": True}
        case "pymdownx.slugs.uslugify_cased":
            options = {}
        case _:
            return "", ()
    if "percent_encode" in options:
        options = {**options, "percent": options["percent_encode"]}
        del options["percent_encode"]
    options = {name: value or "" if name == "case" else value for name, value in options.items()}
    return "pymdownx", tuple(sorted(options.items()))


def _languages(
    plugins: dict[str, dict[str, Any]],
) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """The locales that the i18n plugin builds, the default one first, those that it does not, and
    whether they are folders."""
    if "i18n" not in plugins:
        return (), (), False
    options = plugins["i18n"]
    entries = options.get("languages")
    found: list[str] = []
    unbuilt: list[str] = []
    for entry in entries if isinstance(entries, list) else ():
        locale = mapping(entry).get("locale")
        if not isinstance(locale, str):
            continue
        if entry.get("build") is False:
            unbuilt.append(locale)
        elif entry.get("default") is True:
            found.insert(0, locale)
        else:
            found.append(locale)
    if isinstance(entries, dict):  # before 1.0
        default = options.get("default_language")
        found = sorted(map(str, entries), key=lambda each: each != default)
    return tuple(found), tuple(unbuilt), options.get("docs_structure") == "folder"
