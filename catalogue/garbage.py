"""When Python looks for garbage in a process that works through many records."""

from __future__ import annotations

import gc

YOUNG = 50_000  # objects made since the last look, and not freed, until the next
OLDER = (20, 100)  # looks at the young until one at the middle-aged, and of those until one at all


def seldom_collected() -> None:
    """Leave what is loaded by now out of every search for cycles, and search seldom.

    Records make no cycles, so they are freed as soon as they are done with; looking through hundreds
    of thousands of kept words took up to a third of the time that the index took.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *OLDER)
