"""Jupyter's anchors, on pages that are notebooks: nbsphinx 0.9, MkDocs."""

from dataclasses import dataclass

from hyperrun.search.site import heading_text


@dataclass
class Jupyter:
    """nbsphinx 0.9, Jupyter: the heading with dashes for its blanks."""

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        return own_id or heading_text.markdown(heading_source).replace(" ", "-")
