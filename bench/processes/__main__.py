"""More than one process over one PostgreSQL, in full size.

    python -m bench.processes [cost] [later] [faults] [growth] [--small]

cost: CPU of a token, followed where it runs and elsewhere, against one process with SQLite, and
what three processes serve. later: how much later words come elsewhere. faults: what the tests try,
in full size. growth: memory after 10,000 answers, twice. Without a word: all of them, an hour.
"""

import argparse
from collections.abc import Sequence

from bench.processes import cost, faults, growth, later

PARTS = {"cost": cost.run, "later": later.run, "faults": faults.run, "growth": growth.run}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the parts and print what they find."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help=" ".join(PARTS))
    parser.add_argument("--small", action="store_true", help="seconds: proves that it works")
    options = parser.parse_args(arguments)
    for name in options.parts or PARTS:
        print(f"\n{name}", flush=True)
        PARTS[name](small=options.small)


if __name__ == "__main__":
    main()
