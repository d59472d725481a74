"""For whom a file is written, and who asks for it."""

import pytest

from hyperrun.search.audience import against, copied, kinds_asked_for, place_factor


@pytest.mark.parametrize(
    ("question", "file", "is_asked_for"),
    [
        ("How do I dim a lamp?", "docs/de/guide.md", False),
        ("Why doesn’t it – sometimes – glow?", "docs/de/guide.md", False),
        ("Wie dimme ich für Gäste die Lampe?", "docs/de/guide.md", True),
        ("Wie dimme ich für Gäste die Lampe?", "docs/zh/guide.md", False),
        ("如何设置灯的亮度？", "docs/zh-CN/guide.md", True),
        ("如何设置灯的亮度？", "docs/cn/guide.md", True),
        ("如何设置灯的亮度？", "docs/ja/guide.md", False),
        ("Jak włączyć lampę?", "docs/pl/guide.md", True),
        ("How do I dim a lamp?", "README_ZH.md", False),
        ("如何设置灯的亮度？", "README_CN.md", True),
        ("How do I dim a lamp?", "docs/UI/guide.md", True),
        ("How do I dim a lamp?", "guide/lamps.fr.mdx", False),
        ("How do I dim a lamp?", "guide/lamps.zh-CN.md", False),
        ("如何设置灯的亮度？", "guide/lamps.cn.mdx", True),
        ("How do I dim a lamp?", "guide/next.js.mdx", True),
        ("How do I dim a lamp?", "fr/lamps.mdx", False),
        ("How do I dim a lamp?", "docs/edge/pt-BR/lamps.mdx", False),
        ("How do I dim a lamp?", "docs/clients/cs/lamps.md", True),
        ("Wie dimme ich für Gäste die Lampe?", "docs/edge/de/lamps.mdx", True),
        ("How do I dim a lamp?", "README.中文.md", False),
        ("How do I dim a lamp?", "docs/lamps_日本語.md", False),
        ("如何设置灯的亮度？", "README.中文.md", True),
        ("How do I dim a lamp?", "docs/it-IT/lamps.md", False),
        ("How do I dim a lamp?", "docs/ckb-IR/lamps/README.md", False),
        ("How do I dim a lamp?", "i18n/sr-Latn/lamps.md", False),
        ("How do I dim a lamp?", "docs/en-US/lamps.md", True),
        ("How do I dim a lamp?", "api-Docs/lamps.md", True),
        ("How do I dim a lamp?", "docs/go-UI/lamps.md", True),
        ("How do I dim a lamp?", "src/es/lamps.py", True),
        ("如何设置灯的亮度？", "docs/guide.md", True),
    ],
)
def test_a_translation_is_for_who_asks_in_its_language(
    question: str, file: str, is_asked_for: bool
) -> None:
    asked = kinds_asked_for(question)
    assert (against(file, asked) == 0) == is_asked_for
    assert (place_factor(file, asked) == 1) == is_asked_for


@pytest.mark.parametrize(
    ("question", "file", "end"),
    [
        ("How do I dim a lamp?", "docs/lamps.fr.mdx", "docs/lamps.mdx"),
        ("How do I dim a lamp?", "docs/de/lamps.md", "lamps.md"),
        ("How do I dim a lamp?", "docs/it-IT/lamps.md", "lamps.md"),
        ("How do I dim a lamp?", "README.中文.md", "README.md"),
        ("How do I dim a lamp?", "site/versioned_docs/version-7.1/api/lamps.md", "api/lamps.md"),
        ("How do I dim a lamp?", "versioned_docs/version-stable/lamps.md", "lamps.md"),
        ("How do I dim a lamp?", "versioned_docs_archived/version-2.x/lamps.md", "lamps.md"),
        ("How do I dim a lamp?", "packages/docs-v3/api/lamps.md", "api/lamps.md"),
        ("How did I dim a lamp in version 7?", "versioned_docs/version-7.1/api/lamps.md", ""),
        ("Wie dimme ich für Gäste die Lampe?", "docs/de/lamps.md", ""),
        ("How do I dim a lamp?", "docs/de/index.md", ""),
        ("How do I dim a lamp?", "docs/lamps.md", ""),
    ],
)
def test_a_translation_and_an_older_version_are_of_another_page(
    question: str, file: str, end: str
) -> None:
    assert copied(file, kinds_asked_for(question)) == end


@pytest.mark.parametrize(
    "file",
    ["changelogs/0.5.x.md", "changelog_unreleased/a.md", "docs/changelog-v1.md", ".changeset/a.md",
     "newsfragments/12.fix.rst", "CHANGELOG.md"],
)  # fmt: skip
def test_a_changelog_of_several_files_is_one(file: str) -> None:
    assert place_factor(file, kinds_asked_for("How do I dim a lamp?")) < 1
    assert place_factor(file, kinds_asked_for("What changed in lamps?")) == 1


def test_what_benchmarks_read_is_no_guide() -> None:
    asked = kinds_asked_for("How do I dim a lamp?")
    assert against("lamps/benches/texts/lamps.txt", asked) < against("docs/lamps.txt", asked) - 1


@pytest.mark.parametrize(
    "file",
    ["sep/sep-017.rst", "docs/rfcs/0001-dim.md", "docs/adr/1.md", "community/hips/hip-0029.md",
     "docs/LEP-0004-dimming.rst", "docs/_internal/lamps.md", "dev-docs/lamps.md",
     "docs/development-contributing.md"],
)  # fmt: skip
def test_what_its_makers_write_for_themselves_is_no_guide(file: str) -> None:
    asked = kinds_asked_for("How do I dim a lamp?")
    assert against(file, asked) <= against("docs/lamps.md", asked) - 1


@pytest.mark.parametrize(
    "folder",
    ["attic", "docs/old", "docs/old_tutorials", "draft-old-pages", "docs/archived",
     "versioned_docs_archived/version-2.x"],
)  # fmt: skip
def test_a_page_in_the_attic_is_no_guide(folder: str) -> None:
    asked = kinds_asked_for("How do I dim a lamp?")
    assert against(f"{folder}/lamps.qmd", asked) <= against("docs/lamps.qmd", asked) - 1
    assert against("docs/folders/lamps.md", asked) == against("docs/lamps.md", asked)
    assert against("docs/attic.md", asked) == against("docs/lamps.md", asked)
    assert against("docs/archive/lamps.md", asked) == against("docs/lamps.md", asked)


@pytest.mark.parametrize("file", ["docs/step-001.md", "docs/tip-007.md", "docs/deps-2.md"])
def test_a_numbered_page_is_a_guide(file: str) -> None:
    asked = kinds_asked_for("How do I dim a lamp?")
    assert against(file, asked) == against("docs/lamps.md", asked)


@pytest.mark.parametrize(
    ("question", "is_asked_for"),
    [
        ("How do I dim a lamp?", False),
        ("Which lamps are kept when a release is deleted?", False),
        ("How do I dim a lamp in version 2?", True),
        ("dim a lamp in v2", True),
        ("Does Lamps 2 dim them?", True),
        ("lamps 2.1 dim", True),
    ],
)
def test_an_older_version_is_behind_all_guides_unless_the_question_names_one(
    question: str, is_asked_for: bool
) -> None:
    asked = kinds_asked_for(question)
    older = against("versioned_docs/version-2/lamps.md", asked)
    assert (older > -1) == is_asked_for


@pytest.mark.parametrize(
    "file",
    ["AGENTS.md", "skill.md", "skills/lamps/SKILL.md", "packages/a/skills/lamps/references/dim.md"],
)
def test_what_is_written_for_coding_agents_is_no_guide(file: str) -> None:
    asked = kinds_asked_for("How do I dim a lamp?")
    assert against(file, asked) <= against("docs/skills.md", asked) - 1


@pytest.mark.parametrize("file", ["docs/concepts/agents.mdx", "docs/claude.md", "docs/skill.md"])
def test_a_page_about_agents_is_a_guide(file: str) -> None:
    asked = kinds_asked_for("How do I dim a lamp?")
    assert against(file, asked) == against("docs/lamps.md", asked)


@pytest.mark.parametrize(
    "file", ["docs/posts/lamps-7/index.qmd", "_posts/2020-01-02-lamps.md", "blog/a.md"]
)
def test_a_post_counts_less_than_a_guide(file: str) -> None:
    asked = kinds_asked_for("How do I dim a lamp?")
    assert against(file, asked) < 0 < place_factor(file, asked) < 1
    assert against("docs/api/posts.md", asked) == 0


@pytest.mark.parametrize(
    "file",
    ["docs/use/migrating-to-5.0.0.md", "docs/upgrade-to/v6.mdx", "docs/v8-migration.md",
     "guide/migration.md", "docs/migrate_from_dimmer.md"],
)  # fmt: skip
def test_what_tells_of_another_version_is_no_guide_unless_the_question_asks(file: str) -> None:
    assert against(file, kinds_asked_for("How do I dim a lamp?")) < 0
    for question in ("What changed for lamps?", "lamp.dim() in v6", "come from dimmer",
                     "TypeError: lamp.dim is not a function"):  # fmt: skip
        assert against(file, kinds_asked_for(question)) == 0


@pytest.mark.parametrize("file", ["docs/migrations.md", "cli/migrate.md", "docs/emigration.md"])
def test_what_a_project_can_migrate_is_a_guide(file: str) -> None:
    assert against(file, kinds_asked_for("How do I add a column?")) == 0


@pytest.mark.parametrize(
    ("question", "is_asked_for"),
    [
        ("make a 404 page", False),
        ("listen on 8080", False),
        ("lamps in 2024.1", True),
        ("dim in lamps 12", True),
        ("dim in v200", True),
    ],
)
def test_a_status_is_no_version(question: str, is_asked_for: bool) -> None:
    asked = kinds_asked_for(question)
    assert (against("guide/migration.md", asked) == 0) == is_asked_for
