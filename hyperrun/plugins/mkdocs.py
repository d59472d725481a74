"""HyperRun for MkDocs and Material: `plugins: [hyperrun]`."""

import logging
import os
from pathlib import Path
from typing import Literal

from mkdocs.config import config_options as options
from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import Files

from hyperrun.plugins import pages, tag
from hyperrun.plugins.beside import Beside
from hyperrun.plugins.pages import Page

log = logging.getLogger("mkdocs.plugins.hyperrun")
_OPTION = (str, int, bool, list)


class HyperRunPlugin(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    """Adds the tag, tells each page's source, and runs HyperRun beside `mkdocs serve`."""

    config_scheme = (
        ("server", options.Type(str, default="")),
        ("serve", options.Type(bool, default=True)),
        ("enabled", options.Type(bool, default=True)),
        *((name, options.Optional(options.Type(_OPTION))) for name in tag.OPTIONS),
    )

    def __init__(self) -> None:
        self._serving = False
        self._beside: Beside | None = None
        self._files: Files | None = None

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """MkDocs keeps a plugin with this over the builds of one `mkdocs serve`."""
        self._serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Add the tag, once."""
        if not self.config["enabled"]:
            return config
        server = self.config["server"]
        if self._serving and self.config["serve"]:
            server = self._started(config) or server
        if not server:
            log.info("`server` is not set: pages are built without Ask AI")
        elif not tag.is_address(server):
            log.warning(tag.NO_ADDRESS, "`server`", server)
        elif not any("/embed" in str(each) for each in config.extra_javascript):
            script = ExtraScriptValue(tag.address(server, self.config))
            script.async_ = True
            config.extra_javascript.append(script)
        return config

    def _started(self, config: MkDocsConfig) -> str:
        if self._beside is None:
            root = pages.repository(Path(config.config_file_path).resolve().parent)
            self._beside = Beside(root, config.site_url or "", log.info)
            self._beside.start()
        return self._beside.url

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Every page's file is known from here on."""
        self._files = files
        return files

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Tell the server where each page comes from."""
        if self._files is None or not self.config["enabled"]:
            return
        root = pages.repository(Path(config.config_file_path).resolve().parent)
        version = os.environ.get("MIKE_DOCS_VERSION", "")
        language = str(config.theme.get("language") or "")
        told = (
            Page(
                file.url, pages.source(file.abs_src_path, root), version,
                str(getattr(file, "locale", "") or language),
            )
            for file in self._files.documentation_pages()
        )  # fmt: skip
        pages.write(Path(config.site_dir), told, log.info)

    def on_shutdown(self) -> None:
        """Stop what was started."""
        if self._beside is not None:
            self._beside.stop()
