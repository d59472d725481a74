"""Where the line goes in each generator's own configuration, and how it is written there."""

import ast
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from hyperrun.commands.init import javascript, yaml_text
from hyperrun.commands.init.edit import ByHand, Edit, appended, has_tag, read
from hyperrun.search.site import literals
from hyperrun.search.site.generator import Generator
from hyperrun.search.site.quarto import NBDEV_NAMES

Made = Callable[[Path, str, bool], Edit]


def tag(server: str) -> str:
    """The line itself."""
    return f'<script async src="{server}/embed"></script>'


def mkdocs(config: Path, server: str, plugin: bool) -> Edit:
    """`extra_javascript`, or an entry under `plugins`."""
    text = read(config)
    address = f"{server}/embed"
    block, flow = f"hyperrun:\n      server: {server}", f"hyperrun: {{server: {server!r}}}"
    key, entry = ("plugins", block) if plugin else ("extra_javascript", address)
    above = _inherited(config, key)
    if above is not None and has_tag(said := read(above)):
        return Edit(above, said, said)
    if above is not None:
        raise ByHand(
            f"its `{key}` are those of {above.name}, and a list here would take their place",
            f"{key}:\n  - {entry}",
        )
    if plugin:
        if yaml_text.value_of(yaml_text.compose(text), "plugins") is None:
            text = yaml_text.add_item(text, "plugins", "search", "search")  # else it is lost
        after = yaml_text.add_item(text, "plugins", block, flow.replace("'", '"'))
    else:
        block = f"path: {address}\n  async: true"
        flow = f'{{path: "{address}", async: true}}'
        after = yaml_text.add_item(text, "extra_javascript", block, flow)
    return _checked(Edit(config, read(config), after))


def _inherited(config: Path, key: str) -> Path | None:
    """The file that `INHERIT` names and this one has a list of, while `config` itself has none;
    MkDocs 1.6 merges mappings, and no lists."""
    file, seen = config, {config}
    while True:
        top = yaml_text.compose(read(file))
        if yaml_text.value_of(top, key) is not None:
            return None if file == config else file
        above = yaml_text.value_of(top, "INHERIT")
        if not isinstance(above, ScalarNode):
            return None
        file = file.parent / above.value
        if file in seen or not file.is_file():
            return None
        seen.add(file)


def zensical(config: Path, server: str, plugin: bool) -> Edit:
    """`extra_javascript` of `[project]`."""
    text = read(config)
    item = f'{{ path = "{server}/embed?offset_y=88", async = true }}'
    project = tomllib.loads(text).get("project", {})
    if "extra_javascript" in project:
        found = re.search(r"^extra_javascript\s*=\s*\[", text, re.MULTILINE)
        if found is None:
            raise ByHand("`extra_javascript` is written in another way")
        more = ", " if project["extra_javascript"] else ""
        after = text[: found.end()] + item + more + text[found.end() :]
    else:
        found = re.search(r"^\[project\][ \t]*\r?\n", text, re.MULTILINE)
        if found is None:
            raise ByHand("there is no [project]")
        after = f"{text[: found.end()]}extra_javascript = [{item}]\n{text[found.end() :]}"
    try:
        count = len(tomllib.loads(after)["project"]["extra_javascript"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ByHand("it would not be read any more") from error
    assert count == len(project.get("extra_javascript", ())) + 1
    return Edit(config, text, after)


def sphinx(config: Path, server: str, plugin: bool) -> Edit:
    """`html_js_files`, or the extension, at the end of `conf.py`."""
    text = read(config)
    tree = _tree(text)
    lines = []
    if plugin:
        own = '"hyperrun.sphinx"'
        lines.append(_more("extensions", own, tree))
        lines.append(f'hyperrun_server = "{server}"')
    else:
        own = f'("{server}/embed", {{"async": "async"}})'
        lines.append(_more("html_js_files", own, tree))
    after = appended(text, "\n".join(lines) + "\n")
    ast.parse(after)
    return Edit(config, text, after)


def _tree(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise ByHand(f"it is no Python: {error}") from error


def _more(name: str, item: str, tree: ast.Module) -> str:
    """The list with one more; where it may have been made, as under an `if`, with what it holds."""
    targets = [
        target
        for node in tree.body
        for target in (
            node.targets if isinstance(node, ast.Assign)
            else [node.target] if isinstance(node, ast.AnnAssign) and node.value else []
        )
    ]  # fmt: skip
    if any(isinstance(each, ast.Name) and each.id == name for each in targets):
        return f"{name} = [*{name}, {item}]"
    brought_in = any(each.name in ("*", name) or each.asname == name
                     for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
                     for each in node.names)  # fmt: skip
    if brought_in or any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(tree)):
        return f'{name} = [*globals().get("{name}", ()), {item}]'
    return f"{name} = [{item}]"


def quarto(config: Path, server: str, plugin: bool) -> Edit:
    """`include-after-body` of the format `html`; nbdev's, too."""
    text = read(config)
    line = f"text: '{tag(server)}'"
    top = yaml_text.compose(text)
    formats = yaml_text.value_of(top, "format")
    html = yaml_text.value_of(formats, "html") if isinstance(formats, MappingNode) else None
    key = f"include-after-body:\n  - {line}"
    if formats is None:
        after = appended(text, f"format:\n  html:\n    {key}\n".replace("\n  - ", "\n      - "))
    elif isinstance(formats, ScalarNode) and formats.value == "html":
        after = yaml_text.replace(
            text, formats, f"  html:\n    include-after-body:\n      - {line}"
        )
    elif isinstance(html, MappingNode):
        included = yaml_text.value_of(html, "include-after-body")
        if included is None:
            after = yaml_text.add_key(text, html, key)
        elif isinstance(included, SequenceNode):
            after = yaml_text.add_to(text, included, line, f"{{{line}}}")
        elif isinstance(included, ScalarNode):
            indent = " " * (html.start_mark.column + 2)
            own = text[included.start_mark.index : included.end_mark.index].rstrip()
            after = yaml_text.replace(text, included, f"{indent}- {own}\n{indent}- {line}")
        else:
            raise ByHand("`include-after-body` is neither a file nor a list")
    elif isinstance(formats, MappingNode) and isinstance(html, ScalarNode):
        indent = " " * (formats.start_mark.column + 2)
        lines = f"{indent}include-after-body:\n{indent}  - {line}"
        after = yaml_text.replace(text, html, lines)
    elif isinstance(formats, MappingNode):
        after = yaml_text.add_key(text, formats, f"html:\n  {key}".replace("\n  - ", "\n    - "))
    else:
        raise ByHand("`format` is of another shape")
    return _checked(Edit(config, text, after))


def docusaurus(config: Path, server: str, plugin: bool) -> Edit:
    """`scripts` of the object that is exported."""
    item = f"{{ src: '{server}/embed', async: true, 'data-offset-y': '88' }}"

    def is_meant(node: Any) -> bool:
        return bool({"title", "url"} & (names := javascript.keys(node))) and bool(
            {"presets", "themeConfig", "baseUrl"} & names
        )

    return _javascript(config, "scripts", item, is_meant)


def vitepress(config: Path, server: str, plugin: bool) -> Edit:
    """`head` of the object that is exported."""
    item = f"['script', {{ async: '', src: '{server}/embed' }}]"

    def is_meant(node: Any) -> bool:
        return bool({"themeConfig", "title", "description", "head"} & javascript.keys(node))

    return _javascript(config, "head", item, is_meant)


def starlight(config: Path, server: str, plugin: bool) -> Edit:
    """`head` of `starlight({ … })`."""
    item = f"{{ tag: 'script', attrs: {{ src: '{server}/embed', async: true }} }}"
    return _javascript(
        config, "head", item, lambda node: javascript.called_with(node) == "starlight"
    )


def _javascript(config: Path, key: str, item: str, is_meant: Callable[[Any], bool]) -> Edit:
    text = read(config)
    is_typescript = config.suffix in (".ts", ".mts", ".cts")
    try:
        after = javascript.add_item(text, key, item, is_typescript, is_meant)
    except ByHand as error:
        raise ByHand(str(error), f"{key}: [{item}],") from error
    return Edit(config, text, after)


def mdbook(config: Path, server: str, plugin: bool) -> Edit:
    """The theme's `head.hbs`, which mdBook puts into each page's head."""
    output = literals.mapping(literals.read_toml(read(config)).get("output"))
    theme = literals.mapping(output.get("html")).get("theme", "theme")
    return _line(config.parent / str(theme) / "head.hbs", server)


# By what a configuration names: where each theme takes a line of one's own.
HUGO = {
    "docsy": "layouts/partials/hooks/body-end.html",
    "hextra": "layouts/partials/custom/head-end.html",
    "hugo-book": "layouts/partials/docs/inject/body.html",
    "papermod": "layouts/partials/extend_footer.html",
    "relearn": "layouts/partials/custom-footer.html",
    "geekdoc": "layouts/partials/custom/footer.html",
    "learn": "layouts/partials/custom-footer.html",
    "blowfish": "layouts/partials/extend-footer.html",
    "congo": "layouts/partials/extend-footer.html",
}
JEKYLL = {
    "just-the-docs": "_includes/head_custom.html",
    "minima": "_includes/custom-head.html",
    "minimal-mistakes": "_includes/head/custom.html",
}


def hugo(config: Path, server: str, plugin: bool) -> Edit:
    """The file that its theme includes on each page."""
    return _of_theme(
        config, server, HUGO, (config.parent / "go.mod", config.parent / ".gitmodules")
    )


def jekyll(config: Path, server: str, plugin: bool) -> Edit:
    """The file that its theme includes on each page."""
    return _of_theme(config, server, JEKYLL, (config.parent / "Gemfile",))


def antora(config: Path, server: str, plugin: bool) -> Edit:
    """The interface's bundle, which is most often in another repository."""
    raise ByHand(f"its interface is a bundle, whose `head-scripts.hbs` takes {tag(server)}")


def vuepress(config: Path, server: str, plugin: bool) -> Edit:
    """`head`, as VitePress has it."""
    return vitepress(config, server, plugin)


def fumadocs(config: Path, server: str, plugin: bool) -> Edit:
    """The layout of the Next.js app, which is code."""
    raise ByHand(f"its root layout, `app/layout.tsx`, is code; the body there takes {tag(server)}")


def mintlify(config: Path, server: str, plugin: bool) -> Edit:
    """A script beside `docs.json`, which runs on each page."""
    file = config.parent / "hyperrun.js"
    text = read(file)
    lines = (
        'const line = document.createElement("script");',
        f'line.src = "{server}/embed";',
        "document.head.append(line);",
    )
    return Edit(file, text, appended(text, "{\n  " + "\n  ".join(lines) + "\n}\n"))


def _of_theme(config: Path, server: str, places: dict[str, str], more: tuple[Path, ...]) -> Edit:
    said = "\n".join(read(each) for each in (config, *more)).lower()
    theme = next((name for name in places if re.search(rf"\b{name}\b", said)), None)
    if theme is None:
        raise ByHand(f"its theme is none that is known; a partial of it takes {tag(server)}")
    return _line(config.parent / places[theme], server)


def _line(file: Path, server: str) -> Edit:
    """The line at the end of a file of its own."""
    text = read(file)
    return Edit(file, text, (f"{text.rstrip()}\n" if text.strip() else "") + f"{tag(server)}\n")


def _checked(edit: Edit) -> Edit:
    """Raise `ByHand` where the YAML says anything else than before, but for what was added."""
    before, after = (_plain(text) for text in (edit.before, edit.after))
    if not _is_within(before, after):
        raise ByHand("it would say something else than before")
    return edit


class _Plain(yaml.SafeLoader):
    """Reads unknown tags as what they stand on."""


_Plain.add_multi_constructor("", lambda loader, suffix, node: (suffix, str(node.value)[:0]))


def _plain(text: str) -> Any:
    try:
        return yaml.load(text, _Plain)
    except yaml.YAMLError as error:
        raise ByHand(f"it would not be read any more: {str(error).splitlines()[0]}") from error


def _is_within(before: Any, after: Any) -> bool:
    """Is everything of `before` still in `after`, at its place?"""
    if isinstance(before, dict) and isinstance(after, dict):
        return all(key in after and _is_within(before[key], after[key]) for key in before)
    if isinstance(before, list) and isinstance(after, list):
        return len(before) <= len(after) and all(map(_is_within, before, after))
    return before == after or before in (None, "html", "default") or (
        isinstance(after, list) and before == after[0]
    )  # fmt: skip


BY_KIND: dict[str, Made] = {
    "MkDocs": mkdocs, "Zensical": zensical, "Sphinx": sphinx, "Quarto": quarto,
    "Docusaurus": docusaurus, "VitePress": vitepress, "Starlight": starlight, "mdBook": mdbook,
    "Hugo": hugo, "Jekyll": jekyll, "Antora": antora, "Fumadocs": fumadocs,
    "VuePress": vuepress, "Mintlify": mintlify,
}  # fmt: skip
PLUGINS = ("MkDocs", "Sphinx")


def file_of(root: Path, site: Generator, config: Path) -> Path:
    """The file that the line goes into: nbdev's own is written anew on every run."""
    if config.name not in NBDEV_NAMES:
        return config
    return root / (site.folders[0] if site.folders else "") / "_quarto.yml"


def kind_of(site: Generator, config: Path) -> str:
    """What people call it."""
    name = {"Astro": "Starlight", "MdBook": "mdBook"}.get(
        type(site).__name__, type(site).__name__
    )  # fmt: skip
    return "Zensical" if config.name == "zensical.toml" else name
