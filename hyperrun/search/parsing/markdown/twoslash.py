"""TypeScript as Twoslash shows it: what only the compiler is told is left out.

The marks are those of Twoslash 0.3 (`// ---cut---`, `// @noErrors`, `// ^?`).
"""

import re

_CUT_BEFORE = re.compile(r"[ \t]*//[ \t]*-{3,}cut(?:-before)?-{3,}[ \t]*")
_CUT_AFTER = re.compile(r"[ \t]*//[ \t]*-{3,}cut-after-{3,}[ \t]*")
_CUT_START = re.compile(r"[ \t]*//[ \t]*-{3,}cut-start-{3,}[ \t]*")
_CUT_END = re.compile(r"[ \t]*//[ \t]*-{3,}cut-end-{3,}[ \t]*")
_TOLD = re.compile(
    r"[ \t]*//[ \t]*(?:@(?!filename\b)[a-zA-Z]+(?:[ \t]*:.*)?|\^[?|].*|\^{2,}.*)[ \t]*"
)


def shown(code: str) -> str:
    """The lines of `code` that its page shows."""
    kept: list[str] = []
    is_cut = False
    for line in code.splitlines():
        if _CUT_BEFORE.fullmatch(line):
            kept = []
        elif _CUT_AFTER.fullmatch(line):
            break
        elif _CUT_START.fullmatch(line):
            is_cut = True
        elif _CUT_END.fullmatch(line):
            is_cut = False
        elif not is_cut and not _TOLD.fullmatch(line):
            kept.append(line)
    return "\n".join(kept)
