"""What a search returns."""

from dataclasses import dataclass

# Kinds that are read, not run. What is none of them is code.
PROSE = frozenset(("section", "cell", "document", "page"))
# What documentation is searched for: prose, and the operations of an HTTP API.
READ = PROSE | {"operation"}


@dataclass(frozen=True, slots=True)
class Include:
    """Lines of another file that a page shows: they can be cited where they stand.

    `file` is relative to the repository; lines count from 1, both ends inclusive.
    """

    file: str
    start_line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk of the repository that may answer a question.

    `file` is relative to the repository, with forward slashes. `start_line` and `end_line` count
    from 1, both inclusive, and `text` is exactly those lines (of a notebook: the lines of the
    `.ipynb` file that hold the cells; `text` is then the cells' source). `title` is a symbol's
    qualified name or a section's heading path ("Guide > Install"). `url` is the public docs page
    with its #anchor, `permalink` the lines at the indexed commit; either may be missing. `score`
    orders the results of one search and means nothing beyond it. `likeness` is how near in meaning
    it is to what was searched, in deviations above the documentation's mean; 0 where no model
    tells. `version` is the tag that was asked for, where the text is of that tag and not of today.
    `content` is what those lines say on their page, as plain Markdown without a generator's marks;
    "" where that is `text` itself.
    `source` is the label of the one it is of, where there are several; its files' paths begin with
    it. Of kind "page" is what stands on a rendered page alone: `file` is then the page's path below
    the site, its lines are 0, and `text` is the evidence that is kept.
    """

    file: str
    start_line: int
    end_line: int
    title: str
    kind: str
    text: str
    language: str = ""
    url: str | None = None
    permalink: str | None = None
    score: float = 0.0
    version: str = ""
    content: str = ""
    source: str = ""
    likeness: float = 0.0

    @property
    def shown(self) -> str:
        """What a reader and a model are shown of it."""
        return self.content or self.text
