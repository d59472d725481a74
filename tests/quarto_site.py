"""Pages in the shape that Quarto gives them, for a machine without Quarto (it is in no registry).

Written after what Quarto 1.6 to 1.10 publishes: a fixed header above most layers, marked dark on a
light page, 17 pixels for 1 rem, a switch that changes the class of `body` first and the style sheet
later, and a search (a button, an overlay) that opens by `f`, `s` or `/` as the key comes up.
"""

from pathlib import Path

import yaml
from markdown_it import MarkdownIt

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title} – Lantern</title>
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<style>
:root {{ font-size: 17px }}
.fixed-top {{ position: fixed; top: 0; right: 0; left: 0; z-index: 1030; background: #2780e3 }}
body {{ margin: 0; padding-top: 60px; background: #fff }}
main {{ margin: 2rem auto; max-width: 40rem }}
</style>
<style id="quarto-bootstrap" media="not all">body {{ background: #222; color: #fff }}</style>
</head><body class="nav-fixed fullcontent quarto-light">
<header id="quarto-header" class="headroom fixed-top">
<nav class="navbar navbar-expand-lg" data-bs-theme="dark">
<a href="index.html">Lantern</a> <a class="quarto-color-scheme-toggle" href="">dark</a>
<div id="quarto-search" class="type-overlay" title="Search">
<button type="button" class="aa-DetachedSearchButton" title="Search">Search</button></div>
</nav></header>
<form class="aa-Form" role="search" hidden>
<input class="aa-Input" type="search" aria-label="Search"></form>
<main class="content" id="quarto-document-content"><h1 class="title">{title}</h1>{body}</main>
<script>
document.querySelector('.quarto-color-scheme-toggle').onclick = () => {{
  document.body.classList.replace('quarto-light', 'quarto-dark');
  setTimeout(() => {{ document.getElementById('quarto-bootstrap').media = 'all' }}, 300);
  dispatchEvent(new Event('resize'));
  return false;
}};
const search = () => {{
  document.querySelector('.aa-Form').hidden = false;
  setTimeout(() => document.querySelector('.aa-Input').focus(), 50);
}};
document.querySelector('.aa-DetachedSearchButton').onclick = search;
document.addEventListener('keyup', event => {{
  if (!['f', '/', 's'].includes(event.key)) return;
  if (document.activeElement.closest('input, select, textarea, button, option')) return;
  search();
}});
</script>
{after}
</body></html>
"""


def write(source: Path, built: Path) -> None:
    """`source`'s pages, with what its `_quarto.yml` includes after the body."""
    site = yaml.safe_load((source / "_quarto.yml").read_text())
    after = "\n".join(each["text"] for each in site["format"]["html"]["include-after-body"])
    built.mkdir()
    for page in source.glob("*.qmd"):
        _, front, text = page.read_text().split("---\n", 2)
        body = MarkdownIt().render(text).replace('.qmd"', '.html"')
        made = PAGE.format(title=yaml.safe_load(front)["title"], body=body, after=after)
        (built / f"{page.stem}.html").write_text(made)
