"""What the wheel holds beyond `hyperrun/`: the browser assets, built here, and the app.

`main.py`, `components.py` and `embed.py` stand at the top of the repository, where a reader looks
first. In site-packages those names belong to nobody, so in the wheel they are modules of
`hyperrun.app`, and the few lines that import one of them say so.
"""

import ast
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

APP = ("main", "components", "embed")
_IMPORT = re.compile(rf"^import ({'|'.join(APP)})( as \w+)?$", re.MULTILINE)
_FROM = re.compile(rf"^from ({'|'.join(APP)}) import ", re.MULTILINE)


class Wheel(BuildHookInterface[BuilderConfig]):
    """Builds the assets where they are not current, and names what goes in."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or self.target_name != "wheel":
            return
        root = Path(self.root)
        subprocess.run([sys.executable, "-m", "hyperrun.web.assets"], cwd=root, check=True)
        self._made = tempfile.TemporaryDirectory()
        app = Path(self._made.name)
        (app / "__init__.py").write_text('"""The app: routes, HTML, and what sites load."""\n')
        for name in APP:
            text = in_package((root / f"{name}.py").read_text(encoding="utf-8"))
            (app / f"{name}.py").write_text(text, encoding="utf-8")
        build_data["force_include"][str(app)] = "hyperrun/app"
        build_data["force_include"][str(root / "static" / "built")] = "hyperrun/web/built"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "_made"):
            self._made.cleanup()


def in_package(source: str) -> str:
    """A module of the repository's top as one of `hyperrun.app`: the same lines, other imports.

    Raises ValueError where an import is left that only the repository's top could serve.
    """
    moved = _IMPORT.sub(r"from hyperrun.app import \1\2", source)
    moved = _FROM.sub(r"from hyperrun.app.\1 import ", moved)
    for node in ast.walk(ast.parse(moved)):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if left := [name for name in names if name in APP]:
            raise ValueError(f"import {left[0]} cannot be moved: write it on a line of its own")
    return moved
