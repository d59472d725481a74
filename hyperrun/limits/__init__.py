"""How much may be asked, and what it may cost."""

from hyperrun.limits.admission import Limits
from hyperrun.limits.reservation import Reservation

__all__ = ["Limits", "Reservation"]
