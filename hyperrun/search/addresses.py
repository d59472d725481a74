"""Where a passage can be read in public: its docs page with #anchor, its lines on a forge."""

import configparser
import re
import subprocess
import tomllib
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

PROSE = (".md", ".qmd", ".mdx", ".rst", ".ipynb", ".markdown", ".rmd", ".myst")

# Forge -> the address of lines `a` to `b` of a file at a commit.
_LINES = {
    "github": "{base}/blob/{commit}/{file}#L{a}-L{b}",
    "gitlab": "{base}/-/blob/{commit}/{file}#L{a}-{b}",
    "codeberg": "{base}/src/commit/{commit}/{file}#L{a}-L{b}",
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """The rules of one repository's site and forge."""

    site_url: str = ""
    generator: str = ""  # mkdocs, quarto, nbdev, sphinx or ""
    folder: str = ""  # where the pages' sources are, "" for the whole repository
    forge: str = ""
    base: str = ""
    commit: str = ""
    directory_urls: bool = True
    skip: tuple[str, ...] = field(default=())

    def page(self, file: str, title: str = "", anchor: str = "") -> str | None:
        """The public page of a documentation file, at the section with this heading path."""
        if not self.site_url or not file.lower().endswith(PROSE):
            return None
        path = file
        if self.folder:
            if not file.startswith(self.folder + "/"):
                return None
            path = file[len(self.folder) + 1 :]
        stem = re.sub(r"\.\w+$", "", path)
        name = stem.rpartition("/")[2]
        if self.generator == "mkdocs" and self.directory_urls:
            own_folder = name.lower() in ("index", "readme")
            page = stem[: -len(name)] if own_folder else stem + "/"
        else:
            if self.generator in ("quarto", "nbdev"):
                stem = (
                    re.sub(r"(^|/)\d+[a-z]?_(?=[^/]*$)", r"\1", stem)
                    if self.generator == "nbdev"
                    else stem
                )
                name = stem.rpartition("/")[2]
            page = stem[: -len(name)] if name in ("index", "README") else stem + ".html"
        heading = title.rpartition(" > ")[2]
        fragment = anchor or (self._slug(heading) if " > " in title else "")
        return (
            self.site_url.rstrip("/")
            + "/"
            + quote(page)
            + (f"#{quote(fragment)}" if fragment else "")
        )

    def _slug(self, heading: str) -> str:
        """A heading as the generator names its anchor."""
        if self.generator == "mkdocs":
            text = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
            return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", text).strip().lower())
        if self.generator == "sphinx":
            text = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
            return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        text = re.sub(r"[^\w\s.-]", "", heading.lower()).strip()
        text = re.sub(r"\s+", "-", text)
        return (
            re.sub(r"^[^a-z\u0080-\uffff]+", "", text) if self.generator else text.replace(".", "")
        )

    def lines(self, file: str, start: int, end: int) -> str | None:
        """The permalink to lines at the indexed commit."""
        if not (self.forge and self.commit):
            return None
        template = _LINES[self.forge]
        return template.format(base=self.base, commit=self.commit, file=quote(file), a=start, b=end)

    def file_of(self, page_url: str) -> str:
        """The start of the path of the source behind a public page: without its suffix."""
        if not self.site_url or not page_url.startswith(self.site_url.rstrip("/")):
            return ""
        path = page_url[len(self.site_url.rstrip("/")) :].strip("/")
        path = re.sub(r"\.html?$", "", path) or "index"
        return f"{self.folder}/{path}" if self.folder else path


def read(root: Path, site_url: str = "") -> Addresses:
    """The rules for the repository at `root`, out of its own configuration files.

    `site_url` wins over what they say. What cannot be read is left out.
    """
    generator, found_url, folder, directory_urls = _generator(root)
    forge, base, commit = _remote(root)
    return Addresses(site_url or found_url, generator, folder, forge, base, commit, directory_urls)


def _generator(root: Path) -> tuple[str, str, str, bool]:
    if (config := _first(root, "mkdocs.yml", "docs/mkdocs.yml", "mkdocs.yaml")) is not None:
        text = _text(config)
        inside = config.parent.relative_to(root).as_posix()
        folder = _yaml_value(text, "docs_dir") or "docs"
        folder = folder if inside == "." else f"{inside}/{folder}"
        directory_urls = _yaml_value(text, "use_directory_urls").lower() != "false"
        return "mkdocs", _yaml_value(text, "site_url"), folder, directory_urls
    nbdev = _nbdev(root)
    if nbdev is not None:
        return nbdev
    config = _first(root, "_quarto.yml", "docs/_quarto.yml", "nbs/_quarto.yml", "_quarto.yaml")
    if config is not None:
        inside = config.parent.relative_to(root).as_posix()
        url = _yaml_value(_text(config), "site-url")
        return "quarto", url, "" if inside == "." else inside, False
    config = _first(
        root, "docs/conf.py", "docs/source/conf.py", "doc/conf.py", "doc/source/conf.py"
    )
    if config is not None:
        found = re.search(r"^html_baseurl\s*=\s*[\"']([^\"']+)", _text(config), re.MULTILINE)
        return (
            "sphinx",
            found[1] if found else "",
            config.parent.relative_to(root).as_posix(),
            False,
        )
    return "", "", "", False


def _nbdev(root: Path) -> tuple[str, str, str, bool] | None:
    if (root / "settings.ini").is_file():
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read_string(_text(root / "settings.ini"))
        except configparser.Error:
            return None
        section = parser["DEFAULT"]
        if "nbs_path" not in section and "lib_name" not in section:
            return None
        url = (section.get("doc_host", "") + section.get("doc_baseurl", "")) or ""
        if "%(" in url:
            url = ""
        return "nbdev", url, section.get("nbs_path", "nbs"), False
    try:
        project = tomllib.loads(_text(root / "pyproject.toml"))
    except tomllib.TOMLDecodeError:
        return None
    settings = project.get("tool", {}).get("nbdev")
    if not isinstance(settings, dict):
        return None
    url = str(settings.get("doc_host", "")) + str(settings.get("doc_baseurl", ""))
    return "nbdev", url, str(settings.get("nbs_path", "nbs")), False


def _remote(root: Path) -> tuple[str, str, str]:
    """Forge, base address and commit, asked of git; empty where there is none."""
    url = _git(root, "config", "--get", "remote.origin.url")
    commit = _git(root, "rev-parse", "HEAD")
    url = re.sub(r"^(?:ssh://)?git@([^:/]+)[:/]", r"https://\1/", url)
    url = re.sub(r"\.git/?$", "", url).rstrip("/")
    parts = urlsplit(url)
    host = parts.hostname or ""
    for forge in _LINES:
        if parts.scheme == "https" and (host == f"{forge}.com" or host == f"{forge}.org" or
                                        host.startswith(f"{forge}.")):  # fmt: skip
            return forge, f"https://{host}{parts.path}", commit
    return "", "", commit


def _git(root: Path, *arguments: str) -> str:
    """What git says about the repository whose top is `root`; "" where it is none."""
    if not (root / ".git").exists():
        return ""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True, text=True, timeout=10, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _first(root: Path, *names: str) -> Path | None:
    return next((root / name for name in names if (root / name).is_file()), None)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")[:200_000]
    except OSError:
        return ""


def _yaml_value(text: str, name: str) -> str:
    """A plain value. Generators' files hold tags (`!!python/name:…`) that no safe loader reads."""
    found = re.search(rf"^\s*{re.escape(name)}:[ \t]*[\"']?([^\"'#\n]*)", text, re.MULTILINE)
    return found[1].strip() if found else ""
