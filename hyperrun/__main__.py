"""`hyperrun VERB`, and `python -m hyperrun VERB`: the server and the operator's commands."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

from hyperrun import __version__


class Verb(NamedTuple):
    """One thing the command can do. `takes_verb`: its module serves more than one."""

    module: str
    says: str
    takes_verb: bool = False


# In a wheel the app is in the package, in a clone it stands at the top.
APP = "hyperrun.app.main" if find_spec("hyperrun.app") else "main"
GROUPS = {
    "Start": {
        "serve": Verb(APP, "answer questions, at port 5001 (also where no verb is given)"),
        "init": Verb("hyperrun.commands.init", "add the line to your documentation"),
        "doctor": Verb("hyperrun.commands.doctor", "what is wrong, and the line that mends it"),
    },
    "Documentation": {
        "search": Verb("hyperrun.commands.search", "what a question finds, and why"),
        "pages": Verb("hyperrun.commands.pages", "what was read, and whether links lead somewhere"),
        "llms": Verb("hyperrun.commands.llms", "llms.txt and Markdown, into a built site"),
        "index": Verb("hyperrun.commands.index", "update the index from the sources, and end"),
    },
    "Readers": {
        "test": Verb("hyperrun.commands.test", "the answers to questions.toml: do they hold?"),
        "report": Verb("hyperrun.commands.report", "what is asked, and what is not answered"),
        "gaps": Verb("hyperrun.commands.gaps", "what is missing, a file or an issue for each need"),
        "export": Verb("hyperrun.commands.privacy", "what is kept of one reader", True),
        "delete": Verb("hyperrun.commands.privacy", "delete what is kept of one reader", True),
        "import": Verb("hyperrun.commands.move", "bring SQLite's conversations into PostgreSQL"),
    },
    "Shell": {
        "completion": Verb("hyperrun.commands.completion", "a script that completes all of this"),
    },
}  # fmt: skip
VERBS = {name: verb for group in GROUPS.values() for name, verb in group.items()}
INTERRUPTED = 130  # as a shell has it


def usage() -> str:
    """What `hyperrun --help` prints."""
    lines = ["Ask AI for documentation sites.", "", "usage: hyperrun [VERB] [OPTIONS]"]
    for title, verbs in GROUPS.items():
        lines += ["", f"{title}:"]
        lines += [f"  {name:<11} {verb.says}" for name, verb in verbs.items()]
    lines += [
        "",
        "Each verb tells its options with --help. Settings come from the environment and .env.",
        "Ends with 0; with 1 where something is wrong with what was looked at; with 2 where it",
        "could not be looked at. `serve` ends with 1 where it cannot start.",
        "",
        "Try:  hyperrun --repo .",
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the verb says; 2 where there is no such verb."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    name = arguments[0] if arguments else "serve"
    if name == "help" and len(arguments) > 1:  # `hyperrun help search`
        name, arguments = arguments[1], [arguments[1], "--help"]
    if name in ("-h", "--help", "help"):
        print(usage())
        return 0
    if name in ("-V", "--version"):
        print(f"hyperrun {__version__}")
        return 0
    if name.startswith("-"):
        name = "serve"
    elif name in VERBS:
        arguments = arguments if VERBS[name].takes_verb else arguments[1:]
    else:
        print(_unknown(name), file=sys.stderr)
        return 2
    sys.argv[0] = f"hyperrun {name}"
    try:
        try:
            return int(import_module(VERBS[name].module).main(arguments) or 0)
        finally:
            sys.stdout.flush()  # Python would do so at its end, and complain there
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `hyperrun pages | head`: whoever reads has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.filename is None:
            raise
        print(f"hyperrun: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1 if name == "serve" else 2


def _unknown(name: str) -> str:
    """One sentence about a verb that there is none of, with the one that was meant."""
    from difflib import get_close_matches

    meant = get_close_matches(name, VERBS, 1)
    more = f"did you mean {meant[0]!r}?" if meant else "hyperrun --help lists them"
    return f"hyperrun: there is no verb {name!r}: {more}"


if __name__ == "__main__":
    sys.exit(main())
