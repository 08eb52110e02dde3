"""Report the progress of long work to a page, as lines that a script reads as they arrive.

Each line is a JSON object: `{"received": 5000}` any number of times, and at the end either
`{"location": ...}`, the URL to open, or `{"page": ...}`, the page to show.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Final, TypeVar

from flask import Response, current_app, request, stream_with_context

LINES: Final = "application/x-ndjson"

Made = TypeVar("Made")
Progress = Callable[[int], None]


def work_and_answer(
    work: Callable[[Progress], Made], answer: Callable[[Callable[[], Made]], Response]
) -> Response:
    """Do the work, and return a response with its result.

    Args:
        work: may take long, and reports its progress. It has no access to the request.
        answer: calls its argument for the result, which raises any exception of the work.
    """
    accepted = request.accept_mimetypes
    if accepted.quality(LINES) > accepted.quality("text/html"):
        lines = stream_with_context(_lines(work, answer))
        # Proxies that support this header forward each line as it arrives.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return Response(lines, mimetype=LINES, headers=headers)
    return answer(lambda: work(lambda _received: None))


def _lines(
    work: Callable[[Progress], Made], answer: Callable[[Callable[[], Made]], Response]
) -> Iterator[str]:
    heard: SimpleQueue[int | None] = SimpleQueue()
    # If the client disconnects, leaving this block still waits until the work is done.
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work, heard.put)
        working.add_done_callback(lambda _done: heard.put(None))
        while (received := heard.get()) is not None:
            yield _line({"received": received})
        try:
            response = answer(working.result)
        except Exception as error:
            response = current_app.make_response(current_app.handle_user_exception(error))
    location = response.headers.get("Location")
    yield _line({"location": location} if location else {"page": response.get_data(as_text=True)})


def _line(values: dict[str, int | str]) -> str:
    return json.dumps(values) + "\n"
