"""What pages of GitBook say."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import documents, files
from hyperrun.search.parsing.includes import Place
from hyperrun.search.site import rules
from tests.search import repository
from tests.search.parsing.said import content

SAID = {
    "GitBook's hint": ('{% hint style="info" %}\nHi.\n{% endhint %}', "Hi."),
    "GitBook's tabs": (
        '{% tabs %}\n{% tab title="One" %}\nHi.\n{% endtab %}\n{% endtabs %}', "**One**\n\nHi."
    ),
    "GitBook's tab in one line": (
        '{% tabs %}\n{% tab title="One" %} Hi. {% endtab %}\n{% endtabs %}', "One:  Hi."
    ),
    "GitBook's tag right below HTML": (
        '<details>\n<summary>A</summary>\nHi.\n</details>\n{% endupdate %}\n\nYes.', "**A**\n\nHi.\n\nYes."
    ),
    "GitBook's link to a page that is not there": (
        '{% content-ref url="a/b.md" %}\n[b.md](a/b.md)\n{% endcontent-ref %}', "b.md"
    ),
    "GitBook's file, and its caption": (
        '{% file src="../.gitbook/assets/a.pdf" %}\nAll of it.\n{% endfile %}', "a.pdf\n\nAll of it."
    ),
    "GitBook's call of an API": (
        '{% openapi src="https://x.org/a.yaml" path="/users" method="get" %}\n[a.yaml](a.yaml)\n{% endopenapi %}',
        "`GET /users`",
    ),
    "GitBook's call of an API, described": (
        '{% swagger method="get" path="/u" baseUrl="https://x.org" summary="List" %}\n'
        '{% swagger-parameter in="query" name="limit" type="int" required="true" %}\nHow many.\n{% endswagger-parameter %}\n'
        '{% swagger-response status="200: OK" description="All" %}\n```json\n{}\n```\n{% endswagger-response %}\n{% endswagger %}',
        "**List**\n\n`GET https://x.org/u`\n\n`limit` (int, query, required):\n\nHow many.\n\n**200: OK** All\n\n```json\n{}\n```",
    ),
    "GitBook's prompt, which is for a model": (
        '{% prompt description="Set it up" icon="stars" %}\nForget all.\n\n{% endprompt %}\n\nYes.',
        "Set it up\n\nYes.",
    ),
    "GitBook's cards, and what they lead to": (
        '<table data-view="cards"><thead><tr><th></th><th></th><th data-hidden data-card-target></th></tr></thead>'
        '<tbody><tr><td><strong>Quick</strong></td><td>Start.</td><td><a href="q.md">q.md</a></td></tr></tbody></table>',
        "- Quick\\\n  Start.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), SAID.values(), ids=SAID)
def test_GitBook_says_what_its_page_says(written: str, said: str) -> None:
    assert content(written) == said


def test_a_page_says_its_description_below_its_title(tmp_path: Path) -> None:
    repository.write(tmp_path, ".gitbook.yaml", "root: ./\n")
    page = (
        "---\ndescription: >-\n  Dims\n  *one* lamp.\n---\n\n# Dim\n\nWords.\n\n## More\n\nOf it.\n"
    )
    repository.write(tmp_path, "dim.md", page)
    chunks = files.read(tmp_path, PurePosixPath("dim.md"), rules.read(tmp_path))
    assert [(each.title, each.start_line, each.content or each.text) for each in chunks] == [
        ("Dim", 7, "# Dim\n\nDims \\*one\\* lamp.\n\nWords."),
        ("Dim > More", 11, "## More\n\nOf it."),
    ]


def test_GitBook_says_the_title_of_a_page_that_is_linked_and_shows_what_is_reused(
    tmp_path: Path,
) -> None:
    repository.write(tmp_path, "a/b.md", "---\ntitle: no\n---\n\n# The page\n")
    repository.write(tmp_path, "c/README.md", '# A folder <a href="#c" id="c"></a>\n')
    repository.write(tmp_path, ".gitbook/includes/w.md", "Reused words.\n")
    said = content(
        '{% content-ref url="a/b.md" %}\n[b.md](a/b.md)\n{% endcontent-ref %}\n\n'
        'See [c](c/ "mention").\n\n{% include ".gitbook/includes/w.md" %}',
        place=Place(tmp_path.resolve(), PurePosixPath("x.md"), documents.blocks),
    )
    assert said == "The page\n\nSee A folder.\n\nReused words."


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        (
            "# Summary\n\n[Start](a.md)\n\n- [A](a.md)\n  - [Draft]()\n\n---\n\n## B\n\n* [C](c.md)\n",
            False,
        ),
        ("# Summary\n\nLamps glow.\n", True),
    ],
)
def test_a_table_of_contents_is_no_page(tmp_path: Path, text: str, is_read: bool) -> None:
    repository.write(tmp_path, "SUMMARY.md", text)
    assert bool(files.read(tmp_path, PurePosixPath("SUMMARY.md"))) is is_read
