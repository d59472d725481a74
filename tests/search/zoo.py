"""Hostile repositories: each a thing that a stranger may put beside good files."""

import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.search import repository

SPARSE_BYTES = 200 * 1000**3


@dataclass(frozen=True)
class Animal:
    """One bad thing: `make` puts it into a folder; `named` says how often a log must name it."""

    name: str
    make: Callable[[Path], object]
    named: int = 0
    is_slow: bool = False


def _file(name: str | bytes, content: str | bytes = "") -> Callable[[Path], None]:
    """Write one file; its name and content may be bytes."""

    def make(root: Path) -> None:
        place = os.path.join(os.fsencode(root), os.fsencode(name))
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    return make


def _sparse(name: str, size: int = SPARSE_BYTES) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as file:
            file.truncate(size)

    return make


def _socket(root: Path) -> None:
    here = os.getcwd()
    os.chdir(root)  # a socket's path has room for 108 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("talk.md")
    finally:
        os.chdir(here)


def _deep(root: Path, depth: int) -> None:
    handle = os.open(root, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("m", dir_fd=handle)
        below = os.open("m", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = below
    os.close(handle)


def _many(root: Path, count: int) -> None:
    (root / "many").mkdir()
    for number in range(count):
        (root / f"many/{number}.md").touch()


def _nested(depth: int, opened: str, closed: str, between: str = "") -> str:
    return opened * depth + between + closed * depth


def _notebook(**changes: object) -> str:
    made = json.loads(repository.notebook(("markdown", "# Cells"), ("code", "x = 1")))
    return json.dumps(made | changes)


def _yaml_bomb(levels: int = 12) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


# Of a file whose name ends in such a way, the contents that parsers have been brought down by.
CONTENTS: dict[str, str | bytes] = {
    "empty": "",
    "one-letter": "x",
    "spaces": " " * 500_000,
    "newlines": "\n" * 500_000,
    "carriage-returns": "\r" * 500_000,
    "one-line": "x" * 500_000,
    "one-line-of-words": "word " * 100_000,
    "zero-byte-late": "# Words\n\n" + "word " * 2_000 + "\0",
    "latin-1": "# Café\n\nAu lait, s'il vous plaît, toujours.\n".encode("latin-1"),
    "broken-utf-8": b"# Words\n\n" + bytes(range(128, 256)) * 100,
    "line-ends": "# Words\n\nOne\u2028two\u2029three\x0bfour\x0cfive\x85six\r\nseven.\n",
    "right-to-left": "# \u202eWords\u202c\n\n" + "\u202e" * 1_000 + " and more words here.\n",
    "combining": "# Words\n\n" + "a" + "\u0301" * 100_000,
    "headings": "# a\n" * 120_000,
    "headings-with-words": "# abc\n\nSome twenty letters.\n" * 18_000,
    "long-heading": "# " + "word " * 90_000 + "\n\n" + "## Below\n\nSome twenty letters.\n" * 1_000,
    "levels": "".join("#" * (1 + n % 6) + f" H{n}\n\nSome twenty letters.\n" for n in range(9_000)),
    "quotes": "> " * 200_000 + "words",
    "lists": "".join("  " * n + "- words\n" for n in range(600)),
    "emphasis": "*a **a " * 60_000,
    "brackets": "[" * 200_000 + "words" + "](" * 100_000,
    "links": "[a](<b" * 60_000,
    "pictures": "![" * 200_000,
    "ticks": "".join("`" * (1 + n % 50) + "a" for n in range(15_000)),
    "fences": "```\n" * 100_000,
    "open-fence": "```sh\n" + "word\n" * 80_000,
    "tables": "|" * 200_000 + "\n" + "|-" * 100_000 + "\n" + "|a" * 50_000,
    "comments": "<!--" * 100_000,
    "tags": "<a " * 150_000 + "<div><details><summary>" * 1_000,
    "references": "[a]: b\n" * 60_000 + "[a]" * 1_000,
    "entities": "&amp;&#x0;&#99999999;" * 20_000,
    "front-matter": "---\n" + "title: x\n" * 50_000,
    "front-matter-bomb": "---\n" + _yaml_bomb() + "---\n\n# Words\n\nSome twenty letters.\n",
    "roles": ":a:`" * 100_000,
    "directives": ".. a::\n   " * 40_000,
    "indented-directives": "".join("   " * n + ".. note::\n\n" for n in range(400)),
    "underlines": "".join(f"T{n}\n" + chr(33 + n % 15) * 9 + "\n\nIt.\n\n" for n in range(9_000)),
    "colons": "::\n\n a\n\n" * 40_000,
    "maths": "$" * 300_000,
    "shortcodes": "{{< a " * 80_000 + "{{% b " * 1_000,
    "attributes": "{#a" * 100_000,
    "footnotes": "[^a]" * 50_000 + "\n\n[^a]: " * 10_000,
    "admonitions": "".join("    " * n + "!!! note\n" for n in range(300)),
}  # fmt: skip


def _code() -> Iterator[tuple[str, str | bytes]]:
    yield "brackets.py", _nested(100_000, "(", ")")
    yield "lists.py", "x = " + _nested(5_000, "[", "]")
    yield "minus.py", "x = " + "-" * 200_000 + "1"
    yield "additions.py", "x = " + "1+" * 100_000 + "1"
    yield "attributes.py", "x = a" + ".b" * 100_000
    yield "blocks.py", "".join(" " * n + "if x:\n" for n in range(150)) + " " * 150 + "pass\n"
    yield "functions.py", "def f(): pass\n" * 30_000
    yield "decorators.py", "@a\n" * 100_000 + "def f(): pass\n"
    yield "strings.py", '"""' + "a" * 400_000
    yield "f-strings.py", 'f"' + "{" * 50_000
    yield "nul.py", b"x = 1\0\n"
    yield "coding.py", b"# coding: no-such\nx = '\xe9'\n"
    yield "escapes.py", r"x = '\d\w\N{NO SUCH}'" + "\n"
    yield "integers.py", "x = " + "9" * 200_000 + "\n"
    yield "continued.py", "x = 1 \\\n" * 50_000
    yield "braces.js", _nested(50_000, "{", "}")
    yield "arrows.ts", "a=>" * 100_000 + "b"
    yield "generics.ts", "let x: " + "A<" * 50_000 + "B" + ">" * 50_000
    yield "templates.js", "`${" * 50_000
    yield "regex.js", "/(" * 50_000
    yield "classes.java", _nested(3_000, "class A {", "}")
    yield "templates.cpp", "template<" * 20_000
    yield "macros.c", "#define A A A\n" * 30_000 + "A\n"
    yield "if.c", "#if 1\n" * 40_000
    yield "casts.c", "int x = " + "(int)" * 60_000 + "1;"
    yield "closures.rs", "|a|" * 100_000
    yield "macros.rs", "m!{" * 50_000
    yield "blocks.go", "package a\nfunc f() " + _nested(20_000, "{", "}")
    yield "heredocs.rb", "x = <<A + <<B\n" * 20_000
    yield "ends.rb", "class A\n" * 20_000
    yield "lines.sh", "if true; then\n" * 20_000
    yield "openapi.json", _nested(100_000, '{"a":', "}", "1")
    yield "openapi.yaml", "openapi: 3.0.0\n" + _yaml_bomb()
    yield "swagger.yaml", "swagger: " + _nested(20_000, "[", "]")
    yield "swagger.json", '{"openapi": "3.0.0", "paths": {"/a": null, "/b": {"get": []}}}'


NOTEBOOKS: dict[str, str] = {
    "no-json": "{",
    "a-list": "[]",
    "deep": _nested(100_000, "[", "]"),
    "metadata-null": _notebook(metadata=None),
    "kernelspec-null": _notebook(metadata={"kernelspec": None}),
    "kernelspec-text": _notebook(metadata={"kernelspec": "python"}),
    "metadata-a-list": _notebook(metadata=[]),
    "cells-null": _notebook(cells=None),
    "cells-of-text": _notebook(cells=["a", 1, None, []]),
    "source-a-number": _notebook(cells=[{"cell_type": "markdown", "source": 1}]),
    "source-mixed": _notebook(cells=[{"cell_type": "code", "source": ["x", 1, None]}]),
    "half-letters": _notebook(cells=[{"cell_type": "markdown", "source": "# \ud800 half a word"}]),
    "many-cells": _notebook(cells=[{"cell_type": "code", "source": "x = 1"}] * 20_000),
    "same-cells": _notebook(cells=[{"cell_type": "markdown", "source": "# A\n" + "a " * 9}] * 999),
    "large-numbers": '{"cells": [], "metadata": ' + "9" * 5_000 + "}",
}  # fmt: skip


# Those that take more than a second; there are enough others in a quick run.
SLOW = frozenset((
    "fences.rst", "emphasis.rst", "attributes.rst", "colons.rst", "roles.rst", "underlines.rst",
    "directives.rst", "levels.rst", "footnotes.rst", "ticks.rst", "newlines.rst", "one-line.rst",
    "carriage-returns.rst", "headings-with-words.rst", "open-fence.rst", "lists.rst", "fences.md",
    "quotes.rst", "tags.rst", "pictures.rst", "front-matter.rst", "references.rst", "links.rst",
    "code-swagger.yaml", "code-functions.py", "code-ends.rb", "code-macros.c", "code-decorators.py",
    "code-closures.rs", "code-if.c", "code-heredocs.rb", "notebook-many-cells", "brackets.rst",
    "one-line-of-words.rst", "levels.md", "shortcodes.rst", "shortcodes.md", "pictures.md",
    "brackets.md", "colons.md", "headings.md", "emphasis.md", "headings-with-words.md", "roles.md",
    "front-matter.md", "attributes.md", "tags.md", "directives.md", "references.md",
    "underlines.md", "links.md", "entities.md", "footnotes.md", "tables.md", "long-heading.md",
    "admonitions.md", "comments.rst", "headings.rst", "long-heading.rst",
))  # fmt: skip


def animals() -> Iterator[Animal]:
    """All of them."""
    # Names
    for name in (b"caf\xe9.md", b"\xff.py", b"m\xe9/page.md", b"\xed\xa0\x80.md"):
        yield Animal(f"name-{name!r}", _file(name, "# Words\n\nSome twenty letters.\n"), 1)
    for text in (
        "new\nline.md", "quote'\".md", "-dash.md", "--include=x.md", "ti\u202eps.md", "\u2028.md",
        "e\u0301.md", "emoji🙂.md", "a" * 252 + ".md", " .md", "%00.md", "<b>.md", "$(id).md",
        "{{x}}.md", "a:b.md", "*.md", "con.md", "README.md/page.md", "x" * 200 + "/page.md",
    ):  # fmt: skip
        yield Animal(f"name-{text[:20]!r}", _file(text, "# Words\n\nSome twenty letters.\n"))
    # Kinds
    yield Animal("pipe", lambda root: os.mkfifo(root / "pipe.md"), 1)
    yield Animal("pipe-gitignore", lambda root: os.mkfifo(root / ".gitignore"), 1)
    yield Animal("pipe-mkdocs", lambda root: os.mkfifo(root / "mkdocs.yml"), 1)
    yield Animal("socket", _socket, 1)
    yield Animal("folder-md", lambda root: (root / "folder.md").mkdir())
    yield Animal("folder-gitignore", lambda root: (root / ".gitignore").mkdir())
    yield Animal("link-to-itself", lambda root: (root / "m.md").symlink_to("m.md"))
    yield Animal("link-loop", lambda root: (root / "loop").symlink_to("."))
    yield Animal("link-up", lambda root: (root / "up").symlink_to("/"))
    yield Animal("link-out", lambda root: (root / "m.md").symlink_to("/etc/passwd"))
    yield Animal("link-nowhere", lambda root: (root / "m.md").symlink_to("nowhere"))
    yield Animal("link-gitignore", lambda root: (root / ".gitignore").symlink_to("/dev/zero"), 1)
    yield Animal("link-gitignore-gone", lambda root: (root / ".gitignore").symlink_to("gone"), 1)
    yield Animal("hard-links", lambda root: [os.link(root / "a.md", root / f"m{n}.md")  # type: ignore[func-returns-value]
                                             for n in range(100)])  # fmt: skip
    # Sizes
    for name in ("m.md", "m.py", "m.ipynb", "m.rst", "openapi.json", ".gitignore", "m/.gitignore"):  # type: ignore[assignment]
        yield Animal(f"sparse-{name}", _sparse(name), 1)  # type: ignore[arg-type, str-bytes-safe]
    yield Animal("sparse-mkdocs.yml", _sparse("mkdocs.yml"), 1)
    yield Animal("sparse-just-too-large", _sparse("m.md", 524_289), 1)
    yield Animal("binary", _file("m.md", b"# Words\0\1\2"), 1)
    yield Animal("deep-folders", lambda root: _deep(root, 1_500), 1)
    yield Animal("many-files", lambda root: _many(root, 2_000), 0, is_slow=True)
    yield Animal("many-folders", lambda root: [(root / f"m{n}").mkdir() for n in range(2_000)])  # type: ignore[func-returns-value]
    # Rules
    for line in ("!", "[z-a]", "\\", "foo\\", "**/a/" * 50 + "x"):
        yield Animal(f"rule-{line[:12]!r}", _file(".gitignore", f"{line}\n"), 1)
    for line in ("*a" * 100, "(" * 100, "[[:x:]]", "/", "//", "#", "!/", "\u2028", "{a,b}" * 99):
        yield Animal(f"rule-{line[:12]!r}", _file(".gitignore", f"{line}\nxyz\n"))
    yield Animal("rule-bytes", _file(".gitignore", bytes(range(128, 256)) + b"\nxyz\n"))
    yield Animal("rule-zero", _file(".gitignore", b"a\0b\nxyz\n"))
    yield Animal(
        "rules-many",
        _file(".gitignore", "".join(f"x{n}\n" for n in range(20_000))),
        1,
        is_slow=True,
    )
    # Configuration
    yield Animal("yaml-bomb", _file("mkdocs.yml", _yaml_bomb()))
    yield Animal("yaml-tag", _file("mkdocs.yml", "site_url: !!python/object/apply:os.abort []\n"))
    yield Animal(
        "yaml-deep", _file("mkdocs.yml", "a: " + _nested(20_000, "[", "]")), 0, is_slow=True
    )
    yield Animal("yaml-bytes", _file("_quarto.yml", bytes(range(256))), 1)
    yield Animal("toml-deep", _file("pyproject.toml", "a = " + _nested(5_000, "[", "]")))
    yield Animal("ini-broken", _file("settings.ini", "[DEFAULT\n%(x)s\n"))
    yield Animal("conf-hangs", _file("conf.py", "while True: pass\n"))
    # Contents
    for kind, content in CONTENTS.items():
        for suffix in (".md", ".rst") if len(content) > 100 else (".md",):
            name = f"{kind}{suffix}"  # type: ignore[assignment]
            yield Animal(name, _file(f"m{suffix}", content), -1, name in SLOW)  # type: ignore[arg-type, comparison-overlap]
    for name, content in _code():  # type: ignore[assignment]
        yield Animal(f"code-{name}", _file(name, content), -1, f"code-{name}" in SLOW)  # type: ignore[str-bytes-safe]
    for name, text in NOTEBOOKS.items():  # type: ignore[assignment]
        name = f"notebook-{name}"  # type: ignore[assignment, str-bytes-safe]
        yield Animal(name, _file("m.ipynb", text), -1, name in SLOW)  # type: ignore[arg-type, comparison-overlap]
    yield Animal("mdx", _file("m.mdx", "export const a = {\n" * 20_000 + "<A>" * 20_000), -1)
    yield Animal("qmd", _file("m.qmd", "```{python}\n#| " * 20_000), -1)
    yield Animal("changing-type", lambda root: subprocess.run(
        ["ln", "-s", "a.md", str(root / "m.md")], check=True))  # fmt: skip
