"""Writing many documents at once, at the pace that the cluster keeps."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from elastic_transport import ConnectionTimeout
from elasticsearch import ApiError, Elasticsearch

from catalogue.adapters.scaleout.elasticsearch_server import Server, in_our_words, refusal
from catalogue.errors import Unavailable

MOST = 1_000  # documents of one request
BYTES = 8 * 1024 * 1024  # of one request
LEAST = 20  # documents of one request, however slow the cluster is
ATTEMPTS = 6
PAUSE = 0.25  # seconds before the second attempt; doubled for each other one

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Write:
    """A record's document as of a sequence number of the journal; None takes it away."""

    page_id: str
    seq: int
    body: bytes | None

    def lines(self) -> list[bytes]:
        """The write as the bulk API takes it. What the index holds of a later number stays."""
        place = {"_id": self.page_id, "version": self.seq, "version_type": "external_gte"}
        head = orjson.dumps({"delete" if self.body is None else "index": place})
        return [head] if self.body is None else [head, self.body]


class Bulk:
    """Writes to one index, in order. One thread."""

    def __init__(
        self, client: Elasticsearch, here: Server, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._client, self._here, self._pause = client, here, pause
        self._most = MOST

    def write(self, index: str, writes: Iterable[Write], *, alias: bool = False) -> int:
        """Write all; return how many. Safe to repeat. `alias`: the name must be an alias, so that
        nothing makes an index of that name. A document that the engine cannot take is left out, and
        said in the log.

        Raises: Unavailable when the cluster does not take them in several attempts.
        """
        number = 0
        for chunk in self._chunks(writes):
            left: Sequence[Write] = chunk
            for attempt in range(ATTEMPTS):
                if attempt:
                    self._pause(PAUSE * 2 ** (attempt - 1))
                left, why = self._once(index, left, alias, last=attempt == ATTEMPTS - 1)
                if not left:
                    break
                self._most = max(self._most // 2, LEAST)
            else:
                raise why or Unavailable(f"{self._here.who} does not take our documents")
            self._most = min(self._most + 50, MOST)
            number += len(chunk)
        return number

    def _chunks(self, writes: Iterable[Write]) -> Iterator[list[Write]]:
        chunk: list[Write] = []
        size = 0
        for one in writes:
            chunk.append(one)
            size += len(one.body or b"")
            if len(chunk) >= self._most or size >= BYTES:
                yield chunk
                chunk, size = [], 0
        if chunk:
            yield chunk

    def _once(
        self, index: str, chunk: Sequence[Write], alias: bool, *, last: bool
    ) -> tuple[Sequence[Write], Unavailable | None]:
        """One attempt; what has to be tried again, and why.

        Raises: Unavailable for what a pause of seconds does not mend.
        """
        # The client's serializer takes lines that are JSON already, which its types do not say.
        lines: Any = [line for one in chunk for line in one.lines()]
        try:
            with in_our_words(self._here.who):
                answer = self._client.bulk(index=index, operations=lines, require_alias=alias)
        except Unavailable as error:
            cause = error.__cause__
            pressed = isinstance(cause, ApiError) and cause.meta.status in {429, 503}
            if last or not (pressed or isinstance(cause, ConnectionTimeout)):
                raise
            return chunk, error
        return self._left(chunk, answer.body) if answer["errors"] else ((), None)

    def _left(
        self, chunk: Sequence[Write], answer: Mapping[str, Any]
    ) -> tuple[Sequence[Write], Unavailable | None]:
        """Those of a chunk that were not taken and may be later, and why."""
        left, why, refused = [], None, []
        for one, item in zip(chunk, answer["items"], strict=True):
            (told,) = item.values()
            status = int(told["status"])
            if status < 300 or status == 409 or (status == 404 and one.body is None):
                continue  # 409: the index holds it of the same journal, and later; 404: it is gone
            found = refusal(self._here.who, status, told)
            if found is None:
                refused.append((one, told.get("error", {})))
            elif status in {429, 503}:
                left.append(one)
                why = found
            else:
                raise found
        self._report(refused, len(chunk))
        return left, why

    def _report(self, refused: Sequence[tuple[Write, Mapping[str, Any]]], of: int) -> None:
        """Say which documents cannot be indexed. Raises: RuntimeError where it is all of many."""
        for one, error in refused[:20]:
            log.error("record %s cannot be indexed: %s", one.page_id, error.get("reason"))
        if len(refused) == of > LEAST:
            raise RuntimeError(f"Elasticsearch takes none of our documents: {refused[0][1]}")
