"""Compute an uncached answer once, however many clients request it at the same time."""

import time
from collections.abc import Callable
from typing import Any

from dogpile import Lock, NeedRegenerationException

from dateline.cache.answers import Answer, Outcome


def make_once(
    mutex: Any, kept: Callable[[], Answer | None], make: Callable[[], Answer]
) -> tuple[Answer, Outcome]:
    """Return the cached answer, or compute it while other callers wait for it.

    Args:
        mutex: the question's own lock, with `acquire` and `release`.
        kept: looks up a current answer; called again once the lock is held.
        make: computes the answer and caches it.
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

    # dogpile's Lock has no annotations.
    with Lock(mutex, create, look, expiretime=None) as answer:  # type: ignore[no-untyped-call]
        return answer, outcome
