"""Where pages of Hugo and Jekyll stand, by their configuration."""

from tests.search.site.configurations import Pages, Sites

HUGO = {
    "hugo.toml": "baseURL = 'https://x.org/'\ndefaultContentLanguage = 'en'\n"
    "[languages.en]\nweight = 1\n[languages.fr]\nweight = 2\n",
    "content/_index.md": "",
}
JEKYLL = {"_config.yml": "title: x\nremote_theme: just-the-docs\nurl: https://x.org\nbaseurl: /j\n"}
DATED = {"_config.yml": "title: x\npermalink: /blog/:year/:i_month/:title\n"}
PERMALINKS = {
    "hugo.toml": "baseURL = 'https://x.org/'\n[permalinks.page]\nposts = '/:year/:month/:slug/'\n"
    "books = '/:sections/:filename/'\nodd = '/:colour/'\n[permalinks.section]\nposts = '/news/'\n",
    "content/_index.md": "",
}
ZOLA = {"config.toml": "base_url = 'https://x.org'\ntheme = 'x'\n", "content/_index.md": ""}
PRETTY = {"_config.yml": "title: x\npermalink: pretty\nexclude: [private]\n"}

PAGES: Pages = [
    (HUGO, "content/_index.md", {}, "./"),
    (HUGO, "content/Docs/My Page.md", {}, "docs/my-page/"),
    (HUGO, "content/docs/b/index.fr.md", {}, "fr/docs/b/"),
    (HUGO, "content/docs/b.md", {"slug": "c"}, "docs/c/"),
    (HUGO, "content/docs/b.md", {"url": "/z/y.html"}, "z/y.html"),
    (HUGO, "content/docs/b.md", {"draft": True}, None),
    (JEKYLL, "docs/a.md", {"title": "A"}, "docs/a.html"),
    (JEKYLL, "index.md", {"title": "A"}, "./"),
    (JEKYLL, "docs/a.md", {"permalink": "/z/"}, "z/"),
    (JEKYLL, "_posts/2020-01-02-Set-it_up.md", {"title": "A"}, "2020/01/02/Set-it_up.html"),
    (JEKYLL, "a/b/_posts/2020-01-02-c.md", {"category": "D e"}, "a/b/d-e/2020/01/02/c.html"),
    (JEKYLL, "_posts/2020-01-02-a.md", {"categories": "x Y"}, "x/y/2020/01/02/a.html"),
    (JEKYLL, "_posts/2020-01-02-a.md", {"date": "2021-11-30 10:00"}, "2021/11/30/a.html"),
    (JEKYLL, "_posts/2020-01-02-a.md", {"permalink": "/z/"}, "z/"),
    (JEKYLL, "_posts/2020-01-02-a.md", {"published": False}, None),
    (JEKYLL, "_posts/2999-01-02-a.md", {"title": "A"}, None),
    (JEKYLL, "_posts/a.md", {"title": "A"}, None),
    (PRETTY, "_posts/2020-01-02-a.md", {"title": "A"}, "2020/01/02/a/"),
    (DATED, "_posts/2020-01-02-a.md", {"slug": "b c"}, "blog/2020/1/b-c.html"),
    (PERMALINKS, "content/posts/a.md", {"date": "2020-01-02", "title": "Set it up"},
     "2020/01/set-it-up/"),
    (PERMALINKS, "content/posts/a.md", {"date": "2020-01-02", "slug": "s"}, "2020/01/s/"),
    (PERMALINKS, "content/posts/a.md", {"title": "A"}, None),
    (PERMALINKS, "content/posts/_index.md", {"title": "A"}, "news/"),
    (PERMALINKS, "content/books/a/b/index.md", {"title": "A"}, "books/a/b/"),
    (PERMALINKS, "content/odd/a.md", {"title": "A"}, None),
    (PERMALINKS, "content/docs/a.md", {"title": "A"}, "docs/a/"),
    (PRETTY, "docs/a.md", {"title": "A"}, "docs/a/"),
    (PRETTY, "private/a.md", {"title": "A"}, None),
    (ZOLA, "content/a.md", {}, None),
]  # fmt: skip

SITES: Sites = [
    (HUGO, "https://x.org/"),
    (JEKYLL, "https://x.org/j"),
]
