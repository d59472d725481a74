"""A script for the shell that completes verbs and their options: `hyperrun completion SHELL`.

bash:  hyperrun completion bash > ~/.local/share/bash-completion/completions/hyperrun
zsh:   hyperrun completion zsh > "${fpath[1]}/_hyperrun"
fish:  hyperrun completion fish > ~/.config/fish/completions/hyperrun.fish
"""

import argparse
import contextlib
import io
import re
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

SHELLS = ("bash", "zsh", "fish")
_OPTION = re.compile(r"^ {2,}(?:-\w(?: [A-Z_]+)?, )?(--[a-z][\w-]*)", re.MULTILINE)

BASH = """_hyperrun() {
  local word="${COMP_WORDS[COMP_CWORD]}" options
  case "${COMP_WORDS[1]}" in
CASES
    *) options="SERVE" ;;
  esac
  if [ "$COMP_CWORD" = 1 ] && [ "${word#-}" = "$word" ]; then
    COMPREPLY=($(compgen -W "VERBS" -- "$word"))
  elif [ "${word#-}" != "$word" ]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _hyperrun hyperrun"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the script."""
    parser = argparse.ArgumentParser(
        prog="hyperrun completion", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("shell", choices=SHELLS)
    shell = parser.parse_args(arguments).shell
    verbs = import_module("hyperrun.__main__").VERBS
    says = {name: verb.says for name, verb in verbs.items()}
    options = {name: options_of(verb.module, name) for name, verb in verbs.items()}
    print({"bash": bash, "zsh": zsh, "fish": fish}[shell](says, options))
    return 0


def options_of(module: str, name: str) -> list[str]:
    """The long options of a verb, as its own help has them."""
    if module == __name__:
        return ["--help"]
    said = io.StringIO()
    silent = contextlib.redirect_stdout(said), contextlib.redirect_stderr(said)
    # The verb ends the process when it has told its help.
    with silent[0], silent[1], contextlib.suppress(SystemExit):
        import_module(module).main(["--help"])
    return list(dict.fromkeys(_OPTION.findall(said.getvalue())))


def bash(says: Mapping[str, str], options: Mapping[str, Sequence[str]]) -> str:
    """For bash."""
    cases = "\n".join(
        f'    {name}) options="{" ".join(each)}" ;;' for name, each in options.items()
    )
    script = BASH.replace("CASES", cases).replace("VERBS", " ".join(says))
    return script.replace("SERVE", " ".join(options["serve"]))


def zsh(says: Mapping[str, str], options: Mapping[str, Sequence[str]]) -> str:
    """For zsh."""
    verbs = "\n".join(f"    {_quoted(f'{name}:{text}')}" for name, text in says.items())
    cases = "\n".join(
        f"    {name}) compadd -- {' '.join(each)}; _files ;;" for name, each in options.items()
    )
    return (
        "#compdef hyperrun\n_hyperrun() {\n  local -a verbs\n  verbs=(\n"
        f"{verbs}\n  )\n  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
        "    _describe verb verbs\n    return\n  fi\n"
        f"  case $words[2] in\n{cases}\n"
        f"    *) compadd -- {' '.join(options['serve'])} ;;\n  esac\n}}\n"
        'if [ "$funcstack[1]" = _hyperrun ]; then _hyperrun; else compdef _hyperrun hyperrun; fi'
    )


def fish(says: Mapping[str, str], options: Mapping[str, Sequence[str]]) -> str:
    """For fish."""
    lines = [
        f"complete -c hyperrun -n __fish_use_subcommand -f -a {name} -d {_quoted(text)}"
        for name, text in says.items()
    ]
    for name, each in options.items():
        seen = f"'__fish_seen_subcommand_from {name}'"
        lines += [f"complete -c hyperrun -n {seen} -l {option[2:]}" for option in each]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


if __name__ == "__main__":
    sys.exit(main())
