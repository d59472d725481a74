"""A module of Python that pages describe."""

LAMP = '''"""About lamps."""


class Lamp:
    """A lamp.

    :param level: Its brightness.
    """

    def __init__(self, level: int = 3) -> None: ...

    def dim(self, by: int) -> int:
        """Make it darker."""

    def _hidden(self) -> None:
        """Secret."""


def find(name: str) -> "Lamp":
    """Find one.

    Args:
        name (str): What it is called,
            or its number.

    Returns:
        The lamp.
    """
'''
