"""What is held for one answer until it ends."""

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hyperrun.llm.choice import ModelChoice

Place = tuple[str, str]  # a kind ("visitor", "address", "server") and whose it is


@dataclass
class Reservation:
    """An admitted question: its places among the answers in flight, and its share of the budget.

    `Limits.book` or `Limits.release` ends it; a second call does nothing.
    """

    choice: "ModelChoice | None" = None  # who answers; None: nobody, passages do
    notice: str = ""  # key of the sentence to show with the answer
    places: tuple[Place, ...] = ()
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    day: str = ""  # of the money set aside; "" where the operator pays nothing
    usd: float = 0.0
    one_call_usd: float = 0.0
    ended: bool = False
