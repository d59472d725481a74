"""The search tests' repository, for the command that searches it."""

from tests.search.conftest import repo

__all__ = ["repo"]
