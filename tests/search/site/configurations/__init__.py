"""Configurations of every family of generators, with the pages and sites that they say."""

from collections.abc import Mapping, Sequence

Files = Mapping[str, str]  # path -> text
# A configuration, a file, what stands in front of its text, and its page; None where it has none.
Pages = Sequence[tuple[Files, str, Mapping[str, object], str | None]]
Sites = Sequence[tuple[Files, str]]  # and where each says that its site stands
