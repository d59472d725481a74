"""`python -m hyperrun VERB`: the server and the operator's commands.

    serve           the server (also where no verb is given)
    search          what a question finds, and why
    pages           the sources, their pages, and whether every link leads somewhere
    test            the answers to questions.toml: do they hold?
    index           update the index from the sources, and end
    report          what readers ask, and what the documentation does not answer
    export, delete  what is kept of one reader

Each tells its options with --help.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

# In a wheel the app is in the package, in a clone it stands at the top.
APP = "hyperrun.app.main" if find_spec("hyperrun.app") else "main"
VERBS = {
    "serve": APP,
    "search": "hyperrun.commands.search",
    "pages": "hyperrun.commands.pages",
    "test": "hyperrun.commands.test",
    "index": "hyperrun.commands.index",
    "report": "hyperrun.commands.insights",
}
WITH_VERB = {"export": "hyperrun.commands.privacy", "delete": "hyperrun.commands.privacy"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the verb says; 2 where there is no such verb."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    verb = arguments[0] if arguments else "serve"
    if verb in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    if verb in WITH_VERB:
        return int(import_module(WITH_VERB[verb]).main(arguments) or 0)
    if verb in VERBS:
        arguments = arguments[1:]
    elif verb.startswith("-"):
        verb = "serve"
    else:
        print(f"hyperrun: there is no {verb!r}\n\n{__doc__}", file=sys.stderr)
        return 2
    sys.argv[0] = f"hyperrun {verb}"
    return int(import_module(VERBS[verb]).main(arguments) or 0)


if __name__ == "__main__":
    sys.exit(main())
