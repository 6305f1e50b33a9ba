"""Going round: sends what is due, again and again, until it is told to stop."""

from __future__ import annotations

import logging
import threading

from catalogue.desk.sender import Sender

LOOK = 1.0  # seconds between looks at the outbox
TIDY = 3600.0  # seconds between clearings
FEW = 20  # letters between two looks at whether to stop

log = logging.getLogger(__name__)


class Postman:
    """A sender's round, in a thread of its own, so that a slow mail server holds up nothing else. Several
    may go round side by side."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until `stop`; a letter in hand is left for whoever comes next."""
        waited = TIDY
        while not self._stop.is_set():
            try:
                if waited >= TIDY:
                    waited = 0.0
                    self._sender.journal.outbox.forget()
                self._sender.round(FEW)
            except Exception:  # the database may be away for a while
                log.exception("looking for letters failed; trying again")
            self._stop.wait(LOOK)
            waited += LOOK

    def stop(self) -> None:
        self._stop.set()
