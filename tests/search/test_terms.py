"""Terms and stems, also where many questions are asked at once."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from hyperrun.search.terms import porter, query_terms, terms

THREADS = 8
ENDINGS = ("ational", "fulness", "ization", "iveness", "ing", "edly", "ies", "ousness")
WORDS = [f"{start}{end}" for start in ("rel", "hope", "organ", "decis", "conf") for end in ENDINGS]


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads take turns as often as they can, and no stem is known yet."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    porter.cache_clear()
    yield
    sys.setswitchinterval(before)
    porter.cache_clear()


@pytest.mark.usefixtures("hasty_threads")
def test_a_stem_is_the_same_while_other_threads_stem_other_words() -> None:
    alone = [porter(word) for word in WORDS]
    together = Barrier(THREADS)

    def stem(shift: int) -> None:
        words = WORDS[shift:] + WORDS[:shift]
        together.wait(10)
        for _ in range(5):
            porter.cache_clear()
            assert [porter(word) for word in words] == alone[shift:] + alone[:shift]

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(stem, range(0, 5 * THREADS, 5))) == [None] * THREADS


def test_a_name_that_begins_with_a_letter_and_a_hyphen_is_a_term() -> None:
    assert query_terms("v-if or v-show, which one should I use?") == ["vif", "vshow", "one"]
    assert terms("an e-mail, self-x, --x-data, a-b") == [
        "an", "e", "mail", "email", "self", "x", "x", "data", "a", "b",
    ]  # fmt: skip
