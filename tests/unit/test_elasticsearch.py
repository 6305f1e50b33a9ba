"""Where Elasticsearch is, what is said of its failures, and writing at its pace; without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from elastic_transport import ApiResponseMeta, ConnectionTimeout, HttpHeaders, NodeConfig
from elasticsearch import ApiError

from catalogue.adapters.scaleout.elasticsearch_bulk import ATTEMPTS, LEAST, Bulk, Write
from catalogue.adapters.scaleout.elasticsearch_search import ElasticsearchSearch
from catalogue.adapters.scaleout.elasticsearch_server import refusal, server
from catalogue.bootstrap import bootstrap
from catalogue.errors import SettingsError, Unavailable
from catalogue.search.query import Request
from catalogue.settings import Settings, shown
from tests.command import free_port

HERE = server("elasticsearch+http://127.0.0.1:9250/demo")

# --- addresses -----------------------------------------------------------------------------------


def test_an_address_names_hosts_a_prefix_shards_and_replicas(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.touch()
    url = "elasticsearch+https://one:9243,two,[::1]:9200/demo-1?shards=3&replicas=1"
    found = server(url, api_key="key", ca=str(ca))
    assert found.hosts == ("https://one:9243", "https://two:9200", "https://[::1]:9200")
    assert (found.prefix, found.shards, found.replicas) == ("demo-1", 3, 1)
    assert (found.api_key, found.ca) == ("key", str(ca))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://h:9200/demo", "elasticsearch+http"),
        ("elasticsearch+http://h:9200/", "prefix"),
        ("elasticsearch+http://h:9200/Demo", "prefix"),
        ("elasticsearch+http://h:9200/a/b", "prefix"),
        ("elasticsearch+http://h:9200/a*", "prefix"),
        ("elasticsearch+http:///demo", "host"),
        ("elasticsearch+http://h:port/demo", "write"),
        ("elasticsearch+http://[/demo", "write"),
        ("elasticsearch+http://h/demo?shards=0", "shards must be from 1"),
        ("elasticsearch+http://h/demo?replicas=x", "replicas must be from 0"),
        ("elasticsearch+http://h/demo?size=3", "no option size"),
    ],
)
def test_a_wrong_address_stops_the_start_with_one_line(url: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="AICAT_SEARCH_URL") as caught:
        bootstrap(Settings(data_dir=tmp_path, search_url=url))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError, match="AICAT_SEARCH_API_KEY") as caught:
        server("elasticsearch+http://me:hushhush@h:9200/demo")
    assert "hushhush" not in str(caught.value)


def test_certificates_are_for_https_and_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="AICAT_SEARCH_CA"):
        server("elasticsearch+https://h/demo", ca=str(tmp_path / "none.pem"))
    with pytest.raises(SettingsError, match="AICAT_SEARCH_CA"):
        server("elasticsearch+http://h/demo", ca=str(tmp_path))


def test_secrets_are_masked_where_settings_are_shown() -> None:
    assert shown("search_api_key", "hushhush") == "***"
    assert shown("search_api_key", "") == ""
    assert shown("database_url", "postgresql://me:hush@h/db") == "postgresql://me:***@h/db"
    assert shown("search_url", "elasticsearch+http://h/demo") == "elasticsearch+http://h/demo"
    assert "hushhush" not in repr(Settings(search_api_key="hushhush"))


# --- failures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        (403, "cluster_block_exception", "takes no changes"),
        (429, "cluster_block_exception", "takes no changes"),
        (404, "index_not_found_exception", "no index yet"),
        (401, "security_exception", "AICAT_SEARCH_API_KEY"),
        (429, "es_rejected_execution_exception", "overloaded"),
        (503, "no_shard_available_action_exception", "not whole"),
    ],
)
def test_what_may_pass_is_unavailable_and_says_what_it_is(
    status: int, kind: str, told: str
) -> None:
    found = refusal("the engine", status, {"error": {"type": kind, "reason": "because"}})
    assert found is not None
    assert str(found).startswith("the engine ")
    assert told in str(found)


def test_a_question_of_ours_that_is_wrong_is_no_outage() -> None:
    assert refusal("the engine", 400, {"error": {"type": "parsing_exception"}}) is None


def test_a_server_that_did_not_answer_is_given_a_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = ElasticsearchSearch(server(f"elasticsearch+http://127.0.0.1:{free_port()}/demo"))
    with pytest.raises(Unavailable, match="cannot be reached"):
        reader.search(Request())
    monkeypatch.setattr(reader, "_client", None)  # whoever asks it fails otherwise
    with pytest.raises(Unavailable, match="cannot be reached"):
        reader.search(Request())


# --- writing -------------------------------------------------------------------------------------


class Cluster:
    """Answers bulk requests as the test says; remembers what it took."""

    def __init__(self, *answers: Callable[[Sequence[Mapping[str, Any]]], Any]) -> None:
        self._answers: Iterator[Any] = iter(answers)
        self.taken: dict[str, Any] = {}
        self.sizes: list[int] = []

    def bulk(self, *, index: str, operations: Sequence[bytes], require_alias: bool) -> Any:
        lines = iter([orjson.loads(line) for line in operations])
        writes = []
        for line in lines:
            ((how, place),) = line.items()
            writes.append((how, place["_id"], next(lines) if how == "index" else None))
        self.sizes.append(len(writes))
        answer = next(self._answers, taken)
        items = []
        for how, page_id, body in writes:
            status, error = answer((how, page_id))
            if status < 300:
                self.taken[page_id] = body
            items.append({how: {"status": status, **({"error": error} if error else {})}})
        body = {"errors": any("error" in one for item in items for one in item.values())}
        return type(
            "Answer", (), {"body": {**body, "items": items}, "__getitem__": lambda s, k: s.body[k]}
        )()


def taken(_write: object) -> tuple[int, dict[str, str]]:
    return 200, {}


def busy(_write: object) -> tuple[int, dict[str, str]]:
    return 429, {"type": "es_rejected_execution_exception", "reason": "queue is full"}


def only(page_id: str, status: int, kind: str) -> Callable[[Any], tuple[int, dict[str, str]]]:
    """That one is not taken, the others are."""
    return lambda write: (
        (status, {"type": kind, "reason": "r"}) if write[1] == page_id else (200, {})
    )


def meta(status: int) -> ApiResponseMeta:
    return ApiResponseMeta(status, "1.1", HttpHeaders(), 0.0, NodeConfig("http", "h", 9200))


def raising(error: Exception) -> Callable[[Any], Any]:
    def answer(_write: object) -> Any:
        raise error

    return answer


def writes(number: int) -> list[Write]:
    return [Write(f"r{n}", n, b'{"id":"%d"}' % n) for n in range(1, number + 1)]


def write(cluster: Cluster, given: Sequence[Write]) -> list[float]:
    """Write all; the pauses that were made."""
    pauses: list[float] = []
    Bulk(cluster, HERE, pause=pauses.append).write("demo", given)  # type: ignore[arg-type]
    return pauses


def test_what_was_not_taken_is_written_again_and_nothing_else() -> None:
    cluster = Cluster(only("r2", 429, "es_rejected_execution_exception"))
    pauses = write(cluster, writes(3))
    assert set(cluster.taken) == {"r1", "r2", "r3"}
    assert cluster.sizes == [3, 1]
    assert len(pauses) == 1


def test_a_busy_cluster_gets_growing_pauses_and_smaller_requests() -> None:
    cluster = Cluster(busy, busy, raising(ConnectionTimeout("slow")))
    pauses = write(cluster, writes(2000))
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1]
    assert len(cluster.taken) == 2000
    assert max(cluster.sizes[4:]) < cluster.sizes[0]


def test_a_cluster_that_stays_busy_is_unavailable_in_the_end() -> None:
    cluster = Cluster(*[busy] * 50)
    with pytest.raises(Unavailable, match="overloaded"):
        write(cluster, writes(1))
    assert len(cluster.sizes) == ATTEMPTS


def test_a_whole_request_that_is_turned_away_is_sent_again() -> None:
    error = {"error": {"type": "es_rejected_execution_exception", "reason": "r"}}
    cluster = Cluster(raising(ApiError("busy", meta(429), error)))
    write(cluster, writes(2))
    assert len(cluster.taken) == 2


def test_an_index_that_is_read_only_is_not_hammered() -> None:
    cluster = Cluster(only("r1", 403, "cluster_block_exception"))
    with pytest.raises(Unavailable, match="takes no changes"):
        write(cluster, writes(1))
    assert cluster.sizes == [1]


def test_what_the_index_holds_already_and_what_is_gone_already_is_no_fault() -> None:
    cluster = Cluster(only("r1", 409, "version_conflict_engine_exception"))
    write(cluster, writes(2))
    assert cluster.sizes == [2]
    gone = Cluster(lambda _write: (404, {"type": "not_found", "reason": "r"}))
    write(gone, [Write("r1", 1, None)])
    assert gone.sizes == [1]


def test_a_document_that_cannot_be_taken_is_told_and_holds_up_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cluster = Cluster(only("r2", 400, "document_parsing_exception"))
    write(cluster, writes(3))
    assert set(cluster.taken) == {"r1", "r3"}
    assert "record r2 cannot be indexed" in caplog.text


def test_documents_none_of_which_are_taken_are_a_fault_of_ours() -> None:
    cluster = Cluster(lambda _write: (400, {"type": "mapping", "reason": "r"}))
    with pytest.raises(RuntimeError, match="none of our documents"):
        write(cluster, writes(LEAST + 1))
