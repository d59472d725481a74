"""What a manual page in roff says, macro by macro."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import documents, files
from hyperrun.search.site import rules
from tests.search import repository

HEAD = '.\\" Made by hand\n.TH LAMP 1 "May 2026"\n.SH DIMMING\n'
SAID = {
    "paragraphs": ("One line\nof words.\n.P\nAnother.\n.sp\nA third.", "One line\nof words.\n\nAnother.\n\nA third."),
    "fonts": (
        "Pass \\fB\\-\\-dim\\fR to \\fIlamp\\fP, \\fBnever\\fR twice; \\fBNOTE\\fR: \\fBlamp \"on\"\\fR",
        "Pass `--dim` to *lamp*, `never` twice; **NOTE**: `lamp \"on\"`",
    ),
    "macros of fonts": (".B lamp\nand\n.BR dim (1),\n.BI \\-n N", "`lamp`\nand\n`dim`(1),\n`-n`*N*"),
    "characters by name": (
        "It\\(aqs \\(lqon\\(rq \\(em a\\ b\\&. \\[u00E9] \\e_ 2*3 \\*(Xx<b>", "It's “on” — a b. é \\\\\\_ 2\\*3 \\<b>"
    ),
    "a list": (".IP \\(bu 2\nOne\n.IP \\(bu 2\nTwo\n.IP \"\" 0\n.P\nAfter.", "- One\n- Two\n\nAfter."),
    "steps": (".IP 1. 3\nOne\n.IP 2. 3\nTwo", "1. One\n\n2. Two"),
    "terms": (
        ".TP\n.B LAMP_LEVEL\nHow bright.\n.TP\ndim\n.TQ\nfade\nBoth.", "- **`LAMP_LEVEL`**\\\n  How bright.\n- **dim, fade**\\\n  Both.",
    ),
    "what is typed": ("Do:\n.nf\nlamp \\-\\-on | cat\n  two\n.fi\nDone.", "Do:\n\n```\nlamp --on | cat\n  two\n```\n\nDone."),
    "lines further in": ("e.g.\n     lamp on\n     lamp off\nDone.", "e.g.\n\n```\nlamp on\nlamp off\n```\n\nDone."),
    "broken lines": ("One\n.br\ntwo\n.sp\n- a\n.br\n- b", "One\\\ntwo\n\n- a\n- b"),
    "items by hand": ("Keys:\n.sp\n* one\n.br\n\\(bu two *\\fBx\\fR", "Keys:\n\n- one\n- two \\*`x`"),
    "docutils' macros": (
        ".de1 INDENT\n.RS\n..\nTo:\n.INDENT 0.0\n.TP\n.B dim\nLess.\n.UNINDENT\nDone.",
        "To:\n\n- **`dim`**\\\n  Less.\n\nDone.",
    ),
    "what a build fills in": ("Before.\n.P\n!!options!!\n.P\n@VERSION@", "Before."),
    "definitions and comments": (".de XX\n.B no\n..\n'\\\" no\n.\nWords. \\\" no", "Words."),
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), SAID.values(), ids=SAID)
def test_a_manual_page_says_what_a_terminal_shows(written: str, said: str) -> None:
    [chunk] = documents.manual(HEAD + written, "lamp")
    assert (chunk.content or chunk.text) == f"## DIMMING\n\n{said}"


def test_each_option_of_a_manual_page_is_a_section(tmp_path: Path) -> None:
    page = ".SS LIGHT\n.TP\n\\fB\\-d\\fR, \\fB\\-\\-dim\\fR:\n.\n.IP\nLess light.\n.TP\n.BI \\-\\-to= LEVEL\nHow far.\n.RS\n.IP \\(bu\nMost: 9\n.RE\n"
    repository.write(tmp_path, "man/lamp.1.in", HEAD + page)
    found = files.read(tmp_path, PurePosixPath("man/lamp.1.in"))
    assert [(each.title, each.start_line, each.end_line, each.content) for each in found] == [
        ("lamp(1) > DIMMING > LIGHT > -d, --dim", 5, 9, "#### `-d`, `--dim`\n\nLess light."),
        ("lamp(1) > DIMMING > LIGHT > --to=LEVEL", 10, 15, "#### `--to=`*LEVEL*\n\nHow far.\n\n- Most: 9"),
    ]  # fmt: skip


def test_an_option_of_many_values_is_called_without_them() -> None:
    page = ".TP\n.B \\-w, \\-\\-window=[POSITION][,SIZE[%]][,border\\-STYLE][,[no]wrap][,[no]follow]\nWhere.\n"
    [chunk] = documents.manual(HEAD + page, "lamp")
    assert chunk.title == "lamp(1) > DIMMING > -w, --window"


@pytest.mark.parametrize("name", ["lamp.1", "lamp.3pm", "lamp.8.in", "lamp.man", "jq.1.prebuilt"])
def test_a_manual_page_is_known_by_its_name(name: str) -> None:
    assert files.is_known(PurePosixPath("man") / name)


@pytest.mark.parametrize("name", ["liblamp.so.1", "1.1", "lamp.1.gz", "lamp"])
def test_what_is_named_otherwise_is_no_manual_page(name: str) -> None:
    assert not files.is_known(PurePosixPath("man") / name)


def test_what_is_only_named_as_a_manual_page_says_nothing(tmp_path: Path) -> None:
    repository.write(tmp_path, "v1.8", "All the words of something else.\n")
    assert files.read(tmp_path, PurePosixPath("v1.8")) == []


def test_a_manual_page_that_Sphinx_made_is_read_where_its_source_is_not(tmp_path: Path) -> None:
    made = '.\\" Man page generated from reStructuredText.\n' + HEAD + "Less light.\n"
    repository.write(tmp_path, "man/lamp.1", made)
    path = PurePosixPath("man/lamp.1")
    assert files.read(tmp_path, path, rules.read(tmp_path))
    repository.write(tmp_path, "docs/conf.py", "project = 'x'\n")
    repository.write(tmp_path, "docs/index.rst", "x\n=\n")
    assert files.read(tmp_path, path, rules.read(tmp_path)) == []
