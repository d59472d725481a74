"""A page of each generator's own constructs, whose words are compared with what it has made."""

MATERIAL_CONFIG = """site_name: x
theme: {name: material}
plugins: []
markdown_extensions:
  - abbr
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - tables
  - pymdownx.caret
  - pymdownx.mark
  - pymdownx.tilde
  - pymdownx.details
  - pymdownx.highlight: {anchor_linenums: true}
  - pymdownx.inlinehilite
  - pymdownx.keys
  - pymdownx.snippets: {base_path: [.], dedent_subsections: true}
  - pymdownx.superfences
  - pymdownx.tabbed: {alternate_style: true}
  - pymdownx.tasklist: {custom_checkbox: true}
"""
MATERIAL = """# All of it

Words with **bold**, ==marked==, ^^inserted^^, H~2~O and a^2^, [a link](https://x.org/a "title").

## Notes

!!! note "Mind the *step*"
    Inside of it.

    - one
    - two

        ```python
        x = 1
        ```

??? question
    Why is it folded?

!!! danger ""
    Without a title.

## Tabs

=== "Linux"

    ```sh
    apt install lamp
    ```

=== "Mac"

    Words of a Mac.

## Lists

- [x] done
- [ ] to do

Term
:   What it means.

1.  First

    !!! tip
        In a list.

2.  Second

## Code

``` py title="lamp.py" linenums="1" hl_lines="2"
--8<-- "lamps/lamp.py:dim"
```

The *code* of `#!python range(3)` stands in a line.

## Tables

| Name | What it is |
| :--- | ---: |
| `a`  | one \\| two |
| b    | **bold** [x](y.md) |

<div class="grid cards" markdown>

- A card
- Another card

</div>

## Without a reader's eye

<!-- ## Not a heading -->
Words.
{ .lead }

*[HTML]: Hyper Text

The HTML of it.
"""
LAMP = "a = 1\n# --8<-- [start:dim]\ndef dim():\n    return 'dark'\n# --8<-- [end:dim]\nb = 2\n"

RESTRUCTURED = """All of it
=========

Words with **bold**, *emphasis*, ``code`` and `a link <https://x.org/a>`_, :kbd:`Ctrl+C`, and
:guilabel:`&File` over a :abbr:`RST (reStructured
Text)`.

.. _noted:

Notes
-----

.. note::

   Inside of it.

.. admonition:: Mind the *step*

   - one
   - two

.. versionadded:: 2.0
   It is new.

.. deprecated:: 3.0

.. seealso:: Another place.

Code
----

.. code-block:: python
   :caption: lamp.py

   x = 1

.. literalinclude:: lamp.py
   :lines: 3-4

>>> 1 + 1  # doctest: +SKIP
2

Lists
-----

term : kind
   What it means.

#. First
#. Second

   - inside

:Name: of a field
:Other: one

-a      An option.
--bee   Another one.

| A line
| of verse

Tables
------

.. list-table:: The title
   :header-rows: 1

   * - A
     - B
   * - 1
     - 2

=====  =====
A      B
=====  =====
1      *two*
=====  =====

.. csv-table::
   :header: "A", "B"

   1, 2

Objects
-------

.. py:function:: dim(by, *, to=None)

   Make it darker.

   :param int by: How much.
   :param to: Where to.
   :returns: What it was.

.. py:class:: Lamp(level)

   A lamp.

   .. py:method:: dim()
      :async:

      Darker.

References
----------

See :ref:`noted`, :ref:`there <noted>`, :doc:`other` and :py:class:`~lamps.Lamp`.

.. only:: html

   For the web.

.. only:: latex

   For paper.

.. |sub| replace:: what is put in

It is |sub|.
"""
OTHER = "The other page\n==============\n\nWords of another page.\n"

MYST = """# All of it

Words with **bold** and {kbd}`Ctrl+C`, {sub}`2` and [a link](https://x.org/a).

(noted)=

## Notes

:::{note}
Inside of it.
:::

```{admonition} Mind the *step*
:class: tip

- one
- two
```

```{versionadded} 2.0
It is new.
```

## Code

```{code-block} python
:caption: lamp.py

x = 1
```

```{literalinclude} lamp.py
:lines: 3-4
```

## Lists

Term
: What it means.

1. First
2. Second

## Tables

| A | B |
| --- | --- |
| 1 | `2` |

```{list-table} The title
:header-rows: 1

* - A
  - B
* - 1
  - 2
```

## References

See {ref}`noted`, {ref}`there <noted>`, {doc}`other` and [](#noted).

% A comment

<!-- ## Not a heading -->

+++

Words after a break.
"""

# Docusaurus, VitePress and Starlight, whose own constructs are put where `OWN` stands.
SHARED = """# All of it

Words with **bold**, *emphasis*, ~~not this~~ and `code`, [a link](https://x.org/a "title").

## Notes

OWN

## Lists

- one
- two

  ```js
  let x = 1
  ```

1. First
2. Second

## Tables

| A | B |
| :--- | ---: |
| 1 | `a | b` |

## HTML

<b>Bold</b> words and a<br />break.

<details>
<summary>More of it</summary>

Words inside.

</details>
"""
DOCUSAURUS = """:::note

Inside of it.

:::

:::tip[Mind the *step*]

- one

:::

```js title="lamp.js"
// highlight-next-line
let lamp = 1
```

{/* A comment */}
"""
VITEPRESS = """::: tip
Inside of it.
:::

::: details Mind the *step*
- one
:::

::: code-group

```js [lamp.js]
let lamp = 1
```

```ts [lamp.ts]
let lamp: number = 1 // [!code focus]
```

:::

> [!WARNING]
> Of GitHub's kind. :tada:
"""
STARLIGHT = """:::note
Inside of it.
:::

:::tip[Mind the step]
- one
:::

```js title="lamp.js"
let lamp = 1
```
"""
