"""The worker process: carries out runs, and sends what waits to be sent, until a signal."""

from __future__ import annotations

import logging
import os
import signal
import threading
from types import FrameType

from catalogue.bootstrap import desk_of, guarded_client, link_checker, open_journal, sender
from catalogue.cli.web import end_with_parent
from catalogue.dedupe.following import Comparing
from catalogue.desk import sweep
from catalogue.desk.postman import Postman
from catalogue.garbage import seldom_collected
from catalogue.harvest.identity import worker_name
from catalogue.harvest.worker import Worker
from catalogue.quality.rounds import Rounds
from catalogue.settings import load
from catalogue.validate.profiles import named_files


def main() -> None:
    """Work until a signal, or until the process that started this one ends."""
    end_with_parent()
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = load()
    seldom_collected()
    with open_journal(settings) as journal:
        hands = Worker(
            journal,
            lambda: guarded_client(settings),
            worker_name(),
            slots=settings.harvests,
            per_host=settings.harvests_per_host,
            also=lambda: sweep(desk_of(journal)),
            files=named_files(settings.shapes),
        )

        beside: dict[str, Postman | Rounds | Comparing] = {
            "postman": Postman(sender(settings, journal, worker_name())),
            "scores": Rounds(journal, link_checker(settings, journal), settings.link_checks),
            "comparing": Comparing(journal),
        }

        def stop(_signal: int, _frame: FrameType | None) -> None:
            hands.stop()
            for goes_round in beside.values():
                goes_round.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; who started us says when
        thread = threading.Thread(target=hands.run, name="worker")
        thread.start()
        for name, goes_round in beside.items():
            threading.Thread(target=goes_round.run, name=name, daemon=True).start()
        thread.join()
    # A run in hand is left as it is: its worker is seen to be gone, and the next goes on with it. So it is
    # with a letter: it is sent again under the same id.
    os._exit(0)


if __name__ == "__main__":
    main()
