"""Where the parts are joined: for the web application and for the command line alike."""

import gc
from dataclasses import dataclass

from dateline.cache.answers import Cache
from dateline.cache.opening import open_cache
from dateline.config import Settings
from dateline.database import Database


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one process."""

    settings: Settings
    database: Database
    cache: Cache

    def close(self) -> None:
        """Give every connection back."""
        self.cache.close()
        self.database.close()


def open_services(settings: Settings) -> Services:
    """Join the parts. No server is asked for anything before it is needed."""
    database = Database(settings)
    return Services(settings, database, open_cache(settings, database))


def settle() -> None:
    """Have the garbage collector leave alone what the process has started with.

    What comes after by the thousand, rows and answers, is in no cycles: looking for some so often
    as Python does slows every import.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
