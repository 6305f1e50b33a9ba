"""Taking items from an iterator ahead of their use, in a thread, so that neither side waits for both."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Full, Queue
from typing import TypeVar

Item = TypeVar("Item")
LOOK = 0.1  # seconds between looks at whether anybody still wants items


class _End:
    """What stands behind the last item: nothing, or the error that ended them."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(items: Iterator[Item], size: int, give_up: Callable[[], None]) -> Iterator[Item]:
    """The items in their order, up to `size` of them taken before they are asked for.

    Who stops early has `give_up` called, which must end a wait of the iterator's. An error of the
    iterator comes in its place.
    """
    waiting: Queue[Item | _End] = Queue(size)
    stop = threading.Event()

    def pump() -> None:
        end = _End()
        try:
            for item in items:
                if not _put(waiting, item, stop):
                    return
        except BaseException as error:
            end = _End(error)
        _put(waiting, end, stop)

    thread = threading.Thread(target=pump, name="ahead", daemon=True)
    thread.start()
    try:
        while True:
            item = waiting.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        stop.set()
        thread.join(LOOK)  # enough where the item just used was the last
        if thread.is_alive():
            give_up()
            thread.join()


def _put(waiting: Queue[Item], item: Item, stop: threading.Event) -> bool:
    """Wait for a place for the item; false where nobody wants it any more."""
    while not stop.is_set():
        with suppress(Full):
            waiting.put(item, timeout=LOOK)
            return True
    return False
