"""What calls have taught about models: what they refuse, how much they take, how they write.

All of it is kept apart for the operator's key and for readers', is believed only after a call that
went well with it, and is forgotten after a while: a server may have been updated.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

KEEP_S = 24 * 3_600.0
KEEP_OF_READERS_S = 3_600.0
MAX_MODELS = 1_000
MIN_RATIO = 0.75  # less is told where what was cached is not counted


@dataclass(slots=True)
class Lesson:
    """What is known of one model at one address."""

    refused: dict[str, float] = field(default_factory=dict)  # parameter -> until when
    window_tokens: int = 0
    window_until: float = 0.0
    tokens_per_estimated: float = 1.0  # how our estimate compares with what was billed
    opens_with_thoughts: bool = False  # its template opens `<think>`, and it writes only the end
    thinks: bool = False


class Learned:
    """By address, model and whose key it is."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lessons: dict[tuple[str, str, bool], Lesson] = {}

    def of(self, url: str, model: str, own_key: bool) -> "ModelLessons":
        """What is known of a model; what is new is put there."""
        key = (url, model, own_key)
        lesson = self._lessons.pop(key, None) or Lesson()
        self._lessons[key] = lesson  # the least recently asked for goes first
        if len(self._lessons) > MAX_MODELS:
            del self._lessons[next(iter(self._lessons))]
        return ModelLessons(lesson, self._clock, KEEP_OF_READERS_S if own_key else KEEP_S)


class ModelLessons:
    """One model's."""

    def __init__(self, lesson: Lesson, clock: Callable[[], float], keep_s: float) -> None:
        self._lesson = lesson
        self._clock = clock
        self._keep_s = keep_s

    @property
    def refused(self) -> frozenset[str]:
        """Parameters to leave out."""
        now = self._clock()
        return frozenset(name for name, until in self._lesson.refused.items() if until > now)

    def refuses(self, parameters: Iterable[str]) -> None:
        """A request without these has succeeded after one with them was refused."""
        until = self._clock() + self._keep_s
        self._lesson.refused.update(dict.fromkeys(parameters, until))

    @property
    def window_tokens(self) -> int:
        """What the model's refusals have told of its window; 0: nothing."""
        return self._lesson.window_tokens if self._lesson.window_until > self._clock() else 0

    def takes(self, window_tokens: int) -> None:
        """A prompt that was made to fit this has succeeded after a longer one was refused."""
        self._lesson.window_tokens = window_tokens
        self._lesson.window_until = self._clock() + self._keep_s

    @property
    def tokens_per_estimated(self) -> float:
        """Tokens that the model has counted for one that we estimate."""
        return self._lesson.tokens_per_estimated

    def counted(self, estimated: int, told: int) -> None:
        """The provider has told what a prompt took."""
        if estimated >= 200 and told > 0:
            ratio = min(max(told / estimated, MIN_RATIO), 4.0)
            known = self._lesson.tokens_per_estimated
            # At once where we were too low, slowly where we were too high.
            self._lesson.tokens_per_estimated = max(ratio, known * 0.8 + ratio * 0.2)

    @property
    def opens_with_thoughts(self) -> bool:
        """Does a step begin with thoughts that nothing but their end marks?"""
        return self._lesson.opens_with_thoughts

    @opens_with_thoughts.setter
    def opens_with_thoughts(self, value: bool) -> None:
        self._lesson.opens_with_thoughts = value

    @property
    def thinks(self) -> bool:
        """Has it been seen to think?"""
        return self._lesson.thinks

    def has_thought(self) -> None:
        """It has just been seen to think."""
        self._lesson.thinks = True
