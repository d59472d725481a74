"""The operator's desk at `/desk`: what readers ask, and what becomes of it.

Server-rendered, without a script. It is there only where a password or a proxy's header is set.
"""

from hyperrun.settings import Settings


def has_desk(settings: Settings) -> bool:
    """Is there a desk at all?"""
    return bool(settings.desk_password or settings.desk_read_password or settings.desk_header)
