"""The npm package on the real Docusaurus, VitePress and Starlight."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import embed
from hyperrun.search.site import manifest
from tests import generators
from tests.plugins import site
from tests.search.site.generated import write
from tests.server_process import free_port

PACKAGE = site.ROOT / "packages" / "npm"
SERVER = "https://chat.example.org"
OPTIONS = {
    "server": SERVER,
    "color": "#e92063",
    "open": True,
    "selection": False,
    "questions": ["How do I dim a lamp?", 'What is "it" & why?', "a | b?"],
}
ARRIVED = {
    "color": "#e92063", "open": "true", "selection": "off",
    "questions": r'How do I dim a lamp?|What is "it" & why?|a \| b?',
}  # fmt: skip
PAGE = "The text of {}.\n"
CONFIGURATIONS = {
    "docusaurus": (
        "docusaurus.config.js",
        "export default {{title: 'Lantern', url: 'https://x.org', baseUrl: '/manual/',"
        " onBrokenLinks: 'ignore', presets: [['classic', {{docs: {{routeBasePath: '/'}}, blog: false}}]],"
        " plugins: [['hyperrun/docusaurus', {options}]]}};",
        ("docusaurus", "build", "--out-dir", "built", "--no-minify"),
        ("docusaurus", "start", "--no-open", "--port", "{port}", "--host", "127.0.0.1"),
        "docs",
    ),
    "vitepress": (
        ".vitepress/config.mjs",
        "import {{ withHyperRun }} from 'hyperrun/vitepress';\n"
        "export default withHyperRun({{ title: 'Lantern', srcDir: 'docs' }}, {options});",
        ("vitepress", "build", "--outDir", "built"),
        ("vitepress", "dev", "--port", "{port}", "--host", "127.0.0.1"),
        "docs",
    ),
    "starlight": (
        "astro.config.mjs",
        "import starlight from '@astrojs/starlight';\nimport hyperrun from 'hyperrun/starlight';\n"
        "import {{ defineConfig }} from 'astro/config';\n"
        "export default defineConfig({{ outDir: 'built', integrations: [starlight({{ title: 'Lantern',"
        " plugins: [hyperrun({options})] }})] }});",
        ("astro", "build"),
        ("astro", "dev", "--port", "{port}", "--host", "127.0.0.1"),
        "src/content/docs",
    ),
}  # fmt: skip
# Where a page of the dev server has its tags; VitePress makes them in the browser, out of this.
IN_DEV = {"docusaurus": "manual/", "vitepress": "@siteData"}
CONTENT = (
    "import { defineCollection } from 'astro:content';\n"
    "import { docsLoader } from '@astrojs/starlight/loaders';\n"
    "import { docsSchema } from '@astrojs/starlight/schema';\n"
    "export const collections = { docs: defineCollection({ loader: docsLoader(), schema: docsSchema() }) };\n"
)


@pytest.fixture
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A site of one generator, in a repository, with the package installed as npm would."""
    kind = request.param
    modules = generators.install_from_npm(generators.EXAMPLES / kind)
    root = tmp_path / "repository"
    configuration, text, _, _, folder = CONFIGURATIONS[kind]
    write(root, {configuration: text.format(options=json.dumps(OPTIONS)), ".git/HEAD": "",
                 "package.json": '{"private": true}'})  # fmt: skip
    if kind == "starlight":
        write(root, {"src/content.config.ts": CONTENT})
    for name, title in (("index", "Lantern"), ("guide/a-page", "A page"), ("guide/index", "Guide")):
        write(root, {f"{folder}/{name}.md": f"---\ntitle: {title}\n---\n\n{PAGE.format(title)}"})
    # A site's modules are looked for beside it: a copy by links, and ours in it.
    shutil.copytree(modules, root / "node_modules", symlinks=True, copy_function=_link)
    shutil.copytree(PACKAGE, root / "node_modules" / "hyperrun")
    yield root


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)


@pytest.mark.slow
@pytest.mark.alone  # it takes the usual port
@pytest.mark.timeout(600)
@pytest.mark.parametrize("made", CONFIGURATIONS, indirect=True, ids=lambda kind: kind)
def test_the_tag_once_the_options_the_sources_and_the_dev_server(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = next(name for name, each in CONFIGURATIONS.items() if (made / each[0]).exists())
    monkeypatch.setitem(
        generators.ENVIRONMENT, "HYPERRUN_COMMAND", f"{sys.executable} -m hyperrun"
    )  # fmt: skip
    _, _, build, dev, folder = CONFIGURATIONS[kind]
    site.build(tmp_path, f"node_modules/.bin/{build[0]}", *build[1:], cwd=made)
    built = made / "built"
    for page in ("index.html", "guide/index.html"):
        (tag,) = site.tags((built / page).read_text())
        assert " async" in tag
        assert site.attribute(tag, "src") == f"{SERVER}/embed"
        assert {name: site.attribute(tag, f"data-{name}") for name in ARRIVED} == ARRIVED
    told = manifest.read((built / manifest.NAME).read_bytes())
    assert {key: each.source for key, each in told.items()} == {
        "": f"{folder}/index.md", "guide": f"{folder}/guide/index.md",
        "guide/a-page": f"{folder}/guide/a-page.md",
    }  # fmt: skip
    port = free_port()
    command = [each.format(port=port) for each in dev]
    command[0] = f"node_modules/.bin/{command[0]}"
    address = f"http://127.0.0.1:{port}/" + IN_DEV.get(kind, "")
    with site.dev_server(tmp_path, *command, cwd=made) as running:
        server = site.check_dev_server(address, made / folder / "index.md", running)
    site.wait_for(lambda: site.is_gone(server), 15)


def test_a_list_arrives_in_one_attribute_and_a_bar_within_it_divides_nothing() -> None:
    script = (
        f"const {{ attributes }} = require('{PACKAGE}/site.cjs');"
        f"process.stdout.write(JSON.stringify(attributes('{SERVER}/', {json.dumps(OPTIONS)})))"
    )
    if node := shutil.which("node"):
        done = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True)
        told = json.loads(done.stdout)
        assert {name: told[f"data-{name}"] for name in ARRIVED} == ARRIVED


def test_the_package_knows_every_option_of_the_embed() -> None:
    text = (PACKAGE / "site.cjs").read_text()
    named = text.partition("OPTIONS = [")[2].partition("]")[0].replace("'", "").split(",")
    assert [each.strip() for each in named if each.strip()] == [each.name for each in embed.OPTIONS]
    about = json.loads((PACKAGE / "package.json").read_text())
    assert all((PACKAGE / file).is_file() for file in about["exports"].values())
