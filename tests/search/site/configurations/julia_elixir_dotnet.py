"""Where pages of Documenter, ExDoc and DocFX stand, by their configuration."""

from tests.search.site.configurations import Pages, Sites

DOCUMENTER = {
    "docs/make.jl": 'using Documenter, P\n# makedocs(source = "old")\nmakedocs(modules = [P],\n'
    '    format = Documenter.HTML(canonical = "https://x.org/P.jl/stable/"))\n',
    "docs/src/index.md": "# P\n",
}
FLAT_DOCUMENTER = {
    "docs/make.jl": 'makedocs(source = "pages", format = Documenter.HTML(prettyurls = false))\n',
    "docs/pages/index.md": "# P\n",
}
DOCFX = {
    "docs/docfx.json": """\ufeff{
  // what it builds
  "build": {
    "content": [
      {"files": ["api/**.yml", "**.md"], "exclude": ["_site/**", "spec/**"]},
      {"files": "**/*.{md,yml}", "src": "../guides", "dest": "guide"}, /* more */
    ],
    "globalMetadata": {"_appName": "Lamps // Docs", "_appLogoPath": "logo.svg"},
    "sitemap": {"baseurl": "https://x.org/lamps"},
  }
}"""
}
EXDOC = {
    "mix.exs": "defmodule P.MixProject do\n  def project, do: [app: :my_p, package: package(),\n"
    '    docs: [main: "overview", extras: extras()]]\n'
    '  defp extras, do: ["README.md", "guides/Set_up.md": [title: "x"],\n'
    '    {"guides/b.livemd", [title: "B", filename: "bee"]}, "guides/more/*.cheatmd",\n'
    '    # "guides/old.md"\n  ]\nend\n',
}

PAGES: Pages = [
    (DOCUMENTER, "docs/src/index.md", {}, "./"),
    (DOCUMENTER, "docs/src/man/a_b.md", {}, "man/a_b/"),
    (DOCUMENTER, "docs/src/lib/index.md", {}, "lib/"),
    (DOCUMENTER, "README.md", {}, None),
    (FLAT_DOCUMENTER, "docs/pages/man/a.md", {}, "man/a.html"),
    ({"docs/make.jl": "run(`make`)\n", "docs/src/index.md": ""}, "docs/src/a.md", {}, None),
    (DOCFX, "docs/index.md", {}, "./"),
    (DOCFX, "docs/a/b.md", {}, "a/b.html"),
    (DOCFX, "docs/a/b.md", {"redirect_url": "c.html"}, None),
    (DOCFX, "docs/README.md", {}, "README.html"),
    (DOCFX, "docs/spec/b.md", {}, None),
    (DOCFX, "docs/api/Lamp.yml", {}, "api/Lamp.html"),
    (DOCFX, "docs/faq.yml", {}, None),
    (DOCFX, "guides/faq.yml", {}, "guide/faq.html"),
    (DOCFX, "guides/a/index.md", {}, "guide/a/"),
    (DOCFX, "guides/toc.yml", {}, None),
    (DOCFX, "README.md", {}, None),
    (EXDOC, "README.md", {}, "readme.html"),
    (EXDOC, "guides/Set_up.md", {}, "set_up.html"),
    (EXDOC, "guides/b.livemd", {}, "bee.html"),
    (EXDOC, "guides/more/c.cheatmd", {}, "c.html"),
    (EXDOC, "guides/old.md", {}, None),
    (EXDOC, "lib/p.ex", {}, None),
    (EXDOC, "lib/p.ex", {"module": "P.Lamp"}, "P.Lamp.html"),
    (EXDOC, "test/p.ex", {"module": "P.Lamp"}, None),
    (EXDOC, "README.md", {"module": "P.Lamp"}, "readme.html"),
]  # fmt: skip

SITES: Sites = [
    (DOCUMENTER, "https://x.org/P.jl/stable/"),
    (FLAT_DOCUMENTER, ""),
    (DOCFX, "https://x.org/lamps/"),
    ({"docfx.json": '{"build": {"content": ['}, ""),
    (EXDOC, "https://hexdocs.pm/my_p/"),
]
