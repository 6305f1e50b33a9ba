"""Links and scores follow the journal, whatever database it is on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from catalogue.model import Entry, Judged, Sector, content_hash, page_id
from catalogue.ports import Journal, LinkState
from catalogue.project.describe import describe
from catalogue.quality.keeping import follow
from tests.contract.test_journal import entry, run

NOW = datetime.now(UTC)
DCAT, DCT = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
FILE = "http://files.example/data.csv"
A = page_id("s", "a")


def dataset(key: str, *, keyword: bool = True, file: str = FILE, violations: int = 0) -> Entry:
    subject = f"<http://portal.example/{key}>"
    lines = [
        f"{subject} <{DCAT}distribution> <http://portal.example/{key}/d> .",
        f"<http://portal.example/{key}/d> <{DCAT}accessURL> <{file}> .",
        f"<http://portal.example/{key}/d> <{DCAT}downloadURL> <{file}> .",
    ]
    if keyword:
        lines.append(f'{subject} <{DCAT}keyword> "wind" .')
    graph = "".join(f"{line}\n" for line in sorted(lines)).encode()
    judged = (Judged("dcat-ap-3", violations),)
    made = entry(key, graph=graph, content_hash=content_hash(graph), judged=judged)
    return replace(made, sectors=(Sector("energy", "theme", "ENER"),))


def follow_all(journal: Journal) -> None:
    while follow(journal):
        pass


def points(journal: Journal) -> tuple[int, int]:
    """Records and points of all that are public."""
    found = journal.quality.figures("all", [""])
    return (found[0].records, found[0].points) if found else (0, 0)


def answer(journal: Journal, status: int) -> None:
    for visit in journal.links.visit(seconds=60, most=9, hosts=9):
        state = LinkState(status, NOW, due=NOW + timedelta(days=9))
        journal.links.settle(visit, {url: state for url, _old in visit.links}, pause=0)


def test_a_record_is_scored_once_it_was_judged_and_again_when_its_links_answer(
    journal: Journal,
) -> None:
    run(journal, dataset("a"))
    follow_all(journal)
    assert points(journal) == (1, 30 + 20 + 30), "keyword, download address, DCAT-AP"
    answer(journal, 200)
    follow_all(journal)
    assert points(journal) == (1, 80 + 50 + 30)
    assert describe(journal.current(A), "DE").quality == 160
    assert [(one.id, one.points) for one in journal.quality.figures("sector")] == [("energy", 160)]


def test_what_was_not_judged_and_what_is_no_dataset_has_no_score(journal: Journal) -> None:
    run(journal, replace(dataset("a"), judged=()), replace(dataset("b"), type="service"))
    follow_all(journal)
    assert points(journal) == (0, 0)
    assert describe(journal.current(A), "DE").quality is None
    assert journal.links.numbers().due == 1, "its link is looked after all the same"


def test_sums_follow_versions_and_withdrawals(journal: Journal) -> None:
    run(journal, dataset("a"), dataset("b"))
    follow_all(journal)
    assert points(journal) == (2, 160)
    run(journal, dataset("a", keyword=False, violations=3), dataset("b"))
    follow_all(journal)
    assert points(journal) == (2, 20 + 80)
    journal.withdraw("s", "a", "tester")
    follow_all(journal)
    assert points(journal) == (1, 80)
    journal.remove_source("s")
    follow_all(journal)
    assert points(journal) == (0, 0)
    assert journal.links.numbers().unknown == 0


def test_sums_follow_what_a_source_shows_to_whom(journal: Journal) -> None:
    run(journal, dataset("a"))
    follow_all(journal)
    journal.edit_source(replace(journal.source("s"), visibility="members"))
    follow_all(journal)
    assert points(journal) == (0, 0)
    assert [one.records for one in journal.quality.figures("source")] == [1]


def test_following_twice_reads_nothing_twice(journal: Journal) -> None:
    run(journal, dataset("a"))
    assert follow(journal, batches=9) == 1
    assert follow(journal, batches=9) == 0
    assert journal.quality.position() == journal.last_seq()


@pytest.mark.parametrize(
    "url", ["ftp://files.example/x", "urn:x:y", "http://", "mailto:a@b.example"]
)
def test_what_is_no_web_address_is_no_link(journal: Journal, url: str) -> None:
    run(journal, dataset("a", file=url))
    follow_all(journal)
    assert journal.links.numbers().unknown == 0
