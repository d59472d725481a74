"""By which names generators tell what stands around a page's words, and what notes and tabs are."""

import re
from typing import Any

from hyperrun.search.parsing.commonmark import leads_on
from hyperrun.search.site.page_elements import HEADINGS, MARKS, Element, classes_of, words_of

SILENT = frozenset((
    "script", "style", "noscript", "template", "nav", "footer", "button", "svg", "select",
    "iframe", "object", "video", "audio", "canvas", "dialog", "head", "textarea", "option", "hr",
    "source", "track", "link", "meta", "area", "map", "embed", "progress", "meter",
))  # fmt: skip
# A page's furniture, by the names generators give it.
_CHROME = frozenset((
    "headerlink", "header-anchor", "hash-link", "anchor-link", "anchorjs-link", "sl-anchor-link",
    "permalink", "heading-anchor", "heading-link", "doc-anchor", "anchor-heading",
    "toc", "table-of-contents", "toc-drawer", "toctree-wrapper", "md-nav", "md-sidebar",
    "contents", "theme-doc-toc-mobile", "theme-doc-breadcrumbs", "theme-doc-footer",
    "theme-doc-version-badge", "theme-doc-version-banner", "breadcrumbs", "breadcrumb",
    "quarto-page-breadcrumbs", "quarto-title-breadcrumbs", "quarto-alternate-formats",
    "quarto-alternate-notebooks", "toc-actions", "nav-footer", "page-navigation", "prev-next",
    "pagination", "pagination-nav", "rst-footer-buttons", "related", "sphinxsidebar", "nav-wrapper",
    "nav-wide-wrapper", "menu-bar", "sidebar-toggle", "edit-this-page", "theme-edit-this-page",
    "edit-link", "edit-page", "edit-page-link", "view-this-page", "content-icon-container",
    "back-to-top", "backlink", "footnote-backref", "footnote-back", "footnote-ref",
    "footnote-reference", "md-source-file", "md-content__button", "md-feedback", "md-tags",
    "md-top", "md-footer", "md-header", "md-banner", "md-annotation__index", "md-clipboard",
    "md-code__nav", "copy", "copybtn", "copy-btn", "clipboard-btn", "clip-button", "buttons",
    "code-copy-button", "linenos", "linenodiv", "lineno", "line-number",
    "line-numbers-wrapper", "gutter", "gp", "viewcode-link", "viewcode-back", "sr-only",
    "visually-hidden", "screen-reader-text", "cldr", "headline-icon", "ln", "lnt", "hidden-print",
    "page-toc", "bd-header-article", "bd-footer-article", "bd-toc", "search-bar", "searchbox",
    "mobile-only-toc", "screen-reader-only", "rubric-toc", "lang", "giscus", "edit-meta",
    "aria-hidden", "boring", "doc-toc", "doc-labels", "source-link", "mkdocstrings-source",
))  # fmt: skip
_CHROME_IDS = frozenset((
    "TOC", "toc", "table-of-contents", "quarto-margin-sidebar", "quarto-sidebar", "sidebar",
    "quarto-back-to-top", "menu-bar", "searchbar-outer", "searchresults-outer", "giscus",
))  # fmt: skip
# Names that only mean furniture on these elements.
_ONLY_ON = {"lang": ("span", "button"), "copy": ("button", "a", "span", "div"),
            "gutter": ("div", "td", "span"), "contents": ("nav", "div", "aside"),
            "related": ("div", "nav"),
            "toc": ("div", "nav", "ul", "aside"), "permalink": ("a",), "buttons": ("div",),
            "backlink": ("a",), "boring": ("span",), "ln": ("span",), "lnt": ("span",)}  # fmt: skip
_NOTES = frozenset((
    "admonition", "starlight-aside", "theme-admonition", "custom-block", "callout",
    "markdown-alert", "alert", "td-alert", "hint", "rst-admonition", "admonition-block",
))  # fmt: skip
_NOTE_TITLES = frozenset((
    "admonition-title", "starlight-aside__title", "custom-block-title", "callout-title-container",
    "markdown-alert-title", "alert-heading", "admonitionheading", "callout-title",
))  # fmt: skip
TABS = frozenset((
    "tabbed-set", "sd-tab-set", "sphinx-tabs", "tabs-container", "vp-code-group", "panel-tabset",
    "starlight-tabs", "tabset", "tabs-wrapper",
))  # fmt: skip
NAMES = frozenset(("sig-name", "descname", "sig-prename", "descclassname"))  # of what is described


def is_furniture(element: Element) -> bool:
    """Is an element what stands around the words of a page: navigation, buttons, marks?"""
    tag = element.tag
    if tag in SILENT:
        return not (tag == "footer" and element.getparent() is not None
                    and element.getparent().tag == "blockquote")  # type: ignore[union-attr]  # fmt: skip
    classes = classes_of(element)
    for name in classes & _CHROME:
        if tag in _ONLY_ON.get(name, (tag,)):
            return True
    if element.get("id", "") in _CHROME_IDS and tag not in HEADINGS and tag != "section":
        return True
    role = element.get("role", "")
    if role in ("navigation", "search", "doc-noteref", "tablist"):
        return True
    if role == "doc-backlink" and "toc-backref" not in classes:
        return True
    if "data-pagefind-ignore" in getattr(element, "attrib", ()) and tag not in ("div", "span"):
        return True
    if element.get("aria-hidden", "") == "true" and tag not in ("input",):
        return True
    if tag == "a" and element.get("href", "").startswith("#") and MARKS.match(words_of(element)):
        return not len(element)
    attributes: Any = getattr(element, "attrib", {})
    return "hidden" in attributes and element.get("role", "") != "tabpanel"


def are_footnotes(element: Element) -> bool:
    """Are these the footnotes of a page, at its end?"""
    classes = classes_of(element)
    if element.tag == "div":  # one alone of an older mdBook's stands where it was written
        return "footnotes" in classes
    is_list = element.get("role", "") == "doc-endnotes" or classes & {
        "footnotes", "footnote-definition",
    }  # fmt: skip
    return element.tag in ("ol", "section") and bool(is_list)


def is_contents(listed: Element) -> bool:
    """Is it a list of links to the page's own headings, as a writer makes it by hand? One that goes
    on with the sentence above it is none."""
    above = listed.getprevious()
    if above is not None and above.tag == "p" and leads_on(words_of(above).strip()):
        return False
    links = list(listed.iter("a"))
    if len(links) < 2 or not all(link.get("href", "").startswith("#") for link in links):
        return False
    return "".join(words_of(listed).split()) == "".join("".join(map(words_of, links)).split())


def is_note(tag: str, classes: frozenset[str]) -> bool:
    """Is it an admonition?"""
    return tag in ("div", "aside", "section", "blockquote") and bool(classes & _NOTES)


def is_note_title(element: Element) -> bool:
    """Is it what stands above an admonition?"""
    classes = classes_of(element)
    return bool(classes & _NOTE_TITLES) or any(
        name.startswith("admonitionheading") for name in classes
    )


def describes(classes: frozenset[str]) -> bool:
    """Does Sphinx describe an object there?"""
    return bool(classes & {"py", "c", "cpp", "js", "rst", "std", "function", "class"}) and not (
        classes & {"simple", "field-list", "option-list", "glossary", "footnote", "citation"}
    )


def is_name(anchor: str) -> bool:
    """Is it the whole name of an object?"""
    return bool(re.fullmatch(r"[A-Za-z_]\w*(?:\.\w+)+", anchor))


def is_numbers(pre: Element) -> bool:
    """Are these the numbers of lines?"""
    return not re.sub(r"[\d\s]", "", "".join(pre.itertext()))


def is_task(element: Element) -> bool:
    """Does a checkbox stand in a list's item?"""
    parent = element.getparent()
    return parent is not None and (parent.tag in ("li", "label", "p"))


def is_icon(classes: frozenset[str]) -> bool:
    """Is it a picture made of a letter?"""
    return any(name.startswith(("fa", "icon", "bi", "mdi", "octicon")) for name in classes)


def is_reference(element: Element) -> bool:
    """Is it the mark of a footnote?"""
    return element.get("id", "").startswith("fnref") or any(
        "footnote" in each.get("class", "") or each.get("href", "").startswith("#fn")
        for each in element.iter("a")
    )
