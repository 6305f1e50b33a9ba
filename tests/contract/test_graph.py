"""What every graph projection promises: it holds what the public records state, whatever happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.adapters.embedded.oxigraph import OxigraphGraph
from catalogue.adapters.embedded.oxigraph_proof import as_stored
from catalogue.model import Change, Judged, Link, Record, content_hash, page_id
from catalogue.project.statements import statements
from tests.contract.memory_journal import MemoryJournal

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SITE = "http://catalogue.example"
DCT = "http://purl.org/dc/terms/"
VOCABULARY = ['<http://v.example/t> <http://www.w3.org/2004/02/skos/core#prefLabel> "label"@en .']
# Statements that several records make: about one organisation, one dataset's IRI, the vocabulary's own.
SHARED = [
    '<http://org.example/o> <http://xmlns.com/foaf/0.1/name> "The organisation" .',
    '<http://portal.example/same> <http://purl.org/dc/terms/title> "The same" .',
    '<http://portal.example/same> <http://purl.org/dc/terms/extent> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .',
    '<http://portal.example/same> <http://purl.org/dc/terms/extent> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .',
    '_:c14n0 <http://www.w3.org/2006/vcard/ns#fn> "Contact" .',
    '<http://portal.example/file> <http://purl.org/dc/terms/title> "A file of one" .',
    '<http://portal.example/both> <http://purl.org/dc/terms/title> "A file of several" .',
]


def change(
    seq: int,
    key: int,
    parts: Sequence[int],
    *,
    deleted: bool = False,
    visibility: str = "public",
    archived: bool = False,
    judged: tuple[Judged, ...] = (),
    links: tuple[Link, ...] = (),
) -> Change:
    own = [f'<http://portal.example/{key}> <http://purl.org/dc/terms/identifier> "{key}" .']
    lines = sorted({*own, *(SHARED[part] for part in parts)})
    graph = None if deleted else "".join(f"{line}\n" for line in lines).encode()
    record = Record(
        page_id=page_id("s", str(key)),
        source="s",
        node="n",
        key=str(key),
        iri=f"http://portal.example/{key}",
        type="dataset",
        visibility=visibility,
        deleted=deleted,
        seq=seq,
        content_hash=content_hash(graph or b""),
        first_seen=NOW,
        changed=NOW,
        archived=archived,
    )
    return Change(seq, record, "r", NOW, graph, judged=judged, links=links)


steps = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.lists(st.integers(0, len(SHARED) - 1), max_size=4, unique=True),
        st.sampled_from(["", "", "deleted", "archived"]),
        st.sampled_from(["public", "public", "members"]),
    ),
    min_size=1,
    max_size=12,
)


def stored(store: ox.Store) -> set[str]:
    return {str(quad.triple) for quad in store}


def expected(journal: MemoryJournal) -> set[str]:
    store = ox.Store()
    public = (one for one in journal.everything() if one.record.visibility == "public")
    lines = [*VOCABULARY, *(line for one in public for line in statements(one, SITE))]
    store.bulk_load("\n".join(lines).encode(), ox.RdfFormat.N_TRIPLES)
    return stored(store)


def opened(folder: Path, journal: MemoryJournal) -> OxigraphGraph:
    return OxigraphGraph(folder, journal, site=SITE, vocabulary=lambda: VOCABULARY)  # type: ignore[arg-type]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps, st.integers(1, 5))
def test_the_graph_is_what_the_public_records_state(
    tmp_path_factory: object, steps: list[tuple[int, list[int], str, str]], batch: int
) -> None:
    folder = tmp_path_factory.mktemp("g") / "graph"  # type: ignore[attr-defined]
    journal = MemoryJournal()
    graph = opened(folder, journal)
    for seq, (key, parts, end, visibility) in enumerate(steps, 1):
        deleted, archived = end == "deleted", end == "archived"
        journal.append(
            change(seq, key, parts, deleted=deleted, visibility=visibility, archived=archived)
        )
    while graph.cursor() < journal.last_seq():
        changes = journal.changes(graph.cursor(), batch)
        graph.apply(changes, changes[-1].seq)
    assert stored(graph._store) == expected(journal)
    assert graph.differences(journal.everything) == []
    graph.close()


LEXICAL = st.sampled_from(
    [
        "1",
        "01",
        "+1",
        "-0",
        "1.50",
        "1e3",
        "true",
        "2024-05-01",
        "2024-05-01Z",
        "24:00:00",
        "x",
        "",
        "2024-05-01T10:00:00.500",
        "2024-05-01T10:00:00+02:00",
        "P1Y",
        "2024",
        'quo\\"te',
        "tab\\t",
    ]
)
TYPES = ("integer", "nonNegativeInteger", "decimal", "double", "boolean", "date", "dateTime")
DATATYPE = st.sampled_from([*TYPES, "gYear", "duration", "time", "anyURI", "token"])


@given(st.lists(st.tuples(LEXICAL, DATATYPE), max_size=8))
def test_lines_are_foretold_as_the_store_writes_them(literals: list[tuple[str, str]]) -> None:
    lines = [
        f'<http://x.example/{n}> <http://x.example/p> "{text}"^^<http://www.w3.org/2001/XMLSchema#{kind}> .'
        for n, (text, kind) in enumerate(literals)
    ]
    store = ox.Store()
    store.bulk_load("\n".join(lines).encode(), ox.RdfFormat.N_TRIPLES)
    assert sorted(as_stored(lines)) == sorted(f"{quad.triple} ." for quad in store)


def test_a_batch_applied_again_after_a_crash_changes_nothing(tmp_path: Path) -> None:
    journal = MemoryJournal()
    graph = opened(tmp_path / "graph", journal)
    journal.append(change(1, 0, [0, 1], deleted=False, visibility="public"))
    journal.append(change(2, 1, [0, 2], deleted=False, visibility="public"))
    graph.apply(journal.changes(0, 10), 2)
    journal.append(change(3, 0, [1], deleted=False, visibility="public"))
    # The store is changed, and the process ends before the ledger is.
    commit, graph._ledger.commit = graph._ledger.commit, lambda *_all, **_more: None  # type: ignore[method-assign]
    graph.apply(journal.changes(2, 10), 3)
    graph._ledger.commit = commit  # type: ignore[method-assign]
    assert graph.cursor() == 2
    graph.close()
    # Meanwhile the record changed again: the interrupted batch is finished as it was, then the rest.
    journal.append(change(4, 0, [3], deleted=False, visibility="public"))
    graph = opened(tmp_path / "graph", journal)
    assert graph.cursor() == 3
    graph.apply(journal.changes(3, 10), 4)
    assert stored(graph._store) == expected(journal)
    assert graph.differences(journal.everything) == []
    graph.close()


def test_a_triple_too_few_and_one_too_many_are_noticed(tmp_path: Path) -> None:
    journal = MemoryJournal()
    graph = opened(tmp_path / "graph", journal)
    journal.append(change(1, 0, [0], deleted=False, visibility="public"))
    graph.apply(journal.changes(0, 10), 1)
    line = ox.parse(SHARED[0], ox.RdfFormat.N_TRIPLES)
    quad = next(iter(line))
    graph._store.remove(quad)
    assert graph.differences(journal.everything) != []
    graph._store.add(quad)
    assert graph.differences(journal.everything) == []
    graph._store.add(ox.Quad(ox.NamedNode("http://x.example/"), quad.predicate, quad.object))
    assert graph.differences(journal.everything) != []
    graph.close()


def test_a_rebuilt_graph_equals_the_incremental_one(tmp_path: Path) -> None:
    journal = MemoryJournal()
    graph = opened(tmp_path / "graph", journal)
    for seq in range(1, 6):
        journal.append(change(seq, seq % 3, [0, seq % 5], deleted=seq == 3, visibility="public"))
        graph.apply(journal.changes(seq - 1, 1), seq)
    before = stored(graph._store)
    graph.rebuild(journal.everything, 5)
    assert stored(graph._store) == before == expected(journal)
    assert graph.differences(journal.everything) == []
    graph.settle()
    name = (tmp_path / "graph" / "checkpoints" / "current").read_text()
    copy = ox.Store.read_only(str(tmp_path / "graph" / "checkpoints" / name))
    assert stored(copy) == before
    graph.close()


def test_an_archived_record_leaves_the_graph_and_comes_back_when_it_is_listed_again(
    tmp_path: Path,
) -> None:
    journal = MemoryJournal()
    graph = opened(tmp_path / "graph", journal)
    journal.append(change(1, 0, [0, 1]))
    journal.append(change(2, 1, [0]))
    graph.apply(journal.changes(0, 10), 2)
    journal.append(change(3, 0, [0, 1], archived=True))
    graph.apply(journal.changes(2, 10), 3)
    own = f"<http://portal.example/0> <{DCT}identifier>"
    assert not [one for one in stored(graph._store) if one.startswith(own)]
    assert SHARED[0][:-2] in stored(graph._store)  # the other record says so too
    assert (graph.size(), graph.differences(journal.everything)) == (1, [])
    # Archived once more under another number: there is nothing to take out.
    journal.append(change(4, 0, [0], archived=True))
    graph.apply(journal.changes(3, 10), 4)
    journal.append(change(5, 0, [1]))
    graph.apply(journal.changes(4, 10), 5)
    assert [one for one in stored(graph._store) if one.startswith(own)]
    assert stored(graph._store) == expected(journal)
    assert (graph.size(), graph.differences(journal.everything)) == (2, [])
    graph.close()


def test_a_distribution_that_its_dataset_lost_leaves_and_a_shared_one_stays(tmp_path: Path) -> None:
    journal = MemoryJournal()
    graph = opened(tmp_path / "graph", journal)
    journal.append(change(1, 0, [5, 6]))
    journal.append(change(2, 1, [6]))
    graph.apply(journal.changes(0, 10), 2)
    journal.append(change(3, 0, []))
    graph.apply(journal.changes(2, 10), 3)
    assert SHARED[5][:-2] not in stored(graph._store)
    assert SHARED[6][:-2] in stored(graph._store)
    journal.append(change(4, 1, []))
    graph.apply(journal.changes(3, 10), 4)
    assert SHARED[6][:-2] not in stored(graph._store)
    assert stored(graph._store) == expected(journal)
    assert graph.differences(journal.everything) == []
    graph.close()


def test_a_damaged_graph_asks_to_be_made_anew(tmp_path: Path) -> None:
    journal = MemoryJournal()
    opened(tmp_path / "graph", journal).close()
    (tmp_path / "graph" / "counts.sqlite").write_bytes(b"garbage" * 1000)
    graph = opened(tmp_path / "graph", journal)
    assert "damaged" in (graph.needs_rebuild(1) or "")
    graph.close()


JUDGED = (Judged("dcat-ap-3", 0, 0, 0),)
SCORES = """PREFIX dqv: <http://www.w3.org/ns/dqv#> PREFIX pv: <https://piveau.eu/ns/voc#>
    SELECT ?record ?points WHERE {
      ?entry dqv:hasQualityMeasurement ?m .
      ?m a dqv:QualityMeasurement ; dqv:isMeasurementOf pv:score ; dqv:computedOn ?record ;
         dqv:value ?points }"""


def scores(graph: OxigraphGraph) -> dict[str, int]:
    rows = graph._store.query(SCORES)
    return {row["record"].value.rsplit("/", 1)[-1]: int(row["points"].value) for row in rows}


def test_the_graph_says_how_records_score_in_all_and_by_dimension(tmp_path: Path) -> None:
    journal = MemoryJournal()
    graph = OxigraphGraph(tmp_path, journal, site=SITE, vocabulary=lambda: VOCABULARY)
    journal.append(change(1, 1, [], judged=JUDGED))
    journal.append(change(2, 2, []))
    graph.apply(journal.changes(0, 5), 2)
    assert scores(graph) == {"1": 30}, "who was not judged has no score"
    rows = graph._store.query("""PREFIX dqv: <http://www.w3.org/ns/dqv#>
        SELECT ?part ?points WHERE { ?m a dqv:QualityMeasurement ; ?part ?points
            FILTER(STRENDS(STR(?part), "Points")) }""")
    assert {row["part"].value.rpartition("#")[2]: int(row["points"].value) for row in rows} == {
        "findabilityPoints": 0,
        "accessibilityPoints": 0,
        "interoperabilityPoints": 30,
        "reusabilityPoints": 0,
        "contextualityPoints": 0,
    }
    assert graph.differences(journal.everything) == []
    graph.close()


def test_a_score_that_changes_leaves_nothing_of_the_one_before(tmp_path: Path) -> None:
    """What is known beside the graph is attached to old changes too, so they cannot tell what was stored."""
    journal = MemoryJournal()
    graph = OxigraphGraph(tmp_path, journal, site=SITE, vocabulary=lambda: VOCABULARY)
    journal.append(change(1, 1, [], judged=JUDGED))
    graph.apply(journal.changes(0, 5), 1)
    broken = (Judged("dcat-ap-3", 4, 0, 0),)
    journal._log[0] = change(1, 1, [], judged=broken)
    journal.append(change(2, 1, [], judged=broken))
    graph.apply(journal.changes(1, 5), 2)
    assert scores(graph) == {"1": 0}
    assert stored(graph._store) == expected(journal)
    journal.append(change(3, 1, [], deleted=True))
    graph.apply(journal.changes(2, 5), 3)
    assert stored(graph._store) == expected(journal)
    graph.close()
