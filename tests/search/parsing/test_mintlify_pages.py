"""What pages of Mintlify say."""

import time
from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import files
from hyperrun.search.site import rules
from tests.search import repository

MAX_CPU_S = 5  # the slowest takes a third of it
CONFIGURATION = '{"$schema": "https://mintlify.com/docs.json", "navigation": {"pages": ["page"]}}'


def read(root: Path, text: str) -> list[tuple[str, str, str]]:
    """The sections of a page: their titles, addresses and contents."""
    repository.write(root, "docs/docs.json", CONFIGURATION)
    repository.write(root, "docs/page.mdx", text)
    chunks = files.read(root, PurePosixPath("docs/page.mdx"), rules.read(root))
    return [(each.title, each.address, each.content or each.text) for each in chunks]


def test_a_page_says_its_description_below_its_title(tmp_path: Path) -> None:
    page = '---\ntitle: "Get a lamp"\ndescription: "Finds *one* lamp."\nopenapi: "GET /l"\n---\n'
    assert read(tmp_path, page) == [("Get a lamp", "page", "Finds \\*one\\* lamp.")]


FIELDS = (
    '<ParamField path="level" type="int" default="3" required>\n  How dark it gets.\n'
    "</ParamField>\n\n<ParamField body='on' type='bool' required={false} default={true} />\n\n"
    '<ResponseField name="lamp" type="object" deprecated>\n  The lamp.\n\n'
    '  <Expandable title="properties">\n    <ResponseField name="id" type="string">\n'
    "      Its id.\n    </ResponseField>\n  </Expandable>\n</ResponseField>"
)
SAID = {
    "parameters and values of a response": (
        FIELDS,
        "- **`level`** (`int`, required, default: `3`): How dark it gets.\n"
        "- **`on`** (`bool`, default: `true`)\n"
        "- **`lamp`** (`object`, deprecated): The lamp.\n\n  **properties**\n\n"
        "  - **`id`** (`string`): Its id.",
    ),
    "code that has a title": (
        '<CodeGroup>\n\n```bash macOS\nls\n```\n\n```js src/a.js {1-2} lines icon="x"\na\n```\n\n'
        "```json highlight={4} wrap\n{}\n```\n</CodeGroup>",
        "**macOS**\n\n```bash\nls\n```\n\n**src/a.js**\n\n```js\na\n```\n\n```json\n{}\n```",
    ),
    "steps and cards": (
        '<Steps>\n  <Step title="First" icon="flag">\n    Do it.\n  </Step>\n</Steps>\n\n'
        '<CardGroup cols={2}>\n  <Card title="Next" href="/a" icon="x">\n    Go on.\n  </Card>\n'
        "</CardGroup>",
        "**First**\n\nDo it.\n\n**Next**\n\nGo on.",
    ),
    "a word that is explained, and what is but drawn": (
        'The <Tooltip tip="A thing">API</Tooltip> <Icon icon="flag" size={16} /> works.\n\n'
        "{/* not yet */}\n\n<Frame>\n  ![A lamp](/a.png)\n</Frame>",
        "The API works.",
    ),
    "what agents alone are told": (
        '<Visibility for="agents">\n  Call it.\n</Visibility>\n\n<Visibility for="humans">\n'
        "  Click it.\n</Visibility>",
        "Click it.",
    ),
    "a button of many lines": (
        "<button\n  style={{\n"
        + "    gap: 1,\n" * 90
        + "  }}\n  onClick={() => go(`a`)}\n>\n  Go\n"
        "</button>\n\nWords.",
        "Words.",
    ),
    "a snippet that the page fills in": (
        'import Own from "/snippets/own.mdx";\n\n<Own word="bright" />',
        "It is bright.\n\n```sh\nlamp bright\n```",
    ),
    "a snippet by its file": ('<Snippet file="plain.mdx" />', "It shines."),
    "names that a snippet gives": (
        'import { product, gone as other } from "/snippets/names.mdx";\n\n{product} shines{other}.',
        "Lantern shines.",
    ),
}


@pytest.mark.parametrize(("written", "said"), SAID.values(), ids=SAID)
def test_components_say_what_their_page_says(tmp_path: Path, written: str, said: str) -> None:
    own = "It is {word}.\n\n```sh\nlamp {word}\n```\n"
    repository.write(tmp_path, "docs/snippets/own.mdx", own)
    repository.write(tmp_path, "docs/snippets/plain.mdx", "It shines.\n")
    names = 'export const product = "Lantern";\n\nexport const level = 3;\n'
    repository.write(tmp_path, "docs/snippets/names.mdx", names)
    ((title, _, content),) = read(tmp_path, f"---\ntitle: Page\n---\n\n{written}\n")
    assert (title, content) == ("Page", said)


def test_an_entry_of_a_changelog_is_a_section(tmp_path: Path) -> None:
    entry = '<Update label="June 2025" description="v1.2" tags={["API"]}>\n  ## Fixed\n\n  It.\n'
    found = read(tmp_path, f"---\ntitle: News\n---\n\n{entry}</Update>\n")
    assert found == [
        ("News > June 2025", "page#june-2025", "## June 2025\n\nv1.2"),
        ("News > June 2025 > Fixed", "page#fixed", "## Fixed\n\nIt."),
    ]


def test_each_of_many_parameters_is_found_by_its_name(tmp_path: Path) -> None:
    field = '<ParamField path="lamp.{0}" type="int">\n  The {0}th.\n</ParamField>\n\n'
    fields = "".join(field.format(number) for number in range(30))
    found = read(tmp_path, f"---\ntitle: Page\n---\n\n## All\n\n{fields}")
    assert found[7][:2] == ("Page > All > lamp.7", "page#param-lamp-7")
    assert "The 7th." in found[7][2]


HOSTILE = {
    "fields in fields": '<ParamField path="a">\n' * 5_000 + "</ParamField>\n" * 5_000,
    "fields that never end": '<ParamField path="a" type="b">\n' * 15_000,
    "a title of braces": "```js " + "a={" * 60_000 + "\n```\n",
    "many titles of braces": ("```js " + "{" * 900 + "\n```\n") * 300,
    "entries in entries": '<Update label="a">\n' * 5_000 + "</Update>\n" * 5_000,
    "a long tag that never ends": ("<a b={(\n" + "1,\n" * 198) * 300,
    "long values of a snippet": 'import Own from "/own.mdx";\n'
    + f'<Own a="{"b" * 5_000}" />\n' * 60,
    "names that are given": "export const a = "
    + '"' * 1_900
    + "\n"
    + "export const b = 'x'\n" * 9_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_is_repeated_is_read_in_time(tmp_path: Path, text: str) -> None:
    repository.write(tmp_path, "docs/own.mdx", "{a} " * 5_000)
    start = time.process_time()
    read(tmp_path, text)
    assert time.process_time() - start < MAX_CPU_S
