"""Gunicorn's configuration, which it finds by this name; numbers come from the settings."""

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
    # The message and exit code of `dateline serve`; Gunicorn would print a traceback.
    print(f"Error: {error}", file=sys.stderr)
    sys.exit(2)

wsgi_app = "dateline.wsgi:app"
bind = "127.0.0.1:8000"
worker_class = "gthread"
workers = _settings.workers
threads = _settings.threads
# Workers are forked from a process that has imported Dateline, and share the memory that they do
# not change, which is nearly all of it at the start. Nothing is connected before the fork. With
# reload, each worker imports Dateline itself.
preload_app = not _settings.reload

# The longest that Gunicorn accepts: a question may have many long texts, and a Chinese character
# takes nine bytes.
limit_request_line = 8190

# Longer than a proxy keeps an idle connection, so that the proxy closes it.
keepalive = 75
# A worker without a heartbeat for this time is replaced; importing the largest body takes less.
timeout = 300
# Time for requests in progress to finish after SIGTERM.
graceful_timeout = 30

# The heartbeat file is in memory, so that it never waits for a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# Not used, and a read-only file system has no place for it.
control_socket_disable = True

# One line per request, with its id; off by default, because a proxy usually logs such lines.
accesslog = "-" if _settings.access_log else None
access_log_format = '%(t)s %({x-request-id}o)s %(h)s "%(r)s" %(s)s %(b)s %(D)sus'


def on_starting(server: Arbiter) -> None:
    """Log Gunicorn's own events in our format, to standard output instead of stderr."""
    for handler in server.log.error_log.handlers:
        handler.setStream(sys.stdout)
        handler.setFormatter(Line())


# Gunicorn sets up its log again at HUP.
on_reload = on_starting


def post_request(_worker: Worker, _request: Request) -> None:
    """Reset the request id: the thread may next reject a request that never reaches Dateline."""
    request_id.set(OUTSIDE)


# --- Development: DATELINE_RELOAD=1 --------------------------------------------------------------


class Watch(threading.Thread):
    """Report the first change to Dateline's code or templates.

    Gunicorn's own reloader starts after the application has been imported, so it misses changes
    made meanwhile, for example by an editor that saves twice. This one polls, because many kinds of
    mount do not report changes (inotify).
    """

    def __init__(self, extra_files: list[str], callback: Callable[[str], None]) -> None:
        super().__init__(daemon=True)
        self._callback = callback
        self._seen = self._look()

    def run(self) -> None:
        """Poll until something has changed."""
        while (now := self._look()) == self._seen:
            time.sleep(0.2)
        changed = {path for path, _changed_at in now ^ self._seen}
        self._callback(", ".join(sorted(changed)))

    def add_extra_file(self, filename: str) -> None:
        """Do nothing: all files are watched, also those with errors, which Gunicorn adds."""

    def _look(self) -> set[tuple[str, int]]:
        code = Path(__file__).parent / "dateline"
        seen = set()
        for path in [*code.rglob("*.py"), *code.rglob("*.html")]:
            # An editor may have deleted its temporary file meanwhile.
            with suppress(FileNotFoundError):
                seen.add((str(path), path.stat().st_mtime_ns))
        return seen


class ReloadingWorker(ThreadWorker):
    """Worker that is replaced when a file changes, and survives errors in it."""

    def init_process(self) -> None:
        """Unload Dateline's modules, which are as old as the parent process."""
        for name in [name for name in sys.modules if name.partition(".")[0] == "dateline"]:
            del sys.modules[name]
        # SQLAlchemy still has the SQL functions that the parent's modules have registered.
        warnings.filterwarnings("ignore", "The GenericFunction .* is already registered")
        super().init_process()

    def load_wsgi(self) -> None:
        """Show an import error in responses; Gunicorn would exit, and not see it fixed."""
        try:
            super().load_wsgi()
        except Exception:
            self.log.exception("Dateline cannot be imported")
            self.wsgi = make_fail_app(traceback.format_exc())


if _settings.reload:
    # Imported for the libraries: a worker forked from here imports only Dateline again.
    import dateline.app  # noqa: F401

    worker_class = ReloadingWorker
    reload = True
    reloader_engines["auto"] = Watch
    # A worker waits for open connections before it exits, and a browser keeps its own open.
    keepalive = 0
