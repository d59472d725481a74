"""What `/embed` answers, without a browser: headers, freshness, an address nobody can poison."""

import gzip
import re
from pathlib import Path

import pytest
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

import embed
from hyperrun.settings import Settings
from hyperrun.web import assets
from hyperrun.web.assets import SCRIPTS, Asset, Assets

STATIC = Path(__file__).parent.parent.parent / "static"
LOADER_BUDGET_BYTES = 2_550  # what a documentation page loads, gzipped, as served


def client(public_url: str = "") -> TestClient:
    """The two routes as main.py wires them, over the scripts as they are written."""
    settings = Settings(public_url=public_url)
    made = {}
    for stem in ("embed", "panel"):
        content = (STATIC / f"{stem}.js").read_bytes()
        name = f"{stem}.0123456789ab.js"
        made[f"{stem}.js"] = Asset(name, "text/javascript", content, gzip.compress(content))
    assets = Assets(made, "")

    def script(request: Request) -> Response:
        return embed.script(request, settings, assets)

    def panel(request: Request) -> Response:
        return embed.panel(request, request.path_params["name"], assets)

    routes = [Route("/embed", script), Route("/embed/{name}", panel)]
    return TestClient(Starlette(routes=routes))


def test_the_script_may_be_loaded_by_any_page_and_is_fresh_within_five_minutes() -> None:
    answer = client().get("/embed")
    assert answer.headers["content-type"] == "application/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert "set-cookie" not in answer.headers


def test_an_unchanged_script_is_not_sent_again() -> None:
    with client() as site:
        first = site.get("/embed")
        again = site.get("/embed", headers={"If-None-Match": f'W/"other", {first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        changed = site.get("/embed", headers={"If-None-Match": '"other"'})
        assert changed.status_code == 200


def test_the_script_is_compressed_only_for_those_who_accept_it() -> None:
    with client() as site:
        plain = site.get("/embed", headers={"Accept-Encoding": "identity"})
        zipped = site.get("/embed", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert plain.content == zipped.content
    assert plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "evil", "X-Forwarded-Prefix": "/evil"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"Referer": "https://evil.example/"},
        {"Origin": "https://evil.example"},
    ],
)
def test_no_header_of_a_request_gets_into_the_script(headers: dict[str, str]) -> None:
    with client("https://chat.example.org/ask/") as site:
        honest = site.get("/embed")
        forged = site.get("/embed?label=evil", headers=headers)
    assert forged.content == honest.content
    assert "evil" not in forged.text + str(forged.headers)
    assert "https://chat.example.org/ask/embed" in forged.text


@pytest.mark.parametrize(
    "public_url",
    [
        "https://x/'+alert(1)+'",
        'https://x/"+alert(1)+"',
        "https://x/`${alert(1)}`",
        "https://x/</script><script>",
        "https://x/\\",
        "https://x/\u2028\n",
    ],
)
def test_a_public_address_stays_inside_its_quotes(public_url: str) -> None:
    text = client(public_url).get("/embed").text
    (line,) = [each for each in text.splitlines() if "https://x/" in each or "x2f" in each]
    inside = re.search(r"'(https:[^']*)'", line)
    assert inside and not re.search(r"[\"`$<\u2028]", inside[1].replace('\\"', ""))
    assert "__HYPERRUN" not in text


def test_the_panel_is_immutable_under_its_name_and_still_there_after_a_release() -> None:
    with client() as site:
        path = re.search(r"embed/panel\.\w+\.js", site.get("/embed").text)
        assert path, "the script names its panel"
        now = site.get("/" + path[0])
        old = site.get("/embed/panel.ffffffffffff.js")
    assert "immutable" in now.headers["cache-control"]
    assert now.headers["access-control-allow-origin"] == "*"
    assert old.content == now.content
    assert old.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "public_url",
    [
        "",
        "https://ask.documentation.example.org/chat",
        "https://xq7-kz4w9-prj2.region-vj8b.example.io",
    ],
)
def test_the_script_as_served_stays_within_its_budget(public_url: str) -> None:
    assets.make_current()
    built = assets.load()

    def script(request: Request) -> Response:
        return embed.script(request, Settings(public_url=public_url), built)

    site = TestClient(Starlette(routes=[Route("/embed", script)]))
    answer = site.get("/embed", headers={"Accept-Encoding": "gzip"})
    assert public_url in answer.text
    assert 1_000 < int(answer.headers["content-length"]) <= LOADER_BUDGET_BYTES


@pytest.mark.parametrize(
    "name", ["embed.js", "chat.js", "panel.py", "..%2fmain.py", "%00", "panel.js%0a", "🙂"]
)
def test_no_other_name_beside_the_script_is_answered(name: str) -> None:
    assert client().get(f"/embed/{name}").status_code == 404


def test_the_scripts_read_the_options_of_the_table_and_no_other() -> None:
    parts = ("embed.js", *SCRIPTS["panel.js"])
    source = "".join((STATIC / part).read_text() for part in parts)
    read = set(re.findall(r"(?:option|pixels|length)\('(\w+)'", source))
    read |= (
        {"color", "questions"} if "for (const name of ['color', 'questions'])" in source else set()
    )
    assert read == {each.name for each in embed.OPTIONS}


def test_an_option_is_named_in_the_address_and_on_the_tag() -> None:
    names = {each.name: each.attribute for each in embed.OPTIONS}
    assert names["offset_x"] == "data-offset-x"
    assert names["label"] == "data-label"


def test_each_generator_gets_the_same_address_and_an_async_tag() -> None:
    lines = embed.snippets("https://chat.example.org/ask/")
    assert len({name for name, _ in lines}) == len(lines) == 10
    for _, text in lines:
        assert text.count("https://chat.example.org/ask/embed") == 1
        assert "async" in text


def test_the_pages_show_every_line_to_paste_and_every_option() -> None:
    pages = "".join(page.read_text() for page in (STATIC.parent / "docs/embed").glob("*.md"))
    for name, lines in embed.snippets("https://chat.example.org"):
        assert lines in pages, name
    for option in embed.OPTIONS:
        says = option.says.replace("|", "\\|")
        row = f"| `{option.name}` | `{option.attribute}` | {option.default} | {says} |"
        assert row in pages, option.name


def test_every_example_holds_the_line_that_is_to_be_pasted() -> None:
    examples = STATIC.parent / "examples"
    address = "http://localhost:5001/embed"
    tag = f'<script async src="{address}"></script>'
    for name in ("mkdocs", "material"):
        read = yaml.safe_load((examples / name / "mkdocs.yml").read_text())
        assert read["extra_javascript"] == [{"path": address, "async": True}]
    for name in ("quarto", "nbdev/nbs"):
        read = yaml.safe_load((examples / name / "_quarto.yml").read_text())
        assert read["format"]["html"]["include-after-body"] == [{"text": tag}]
    conf: dict[str, object] = {}
    exec((examples / "sphinx-furo/conf.py").read_text(), conf)
    assert conf["html_js_files"] == [(address, {"async": "async"})]
    for path in ("html/index.html", "html/guide.html"):
        assert tag in (examples / path).read_text()
    for path in ("docusaurus/docusaurus.config.js", "vitepress/.vitepress/config.js"):
        text = (examples / path).read_text()
        assert f"src: '{address}'" in text and "async" in text
