"""Settings, events and terms that directives describe, each a section of its own."""

from pathlib import Path, PurePosixPath

from hyperrun.search.parsing import documents, files
from hyperrun.search.site import heading_text, rules, sluggers
from tests.search import repository

VALUES = """\
Settings
========

Of all lamps.

.. confval:: most_lamps
   :type: ``int``
   :default: ``3``

   How many there are.

.. envvar:: LAMP_COLOR

   Its color.

Options
-------

.. program:: lamp light

.. option:: -d, --dim=LEVEL

   How dark.

.. option:: room

   Which room.

One
---

.. confval:: lone

   Stands with its heading.
"""


def test_each_of_several_values_under_a_heading_is_a_section_under_its_own_id(
    tmp_path: Path,
) -> None:
    repository.write(tmp_path, "docs/page.rst", VALUES)
    repository.write(tmp_path, "docs/conf.py", "project = 'x'\n")
    repository.write(tmp_path, "docs/index.rst", "x\n=\n")
    found = files.read(tmp_path, PurePosixPath("docs/page.rst"), rules.read(tmp_path))
    assert [(each.title, each.address) for each in found] == [
        ("Settings", "page.html#settings"),
        ("Settings > most_lamps", "page.html#confval-most_lamps"),
        ("Settings > LAMP_COLOR", "page.html#envvar-LAMP_COLOR"),
        ("Settings > Options > -d, --dim=LEVEL", "page.html#cmdoption-lamp-light-d"),
        ("Settings > Options > room", "page.html#cmdoption-lamp-light-arg-room"),
        ("Settings > One", "page.html#one"),
    ]
    assert found[1].content == ("**Type:** `int`\n\n**Default:** `3`\n\nHow many there are.")
    assert (found[1].start_line, found[1].end_line) == (6, 10)


NAMED = """\
Settings
========

Of all lamps.

.. conf::
   :keys: most_lamps, lamps
   :default: <none>
   :version_added: 1.2

   How many there are.

.. conf::
   :keys: color

   Its color.

.. table::
   :keys: x
"""


def test_what_a_directive_of_the_project_s_own_names_in_an_option_is_a_section(
    tmp_path: Path,
) -> None:
    repository.write(tmp_path, "docs/page.rst", NAMED)
    repository.write(tmp_path, "docs/conf.py", "project = 'x'\n")
    repository.write(tmp_path, "docs/index.rst", "x\n=\n")
    found = files.read(tmp_path, PurePosixPath("docs/page.rst"), rules.read(tmp_path))
    assert [(each.title, each.content) for each in found[1:]] == [
        ("Settings > most_lamps, lamps", "**Default:** `<none>`\n\nHow many there are."),
        ("Settings > color", "Its color."),
    ]
    assert {each.address for each in found} == {"page.html#settings"}  # its own nobody knows


OWN = """\
Events
======

.. event:: lamp-lit (app, lamp)

   Sent when :lookup:`dark` is over.

.. event:: lamp-out

   Sent with :event:`lamp-lit`.

.. lookup:: dark

Of the night
------------

See :sig:`dark`.
"""
DECLARED = """\
def setup(app):
    app.add_object_type("event", "event", "pair: %s; event", parse_node=parse)
    app.add_crossref_type(directivename="lookup", rolename="lookup")
"""


def test_what_an_extension_of_the_documentations_own_declares_is_described(tmp_path: Path) -> None:
    repository.write(tmp_path, "docs/page.rst", OWN)
    repository.write(tmp_path, "docs/conf.py", "project = 'x'\nextensions = ['lampdocs']\n")
    repository.write(tmp_path, "docs/_ext/lampdocs.py", DECLARED)
    repository.write(tmp_path, "docs/index.rst", "x\n=\n")
    found = files.read(tmp_path, PurePosixPath("docs/page.rst"), rules.read(tmp_path))
    assert [(each.title, each.address, each.content) for each in found] == [
        ("Events > lamp-lit (app, lamp)", "page.html#event-lamp-lit", "Sent when `dark` is over."),
        ("Events > lamp-out", "page.html#event-lamp-out", "Sent with `lamp-lit`."),
        ("Events > Of the night", "page.html#of-the-night", "## Of the night\n\nSee dark."),
    ]


def test_each_thing_that_a_glossary_defines_is_a_section_of_its_own() -> None:
    page = (
        "Words\n=====\n\nWhat we say.\n\n.. glossary::\n   :sorted:\n\n   Lamp bridge\n      It *joins* lamps.\n"
        "\n      Both ways.\n\n   Größe : in metres\n      How large.\n\nThat is all.\n"
    )
    found = documents.restructured(page, "w", anchors=sluggers.Docutils(heading_text.restructured))
    assert [(each.title, each.anchor, each.content or each.text) for each in found] == [
        ("Words", "words", "# Words\n\nWhat we say.\n\nThat is all."),
        ("Words > Lamp bridge", "term-Lamp-bridge", "It *joins* lamps.\n\nBoth ways."),
        ("Words > Größe", "words", "- **Größe** : *in metres*\\\n  How large."),
    ]
