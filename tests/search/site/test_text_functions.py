"""Functions of a project's own that name anchors, read and never run."""

import pickle
from pathlib import Path

import pytest

from hyperrun.search.site import rules
from tests.search import repository

OF_VUE = r"""
const rControl = /[\u0000-\u001f]/g
const rSpecial = /[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g
const rCombining = /[\u0300-\u036F]/g
export const slugify = (str: string): string =>
  str.normalize('NFKD').replace(rCombining, '').replace(rControl, '')
    .replace(rSpecial, '-')
    // no number comes first
    .replace(/^(\d)/, '_$1')
"""


def anchor(folder: Path, slugify: str, heading: str, before: str = "") -> str:
    config = f"{before}\nexport default {{ markdown: {{ anchor: {{ slugify: {slugify} }} }} }}\n"
    repository.write(folder, "docs/.vitepress/config.ts", config)
    repository.write(folder, "docs/a.md", "")
    return rules.read(folder).anchors("docs/a.md").add(heading)


@pytest.mark.parametrize(
    ("slugify", "heading", "said"),
    [
        ("(s) => encodeURIComponent(String(s).trim().toLowerCase().replace(/\\s+/g, '-'))",
         " Über the Hill", "%C3%BCber-the-hill"),
        ("function (s) { return s.toLowerCase().replaceAll(' ', '-') }", "One Two C", "one-two-c"),
        ("s => s.replace(/[^\\w-]/g, '').replace('a', 'b')", "aa: é", "ba"),
        ("s => s.replace(/^-+|-+$/g, '').replace(/(\\w)-(\\w)/, '$2$&$$$1')", "-a-b-", "ba-b$a"),
        ("s => s.replace(/[\\s\\-A-C]/gi, '_')", "a-b Cd", "_____d"),
    ],
)  # fmt: skip
def test_a_chain_of_replacements_names_anchors(
    tmp_path: Path, slugify: str, heading: str, said: str
) -> None:
    assert anchor(tmp_path, slugify, heading) == said


def test_a_function_of_another_file_names_anchors(tmp_path: Path) -> None:
    repository.write(tmp_path, "docs/.vitepress/shared.ts", OF_VUE)
    before = "import { slugify } from './shared'"
    assert anchor(tmp_path, "slugify", "2. Catch all / `404`?", before) == "_2-Catch-all-404-"


@pytest.mark.parametrize(
    "slugify",
    [
        "slug",
        "(s) => slug(s)",
        "(s) => s + '-x'",
        "(s, n) => s.trim()",
        "(s) => { const t = s.trim(); return t }",
        "(s) => s.replace(/(a+)+$/g, '')",
        "(s) => s.replace(/a+b+/g, '')",
        "(s) => s.replace(/(?=a)/g, '')",
        "(s) => s.replace(/\\p{L}/gu, '')",
        "(s) => s.replace(/[z-a]/g, '')",
        "(s) => s.replace(/a/y, '')",
        "(s) => s.replace(/a/g, '$<b>')",
        "(s) => s.normalize('x')",
        "(s) => s.split(' ').join('-')",
    ],
)
def test_what_only_running_would_tell_names_none(tmp_path: Path, slugify: str) -> None:
    assert anchor(tmp_path, slugify, "A b") == ""


def test_a_text_that_grows_names_none(tmp_path: Path) -> None:
    grows = ".replaceAll('a', 'aaaaaaaaaaaaaaa')" * 9
    assert anchor(tmp_path, f"(s) => s{grows}", "a") == ""


def test_rules_with_a_function_are_the_same_in_another_process(tmp_path: Path) -> None:
    anchor(tmp_path, "(s) => s.trim().replace(/\\s+/g, '-').normalize()", "a")
    read = rules.read(tmp_path)
    assert "0x" not in repr(read)
    assert pickle.loads(pickle.dumps(read)) == read
