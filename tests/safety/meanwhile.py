"""What somebody else does while a run goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def meanwhile(act: Callable[[], object]) -> Iterator[None]:
    """Acts once a second, as long as the block takes."""
    ending = threading.Event()

    def go_on() -> None:
        while not ending.is_set():
            act()
            ending.wait(1)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
