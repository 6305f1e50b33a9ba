"""`/livez`, `/readyz`, `/metrics`: for those who keep it running."""

from __future__ import annotations

import time
from collections.abc import Iterable

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.context import catalogue
from api.problems import problem
from catalogue.bootstrap import Catalogue
from catalogue.errors import Unavailable
from catalogue.model import ACTIVE, RunState, visible_to
from catalogue.ports import Post
from catalogue.search.service import SearchParams

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
EXTENSION = "aicat-metrics"

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
def livez() -> Response:
    """The process answers."""
    return Response("alive\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """200 once the projections have reached the journal's position at start; 503 before."""
    ready, why = catalogue().ready()
    if ready:
        return Response("ready\n", mimetype="text/plain")
    answer = problem(503, why)
    answer.headers["Retry-After"] = "2"
    return answer


@blueprint.get("/metrics")
def metrics() -> Response:
    """What Prometheus reads."""
    from flask import current_app

    registry: CollectorRegistry = current_app.extensions[EXTENSION]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def install(app: Flask) -> None:
    """Count and time every request by route, in a registry of the application's own."""
    registry = CollectorRegistry()
    app.extensions[EXTENSION] = registry
    number = Counter(
        "aicat_http_requests_total",
        "Requests answered.",
        ("method", "route", "status"),
        registry=registry,
    )
    seconds = Histogram(
        "aicat_http_request_seconds",
        "Seconds from the request to its answer.",
        ("route",),
        buckets=BUCKETS,
        registry=registry,
    )
    registry.register(_State(app.extensions["aicat"]))

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(answer: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        method = request.method if request.method in METHODS else "other"
        number.labels(method, route, str(answer.status_code)).inc()
        if "began" in g:
            seconds.labels(route).observe(time.perf_counter() - g.began)
        return answer


class _State(Collector):
    """What the catalogue holds and how far its projections are, at the time of asking."""

    def __init__(self, here: Catalogue) -> None:
        self._here = here

    def collect(self) -> Iterable[Metric]:
        journal = self._here.journal
        for name, value in journal.counts().items():
            yield GaugeMetricFamily(f"aicat_journal_{name}", f"{name} in the journal", value=value)
        yield GaugeMetricFamily(
            "aicat_journal_seq", "Last sequence number of the journal", value=journal.last_seq()
        )
        lag = GaugeMetricFamily(
            "aicat_projection_lag", "Changes that a projection does not show yet", labels=["name"]
        )
        for name, behind in self._here.lag().items():
            lag.add_metric([name], behind)
        yield lag
        yield from self._runs()
        yield self._outbox()
        ready, _why = self._here.ready()
        yield GaugeMetricFamily("aicat_ready", "1 when able to serve", value=float(ready))

    def _outbox(self) -> Metric:
        """What waits to be sent, and what was given up."""
        letters = GaugeMetricFamily(
            "aicat_outbox", "Mails and calls of webhooks", labels=["channel", "state"]
        )
        for channel, numbers in self._here.journal.outbox.numbers().items():
            for state in (Post.WAITING, Post.FAILED):
                letters.add_metric([channel.value, state.value], numbers[state])
        return letters

    def _runs(self) -> Iterable[Metric]:
        """Runs that go on or wait, and of each source that anybody may know of how it stands."""
        journal = self._here.journal
        runs = GaugeMetricFamily(
            "aicat_runs", "Runs that are queued, run, or wait for a decision", labels=["state"]
        )
        for state in (*ACTIVE, RunState.HELD):
            runs.add_metric([state.value], journal.runs.count(states=[state]))
        yield runs
        public = [one.id for one in journal.sources() if visible_to(one.visibility)]
        success = GaugeMetricFamily(
            "aicat_run_last_success_timestamp_seconds",
            "When the last run of a source ended that is done, seconds since 1970",
            labels=["source"],
        )
        ended = journal.runs.last_done()
        for source in public:
            if source in ended:
                success.add_metric([source], ended[source].timestamp())
        yield success
        records = GaugeMetricFamily(
            "aicat_source_records", "Records of a source that are searchable", labels=["source"]
        )
        asked = SearchParams(limit=1, facets=("source",), facet_limit=1000)
        try:
            found = self._here.search.search(asked).facets["source"]
        except Unavailable:
            return  # who watches learns by the lag and by `aicat_ready` what is wrong
        numbers = {str(one["value"]): int(one["count"]) for one in found}
        for source in public:
            records.add_metric([source], numbers.get(source, 0))
        yield records

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: names may grow."""
        return []
