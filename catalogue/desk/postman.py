"""Going round: ends what is over and sends what is due, again and again, until it is told to stop."""

from __future__ import annotations

import logging
import threading

from catalogue.desk.desk import Desk
from catalogue.desk.sender import Sender
from catalogue.desk.sweeping import sweep

LOOK = 1.0  # seconds between looks at the outbox
SWEEP = 60.0  # seconds between looks at what is over
TIDY = 3600.0  # seconds between clearings
FEW = 20  # letters between two looks at whether to stop

log = logging.getLogger(__name__)


class Postman:
    """A sender's round, in a thread of its own, so that a slow mail server holds up nothing else. Several
    may go round side by side."""

    def __init__(self, desk: Desk, sender: Sender) -> None:
        self._desk, self._sender = desk, sender
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until `stop`; a letter in hand is left for whoever comes next."""
        tidied, swept = TIDY, SWEEP
        while not self._stop.is_set():
            try:
                if tidied >= TIDY:
                    tidied = 0.0
                    self._sender.journal.outbox.forget()
                if swept >= SWEEP:
                    swept = 0.0
                    sweep(self._desk)
                self._sender.round(FEW)
            except Exception:  # the database may be away for a while
                log.exception("looking for letters failed; trying again")
            self._stop.wait(LOOK)
            tidied, swept = tidied + LOOK, swept + LOOK

    def stop(self) -> None:
        self._stop.set()
