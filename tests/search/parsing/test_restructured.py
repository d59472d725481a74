"""What reStructuredText says on its page, construct by construct."""

import pytest

from tests.search.parsing.said import content

RESTRUCTURED = {
    "roles": (
        "Use :class:`~a.b.Lamp`, :meth:`.dim`, :ref:`a\nplace <x>` and :kbd:`Ctrl`.",
        "Use `Lamp`, `dim()`, a place and `Ctrl`.",
    ),
    "a cell whose second line is moved in": (
        "+-------------+-------+\n| How         | What  |\n+=============+=======+\n"
        "| ``dim(1,``  | Dims. |\n|   ``by=2)`` |       |\n+-------------+-------+",
        "| How | What |\n| --- | --- |\n| `dim(1,` `by=2)` | Dims. |",
    ),
    "roles that take no target": (
        "Run :program:`lamp dim <level>` with :kbd:`Ctrl-<x>`.",
        "Run `lamp dim <level>` with `Ctrl-<x>`.",
    ),
    "options that a directive of the project's own describes": (
        ".. lamp-admin:: dim [lamp]\n\nDims.\n\n.. lamp-option:: --level N, -l N\n\nHow far.\n\n"
        ".. lamp-filter:: dim\n\n.. console::\n\n   $ lamp dim",
        "**`dim [lamp]`**\n\nDims.\n\n**`--level N, -l N`**\n\nHow far.\n\n```console\n$ lamp dim\n```",
    ),
    "roles of the project's own": (
        "See :reqmeta:`download_timeout` and :wiki:`a page`.", "See `download_timeout` and a page."
    ),
    "a link over a line break": (
        "See the `lamp\nmanual <https://x.example>`_.", "See the [lamp manual](https://x.example)."
    ),
    "a named link": ("See lamp_.\n\n.. _lamp: https://x.example", "See [lamp](https://x.example)."),
    "literal text": ("Run::\n\n    ls\n    cd", "Run:\n\n```\nls\ncd\n```"),
    "a code block": (
        ".. code-block:: python\n   :linenos:\n   :caption: a.py\n\n   x = 1",
        "**a.py**\n\n```python\nx = 1\n```",
    ),
    "marks in a caption": (
        ".. code-block:: text\n   :caption: ``/etc/hosts`` of :class:`Lamp`\n\n   x",
        "**`/etc/hosts` of `Lamp`**\n\n```text\nx\n```",
    ),
    "a caption like a list": (
        ".. code-block:: text\n   :caption: 1. a_b\n\n   x", "**1. a_b**\n\n```text\nx\n```"
    ),
    "notes": (".. note:: One\n   two.\n\n   Three.", "> **Note**\n>\n> One two.\n>\n> Three."),
    "an admonition": (".. admonition:: Own\n\n   Hi.", "> **Own**\n>\n> Hi."),
    "code that is Python": ("Like this::\n\n   dim(lamp)", "Like this:\n\n```python\ndim(lamp)\n```"),
    "code that is not": ("Like this::\n\n   dim lamp", "Like this:\n\n```\ndim lamp\n```"),
    "what SQLAlchemy's family sends to a database": (
        ".. sourcecode:: pycon+sql\n\n   >>> run()\n   {execsql}SELECT 1\n   {stop}1\n\n"
        ":meth:`_sql.Select.where` of :class:`_orm.Session`, :class:`._Row` and :class:`_hidden`.",
        "```pycon\n>>> run()\nSELECT 1\n1\n```\n\n"
        "`Select.where()` of `Session`, `_Row` and `_hidden`.",
    ),
    "a name alone": (".. code-block::\n\n   lamp", "```\nlamp\n```"),
    "what a page's code is in": (
        ".. highlight:: ruby\n   :linenothreshold: 5\n\nSo::\n\n   dim(lamp)\n\n"
        ".. highlight:: none\n\nSo::\n\n   dim(lamp)",
        "So:\n\n```ruby\ndim(lamp)\n```\n\nSo:\n\n```\ndim(lamp)\n```",
    ),
    "an example of Click, and runs of it": (
        ".. click:example::\n\n   def dim_lamp(): ...\n\nLike this:\n\n.. click:run::\n\n"
        "   invoke(dim_lamp, args=['--to', 'half dark'])\n   println()\n"
        "   invoke(cli, prog_name='python lamp.py', input='y')",
        "```python\ndef dim_lamp(): ...\n```\n\nLike this:\n\n"
        "```console\n$ dim-lamp --to 'half dark'\n$ python lamp.py\n```",
    ),
    "a parameter of an object": ("See :paramref:`.Lamp.dim.to`.", "See `Lamp.dim.to`."),
    "code that is moved in": (
        "So:\n\n   >>> dim(1)\n\n   >>> dim(2)",
        "So:\n\n```pycon\n>>> dim(1)\n```\n\n```pycon\n>>> dim(2)\n```",
    ),
    "a quotation with code": ("So:\n\n   They say::\n\n      dim 1", "So:\n\n> They say:\n>\n> ```\n> dim 1\n> ```"),
    "a run that is none": ("One.\n\n.. click:run::\n\n   invoke(\n\nTwo.", "One.\n\nTwo."),
    "numbers of issues": ("See :issue:`12,13`, :ticket:`9` and :issue:`it <4>`.", "See #12, #13, #9 and it."),
    "versions": (".. versionadded:: 2.0\n   It glows.", "Added in version 2.0: It glows."),
    "versions with a list": (
        ".. versionchanged:: 2.0\n\n   - It glows.\n   - It dims.",
        "Changed in version 2.0:\n\n- It glows.\n- It dims.",
    ),
    "what a reader fills in": (
        r"Use :samp:`%({name})s`, :file:`/etc/{host}/a` or :samp:`\\{x\\}`.",
        "Use `%(name)s`, `/etc/host/a` or `{x}`.",
    ),
    "tabs": (".. tab:: One\n\n   Hi.\n\n.. tab:: Two\n\n   Ho.", "**One**\n\nHi.\n\n**Two**\n\nHo."),
    "a list": ("* one\n* two\n\n  - in", "- one\n\n- two\n\n  - in"),
    "a definition list": ("lamp\n   It glows.", "- **lamp**\\\n  It glows."),
    "a field list": (
        ":param x: The level.\n:returns: Nothing.",
        "**Parameters:** `x` – The level.\n\n**Returns:** Nothing.",
    ),
    "a class, which docutils has another directive for": (
        ".. currentmodule:: lamps\n\n.. class:: Lamp(level)\n\n   A lamp of some kind.",
        "```python\nclass lamps.Lamp(level)\n```\n\nA lamp of some kind.",
    ),
    "what docutils marks": ("Words of it.\n\n.. class:: lead\n\nMore.", "Words of it.\n\nMore."),
    "fields with short names and kinds": (
        ":ivar bool on: Does it shine?\n:raises ~lamps.Dark: At night.\n:rtype: ~lamps.Lamp",
        "**Variables:** `on` (bool) – Does it shine?\n\n**Raises:** `Dark` – At night.\n\n"
        "**Return type:** Lamp",
    ),
    "sphinx-tabs' code": (
        ".. tabs::\n\n   .. code-tab:: python Old one\n\n      x = 1\n\n   .. code-tab:: c\n\n      y",
        "**Old one**\n\n```python\nx = 1\n```\n\n**C**\n\n```c\ny\n```",
    ),
    "typed fields": (
        ":param int x: The level.\n:param y: The hue.\n:type y: str\n:raises Dark: At night.\n"
        ":rtype: int",
        "**Parameters:**\n\n- `x` (int) – The level.\n- `y` (str) – The hue.\n\n"
        "**Raises:** `Dark` – At night.\n\n**Return type:** int",
    ),
    "other fields": (":Since: 2.0\n:Who: Us", "- **Since**: 2.0\n- **Who**: Us"),
    "a described function": (
        ".. module:: lamps\n\n.. function:: dim(by)\n   :async:\n\n   Darker.",
        "```python\nasync lamps.dim(by)\n```\n\nDarker.",
    ),
    "a signature over several lines, and two signatures": (
        ".. py:class:: Lamp(level, \\\n              hue=1)\n              Lamp(name)\n\n   Shines.",
        "```python\nclass Lamp(level, hue=1)\n```\n\n```python\nclass Lamp(name)\n```\n\nShines.",
    ),
    "a described class with a method": (
        ".. py:class:: Lamp\n\n   .. py:method:: dim()\n      :classmethod:\n\n      Darker.",
        "```python\nclass Lamp\n```\n\n```python\nclassmethod dim()\n```\n\nDarker.",
    ),
    "what prepares a session's test": (
        "Words.\n\n.. testsetup::\n\n   import lamps\n\n.. testcode::\n   :hide:\n\n   x = 1", "Words."
    ),
    "a session without its test's flags": (
        ">>> dim()  # doctest: +SKIP\n<BLANKLINE>\n3", "```pycon\n>>> dim()\n\n3\n```"
    ),
    "an option list": ("-v  More words.", "- `-v`\\\n  More words."),
    "a simple table": (
        "== ==\nA  B\n== ==\n1  2\n== ==", "| A | B |\n| --- | --- |\n| 1 | 2 |"
    ),
    "a grid table": (
        "+---+---+\n| A | B |\n+===+===+\n| 1 | 2 |\n+---+---+", "| A | B |\n| --- | --- |\n| 1 | 2 |"
    ),
    "a list table": (
        ".. list-table:: T\n   :header-rows: 1\n\n   * - A\n     - B\n   * - 1\n     - 2",
        "**T**\n\n| A | B |\n| --- | --- |\n| 1 | 2 |",
    ),
    "a value of the configuration": (
        ".. confval:: level\n   :type: ``int``\n   :default: 3\n\n   How dark it gets.",
        "**level**\n\n**Type:** `int`\n\n**Default:** 3\n\nHow dark it gets.",
    ),
    "a request of an API": (
        ".. http:post:: /lamps/(int:id)\n\n   One lamp.", "```http\nPOST /lamps/(int:id)\n```\n\nOne lamp."
    ),
    "a card of sphinx-design": (
        ".. card:: Lamp\n\n   On top.\n   ^^^\n   In it.\n   +++\n   Below.", "**Lamp**\n\nOn top.\n\nIn it.\n\nBelow."
    ),
    "a csv table": (
        '.. csv-table::\n   :header: "A", "B"\n\n   1, "2, 3"',
        "| A | B |\n| --- | --- |\n| 1 | 2, 3 |",
    ),
    "substitutions": ("The |x|.\n\n.. |x| replace:: *lamp*", "The *lamp*."),
    "what nobody reads": (
        ".. toctree::\n   :maxdepth: 2\n\n   a\n\n.. index:: x\n\n.. comment\n\n.. image:: a.png\n\nWords.",
        "Words.",
    ),
    "raw HTML": (".. raw:: html\n\n   <b>x</b>\n\nWords.", "Words."),
    "an unknown directive": (".. lamp-thing:: x\n   :level: 3\n\n   Words.", "Words."),
    "an unknown role": ("It :lamp:`glows`.", "It glows."),
    "a role of its own": (".. role:: py(code)\n   :language: python\n\nIt is :py:`x`.", "It is `x`."),
    "a doctest": (">>> 1 + 1\n2", "```pycon\n>>> 1 + 1\n2\n```"),
    "lines": ("| One\n| two", "One\\\ntwo"),
    "a function": (".. py:function:: dim(level)\n\n   Dims.", "```python\ndim(level)\n```\n\nDims."),
    "broken marks": ("A *lamp and `b and |c.", "A \\*lamp and \\`b and |c."),
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), RESTRUCTURED.values(), ids=RESTRUCTURED)
def test_reStructuredText_says_what_its_page_says(written: str, said: str) -> None:
    assert content(written, ".rst") == said
