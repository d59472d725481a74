"""The older name of `python -m hyperrun search`: `python -m hyperrun.search REPO "question"`."""

import sys
from importlib import import_module

if __name__ == "__main__":
    # Named, not imported: commands stand above search.
    sys.exit(import_module("hyperrun.commands.search").main(repo_first=True))
