"""One cold question is answered once, however many ask it at the same time."""

import time
from collections.abc import Callable
from typing import Any

from dogpile import Lock, NeedRegenerationException

from dateline.cache.answers import Answer, Outcome


def make_once(
    mutex: Any, kept: Callable[[], Answer | None], make: Callable[[], Answer]
) -> tuple[Answer, Outcome]:
    """Give the kept answer; make it where there is none, and let others wait for that.

    Args:
        mutex: the question's own lock, with `acquire` and `release`.
        kept: looks for a current answer; asked again once the lock is held.
        make: makes the answer and keeps it.
    """
    outcome = Outcome.HIT

    def look() -> tuple[Answer, float]:
        answer = kept()
        if answer is None:
            raise NeedRegenerationException
        return answer, time.time()

    def create() -> tuple[Answer, float]:
        nonlocal outcome
        outcome = Outcome.MISS
        return make(), time.time()

    # dogpile's class has no annotations.
    with Lock(mutex, create, look, expiretime=None) as answer:  # type: ignore[no-untyped-call]
        return answer, outcome
