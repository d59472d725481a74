"""Pages that tell of an error under headings of their own: how it shows, why, and what mends it."""

import re

_BEFORE = re.compile(
    r"\W*(symptoms?|(the )?(problems?|causes?|errors?|issues?|reasons?)|error messages?|"
    r"(root|possible) causes?|what (went|goes) wrong|why (did )?this (error|happen)\w*( \w+)?)\W*",
    re.I,
)
_MENDS = re.compile(
    r"\W*(answers?|resolutions?|solutions?|fix(es)?|workarounds?|remed(y|ies)|"
    r"(possible )?ways to (fix|solve|resolve)|how (to|do (i|you)) (fix|solve|resolve))\b", re.I,
)  # fmt: skip


def stands_before_mend(heading: str) -> bool:
    """Is a section under it the part of such an account that comes before what mends the error?"""
    return bool(_BEFORE.fullmatch(heading))


def tells_mend(heading: str) -> bool:
    """Does it say that it tells how to mend an error?"""
    return bool(_MENDS.match(heading))
