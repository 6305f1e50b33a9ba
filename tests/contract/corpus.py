"""A corpus in the 24 official languages: synthetic records, harvested the real way."""

from __future__ import annotations

from pathlib import Path

from catalogue.bootstrap import guarded_client, open_journal
from catalogue.harvest.identity import worker_name
from catalogue.harvest.worker import carry_out
from catalogue.model import Change, Node, RunState, Source
from catalogue.project.follower import live_changes
from catalogue.settings import Settings
from catalogue.synth import document

SEED = 7
SOURCES = {"open": ("public", range(1200)), "closed": ("members", range(1200, 1500))}


def build(folder: Path) -> list[Change]:
    """Every live record of the corpus, by page id."""
    settings = Settings(data_dir=folder / "var")
    with open_journal(settings) as journal:
        journal.add_node(Node("de", "German Node (fictional)", "DE"))
        for name, (visibility, numbers) in SOURCES.items():
            feed = folder / f"{name}.nt"
            feed.write_bytes(b"".join(document("ntriples", SEED, numbers)))
            journal.add_source(Source(name, "de", "dcat", feed.as_uri(), {}, visibility=visibility))
            run = journal.runs.queue(name)
            ended = carry_out(run.id, journal, guarded_client(settings), worker_name())
            assert ended is not None
            assert ended.state is RunState.DONE, ended.error
        return list(live_changes(journal))
