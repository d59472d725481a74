"""Where pages of Quarto, nbdev, pkgdown and Great Docs stand, by their configuration."""

from tests.search.site.configurations import Pages, Sites

QUARTO = {"_quarto.yml": "project:\n  type: website\nwebsite:\n  site-url: https://x.org\n"}
PROFILED = {
    "_quarto.yml": "project: {type: website}\nprofile: {default: open}\n",
    "_quarto-open.yml": "website: {site-url: https://open.x.org}\n",
}
BOOK = {
    "_quarto.yml": "project: {type: book}\nbook:\n  site-url: https://x.org\n  chapters:\n"
    "    - index.qmd\n    - part: p.qmd\n      chapters: [a.qmd]\n"
}
RENDERING = {"_quarto.yml": "project: {type: website, render: ['*.qmd', '!b.qmd', posts/]}\n"}
BELOW = {"website/_quarto.yml": QUARTO["_quarto.yml"], "README.md": "# x\n"}
NBDEV = {
    "settings.ini": "[DEFAULT]\nlib_name = lib\nnbs_path = nbs\ndoc_host = https://%(user)s.org\n"
    "user = x\ndoc_baseurl = /%(lib_name)s/\n",
    "nbs/index.ipynb": "{}",
}
NBDEV_YML = {
    "pyproject.toml": "[tool.nbdev]\n",
    "nbs/nbdev.yml": "website:\n  site-url: https://x.org/\n",
}
PKGDOWN = {
    "_pkgdown.yml": "url: https://x.org/p\ntemplate: {bootstrap: 5}\n",
    "DESCRIPTION": "Package: p\n",
    "README.md": "# p\n",
}
INNER_PKGDOWN = {
    "r/pkgdown/_pkgdown.yml": "url: https://x.org/p\n",
    "r/DESCRIPTION": "Package: p\n",
    "r/index.md": "# p\n",
}
GREAT_DOCS = {
    "great-docs.yml": "site_url: https://x.org/p\nsections:\n  - {title: A, dir: some_talks}\n"
    "  - {title: B, dir: blog, type: blog}\n  - 3\n",
    "user_guide/00-a.qmd": "",
    "index.qmd": "# p\n",
    "README.md": "# p\n",
}
ORDERED_GUIDE = {
    "great-docs.yml": "user_guide:\n  - {section: A, contents: [00-a.qmd]}\n",
    "user-guide/00-a.qmd": "",
}
NO_PACKAGE = {"_pkgdown.yml": "url: https://x.org/p\n"}
TITLED = {"\0heading": "Core"}

PAGES: Pages = [
    (QUARTO, "a/b.qmd", {}, "a/b.html"),
    (QUARTO, "01_b.qmd", {}, "01_b.html"),
    (QUARTO, "index.qmd", {}, "./"),
    (QUARTO, "a.md", {"draft": True}, None),
    (QUARTO, "a.qmd", {"format": {"pdf": None}}, None),
    (QUARTO, "a.qmd", {"output-file": "z.html"}, "z.html"),
    (QUARTO, "a/_b.qmd", {}, None),
    (QUARTO, "_a/b.qmd", {}, None),
    (QUARTO, "README.md", {}, None),
    (PROFILED, "a.qmd", {}, "a.html"),
    (BOOK, "p.qmd", {}, "p.html"),
    (BOOK, "a.qmd", {}, "a.html"),
    (BOOK, "b.qmd", {}, None),
    (RENDERING, "a.qmd", {}, "a.html"),
    (RENDERING, "b.qmd", {}, None),
    (RENDERING, "c.md", {}, None),
    (RENDERING, "posts/c.md", {}, "posts/c.html"),
    (BELOW, "website/a.qmd", {}, "a.html"),
    (BELOW, "README.md", {}, None),
    (NBDEV, "nbs/api/01_core.ipynb", TITLED, "api/core.html"),
    (NBDEV, "nbs/api/00a_Core.ipynb", TITLED, "api/core.html"),
    (NBDEV, "nbs/api/01_core.ipynb", {}, "api/01_core.html"),
    (NBDEV, "nbs/index.ipynb", TITLED, "./"),
    (NBDEV_YML, "nbs/a.ipynb", TITLED, "a.html"),
    (PKGDOWN, "man/Set_it.up.Rd", {}, "reference/Set_it.up.html"),
    (GREAT_DOCS, "user_guide/01_b/00-a.qmd", {}, "user-guide/b/a.html"),
    (GREAT_DOCS, "some_talks/1-a.md", {}, "some-talks/a.html"),
    (GREAT_DOCS, "blog/1-a/index.qmd", {}, "blog/1-a/"),
    (GREAT_DOCS, "index.qmd", {}, "./"),
    (GREAT_DOCS, "README.md", {}, None),
    (GREAT_DOCS, "other/a.md", {}, None),
    (GREAT_DOCS, "user_guide/_part.qmd", {}, None),
    (ORDERED_GUIDE, "user-guide/00-a.qmd", {}, "user-guide/00-a.html"),
    (PKGDOWN, "man/figures/a.md", {}, None),
    (PKGDOWN, "vignettes/a.Rmd", {"title": "A"}, "articles/a.html"),
    (PKGDOWN, "vignettes/articles/a.Rmd", {}, "articles/a.html"),
    (PKGDOWN, "vignettes/web/a.qmd", {}, "articles/web/a.html"),
    (PKGDOWN, "vignettes/_part.Rmd", {}, None),
    (PKGDOWN, "README.md", {}, "./"),
    (PKGDOWN, "NEWS.md", {}, "news/index.html"),
    (PKGDOWN, "cran-comments.md", {}, None),
    (INNER_PKGDOWN, "r/index.md", {}, "./"),
    (INNER_PKGDOWN, "r/README.md", {}, None),
    (INNER_PKGDOWN, "r/man/a.Rd", {}, "reference/a.html"),
    (NO_PACKAGE, "man/a.Rd", {}, None),
]  # fmt: skip

SITES: Sites = [
    (QUARTO, "https://x.org"),
    (PROFILED, "https://open.x.org"),
    (NBDEV, "https://x.org/lib"),
    (NBDEV_YML, "https://x.org/"),
    (PKGDOWN, "https://x.org/p"),
]
