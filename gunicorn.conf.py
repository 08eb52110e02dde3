"""How Gunicorn runs Dateline. It reads this file by itself; the figures come from the settings."""

import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.http.message import Request
from gunicorn.reloader import reloader_engines
from gunicorn.util import make_fail_app
from gunicorn.workers.base import Worker
from gunicorn.workers.gthread import ThreadWorker

from dateline.config import settings_of_start
from dateline.errors import InvalidSettings
from dateline.logs import OUTSIDE, Line, request_id

try:
    _settings = settings_of_start()
except InvalidSettings as error:
    # As `dateline serve` says it, and ends: Gunicorn would print a traceback.
    print(f"Error: {error}", file=sys.stderr)
    sys.exit(2)

wsgi_app = "dateline.wsgi:app"
bind = "127.0.0.1:8000"
worker_class = "gthread"
workers = _settings.workers
threads = _settings.threads
# Workers are forked from a process that has imported Dateline, and share what they do not change,
# which is nearly all that they have at their start. Nothing is connected before the fork. While
# code is edited each worker imports it for itself.
preload_app = not _settings.reload

# The longest that Gunicorn takes: a question may have many long texts, and a Chinese character is
# nine bytes of it.
limit_request_line = 8190

# Longer than a proxy keeps an idle connection, so that the proxy is the one to close it.
keepalive = 75
# A worker that is silent for so long is replaced; an import of the largest body takes less.
timeout = 300
# What is in flight at SIGTERM may finish for so long.
graceful_timeout = 30

# The heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# Nobody here talks to Gunicorn through a socket, and a read-only file system has no place for it.
control_socket_disable = True

# One line a request, with its id; off where a proxy in front keeps such lines already.
accesslog = "-" if _settings.access_log else None
access_log_format = '%(t)s %({x-request-id}o)s %(h)s "%(r)s" %(s)s %(b)s %(D)sus'


def on_starting(server: Arbiter) -> None:
    """Have Gunicorn's own events in the form of ours, on standard output (its own is stderr)."""
    for handler in server.log.error_log.handlers:
        handler.setStream(sys.stdout)
        handler.setFormatter(Line())


# HUP makes Gunicorn's log anew.
on_reload = on_starting


def post_request(_worker: Worker, _request: Request) -> None:
    """Forget the id: the thread may next refuse what never becomes a request of Dateline's."""
    request_id.set(OUTSIDE)


# --- Development: DATELINE_RELOAD=1 --------------------------------------------------------------


class Watch(threading.Thread):
    """Tells of the first change to Dateline's code or templates.

    Gunicorn's own begins to look when the application has been imported, and so misses what
    changes meanwhile, as when an editor saves twice. It looks at files, since many kinds of mount
    tell nobody of a change (inotify).
    """

    def __init__(self, extra_files: list[str], callback: Callable[[str], None]) -> None:
        super().__init__(daemon=True)
        self._callback = callback
        self._seen = self._look()

    def run(self) -> None:
        """Look until something has changed."""
        while (now := self._look()) == self._seen:
            time.sleep(0.2)
        changed = {path for path, _changed_at in now ^ self._seen}
        self._callback(", ".join(sorted(changed)))

    def add_extra_file(self, filename: str) -> None:
        """All files are watched; Gunicorn asks for those with mistakes in them."""

    def _look(self) -> set[tuple[str, int]]:
        code = Path(__file__).parent / "dateline"
        seen = set()
        for path in [*code.rglob("*.py"), *code.rglob("*.html")]:
            # An editor may have put its temporary file away meanwhile.
            with suppress(FileNotFoundError):
                seen.add((str(path), path.stat().st_mtime_ns))
        return seen


class ReloadingWorker(ThreadWorker):
    """Is replaced when a file changes, and outlives mistakes in it."""

    def init_process(self) -> None:
        """Forget what the parent knows of Dateline, which is as old as the parent."""
        for name in [name for name in sys.modules if name.partition(".")[0] == "dateline"]:
            del sys.modules[name]
        # SQLAlchemy remembers the SQL functions that the parent's modules have made.
        warnings.filterwarnings("ignore", "The GenericFunction .* is already registered")
        super().init_process()

    def load_wsgi(self) -> None:
        """Show a mistake to whoever asks; Gunicorn would end, and so not see it mended."""
        try:
            super().load_wsgi()
        except Exception:
            self.log.exception("Dateline cannot be imported")
            self.wsgi = make_fail_app(traceback.format_exc())


if _settings.reload:
    # Imported for the libraries: a new worker, forked from here, imports Dateline alone.
    import dateline.app  # noqa: F401

    worker_class = ReloadingWorker
    reload = True
    reloader_engines["auto"] = Watch
    # A worker waits for open connections before it goes, and a browser keeps its own open.
    keepalive = 0
