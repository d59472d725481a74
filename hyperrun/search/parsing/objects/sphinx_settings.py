"""What a document's `conf.py` says of how its text is shown; it is read, never run."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.objects import own_kinds


@dataclass(frozen=True, slots=True)
class SphinxSettings:
    """Sphinx's own defaults, where `conf.py` says nothing or is not there."""

    default_role: str = ""
    typehints: str = "signature"  # or description, both, none; beside: by an extension
    hints_all: bool = True  # beside those parameters, too, of which nothing is said
    by_source: bool = False  # members in the order of their source, else by their names
    class_doc: str = "class"  # or init, both
    with_module: bool = True  # before the name of what is described
    napoleon: bool = False  # docstrings as Google and NumPy write them
    language: str = ""  # of code that names none
    options: dict[str, str] = field(default_factory=dict)  # of every autodoc directive
    has_fields: bool = False  # field lists in MyST
    substitutions: dict[str, str] = field(default_factory=dict)  # of MyST, by name
    own_directives: frozenset[str] = frozenset()  # that describe something
    own_roles: frozenset[str] = frozenset()  # that name what is described


def of(place: Place | None) -> SphinxSettings:
    """Those of the nearest `conf.py` above a document."""
    if place is None:
        return SphinxSettings()
    for above in place.file.parents:
        for folder in (above, above / "source"):
            config = place.root / folder / "conf.py"
            try:
                mtime_ns = config.stat().st_mtime_ns
            except OSError:
                continue
            return _read(config, mtime_ns)
    return SphinxSettings()


@lru_cache(maxsize=8)
def _read(config: Path, mtime_ns: int) -> SphinxSettings:
    from hyperrun.search.site import literals

    said = literals.read_python(literals.text(config))

    def one(name: str, default: str) -> str:
        value = said.get(name)
        return value if isinstance(value, str) else default

    extensions = [
        each
        for name in ("extensions", "extra_extensions")  # the latter told to a function
        for each in literals.strings(said.get(name))
    ]
    own_directives, own_roles = own_kinds.of(config)
    options: dict[str, Any] = literals.mapping(said.get("autodoc_default_options"))
    return SphinxSettings(
        one("default_role", ""),
        "beside"
        if "sphinx_autodoc_typehints" in extensions
        else one("autodoc_typehints", "signature"),
        one("autodoc_typehints_description_target", "all") == "all",
        one("autodoc_member_order", "alphabetical") == "bysource",
        one("autoclass_content", "class"),
        said.get("add_module_names") is not False,
        any(each.endswith("napoleon") for each in extensions),
        one("highlight_language", ""),
        {
            name: value if isinstance(value, str) else ""
            for name, value in options.items()
            if value or value is None
        },
        "fieldlist" in literals.strings(said.get("myst_enable_extensions")),
        {
            name: value
            for name, value in literals.mapping(said.get("myst_substitutions")).items()
            if isinstance(value, str)
        },
        own_directives,
        own_roles,
    )
