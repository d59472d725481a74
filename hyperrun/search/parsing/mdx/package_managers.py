"""Commands of npm as Docusaurus' `npm2yarn` shows them: a tab for each package manager."""

import json
import re
from collections.abc import Callable

from hyperrun.search.parsing.includes import Place

Convert = Callable[[str, list[str]], list[str]]  # a command and its words -> a whole line

_CONFIGURATIONS = tuple(f"docusaurus.config.{each}" for each in ("js", "ts", "mjs", "cjs", "mts"))
_NAMES = {"yarn": "Yarn", "pnpm": "pnpm", "bun": "Bun"}
_CONVERTERS = re.compile(r"npm2yarn.{0,200}?converters\s*:\s*\[(.*?)\]", re.DOTALL)
_INSTALLS = ("install", "i", "add")
_REMOVES = ("uninstall", "remove", "rm", "un")
_RUNNERS = {"yarn": "yarn dlx", "pnpm": "pnpm dlx", "bun": "bun x"}
_MARGIN = re.compile(r"(\s*(?:\w+=\S*\s+)*)(.*)", re.DOTALL)  # with variables that are set
_DEV = ("--save-dev", "-D")


def shown(code: str, place: Place | None) -> list[tuple[str, str]]:
    """What each package manager's tab is called and says, npm's first."""
    names, is_old = _chosen(place)
    found = [("npm", code)]
    for name in names:
        convert = _old_yarn if is_old else _CONVERT[name]
        lines = [_converted(line, convert, name, is_old) for line in code.splitlines()]
        found.append((_NAMES[name], "\n".join(lines)))
    return found


def _chosen(place: Place | None) -> tuple[list[str], bool]:
    """The package managers that the site's configuration names, and whether the plugin is one of
    version 2, which knows Yarn alone."""
    if place is None:
        return list(_NAMES), False
    package = "\n".join(place.read(file)) if (file := place.find("package.json")) else ""
    configured = next(filter(None, map(place.find, _CONFIGURATIONS)), None)
    text = "\n".join(place.read(configured)) if configured else ""
    if match := _CONVERTERS.search(text):
        named = re.findall(r"[\"'](\w+)[\"']", re.sub(r"\[[^\]]*\]", "", match[1]))
        return [each for each in named if each in _NAMES], False
    is_old = _major(package) < 3
    return (["yarn"] if is_old else list(_NAMES)), is_old


def _major(package: str) -> int:
    try:
        told = json.loads(package)
        wanted = {**told.get("devDependencies", {}), **told.get("dependencies", {})}
    except (ValueError, AttributeError, TypeError):
        return 3
    version = str(wanted.get("@docusaurus/remark-plugin-npm2yarn", ""))
    match = re.search(r"\d+", version)
    return int(match[0]) if match else 3


def _converted(line: str, convert: Convert, name: str, is_old: bool) -> str:
    """A line with every command of npm in it as the other's."""
    parts = re.split(r"(\s*(?:&&|\|\||;)\s*)", line)
    for at in range(0, len(parts), 2):
        margin, told = _MARGIN.fullmatch(parts[at]).groups()  # type: ignore[union-attr]
        words = told.split()
        if words[:1] == ["npm"] and len(words) > 1:
            parts[at] = margin + " ".join(convert(words[1], words[2:]))
        elif words[:1] == ["npx"] and not is_old:
            parts[at] = " ".join([margin + _RUNNERS[name], *words[1:]])
    return "".join(parts)


def _old_yarn(command: str, rest: list[str]) -> list[str]:
    if command == "install" and rest:
        return ["yarn", "add", *("--dev" if each == "--save-dev" else each
                                 for each in rest if each != "--save")]  # fmt: skip
    return ["yarn", "remove" if command == "uninstall" else command, *rest]


def _yarn(command: str, rest: list[str]) -> list[str]:
    rest = ["--dev" if each in _DEV else each for each in rest if each not in ("--save", "-S")]
    if command in _INSTALLS and rest:
        anywhere = [each for each in rest if each not in ("-g", "--global")]
        return ["yarn", *(("global", "add") if len(anywhere) < len(rest) else ("add",)), *anywhere]
    if command in _INSTALLS:
        return ["yarn", "install"]
    if command in _REMOVES:
        return ["yarn", "remove", *rest]
    if command in ("run", "run-script", "exec"):
        return ["yarn", *(each for each in rest if each != "--")]
    if command in ("init", "create") and rest and not rest[0].startswith("-"):
        return ["yarn", "create", re.sub(r"(?<=\w)@latest$", "", rest[0]), *rest[1:]]
    return ["yarn", command, *rest]


def _pnpm(command: str, rest: list[str]) -> list[str]:
    rest = [each for each in rest if each not in ("--save", "-S")]
    if command in _INSTALLS and rest:
        return ["pnpm", "add", *rest]
    if command in _REMOVES:
        return ["pnpm", "remove", *rest]
    if command in ("run", "run-script"):
        return ["pnpm", "run", *(each for each in rest if each != "--")]
    if command in ("init", "create") and rest and not rest[0].startswith("-"):
        return ["pnpm", "create", re.sub(r"(?<=\w)@latest$", "", rest[0]), *rest[1:]]
    return ["pnpm", command, *rest]


def _bun(command: str, rest: list[str]) -> list[str]:
    rest = ["--dev" if each in _DEV else "--global" if each == "-g" else each
            for each in rest if each not in ("--save", "-S")]  # fmt: skip
    if command in _INSTALLS:
        return ["bun", "add" if rest else "install", *rest]
    if command in _REMOVES:
        return ["bun", "remove", *rest]
    if command in ("run", "run-script", "test"):
        kept = [each for each in rest if each != "--"]
        return ["bun", "run", *(["test"] if command == "test" else []), *kept]
    if command == "exec":
        return ["bunx", *rest]
    if command in ("init", "create") and rest and not rest[0].startswith("-"):
        return ["bunx", re.sub(r"@latest$", "", f"create-{rest[0]}"), *rest[1:]]
    return ["bun", command, *rest]


_CONVERT = {"yarn": _yarn, "pnpm": _pnpm, "bun": _bun}
