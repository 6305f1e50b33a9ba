"""Ten thousand real packages through a CKAN-compatible endpoint, by the command, to every door."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from tests.command import Aicat
from tests.conftest import real_data

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(400)]

LISTED, SOURCES_OF_HARVEST = 10_000, 48  # counted in the file by its `type`


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[str]:
    """The packages of the real portal, as its action API gave them."""
    packed = real_data() / "catalogues" / "ckan-bulk" / "us-data-gov-2017-10k.jsonl.zst"
    body = zstandard.ZstdDecompressor().decompressobj().decompress(packed.read_bytes())
    (tmp_path / "packages.jsonl").write_bytes(b"\n".join(body.splitlines()) + b"\n")
    command = [sys.executable, "-m", "tests.bench.portal", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.kill()


def test_ten_thousand_real_packages_end_as_what_they_are_and_a_second_harvest_changes_nothing(
    tmp_path: Path, portal: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    aicat = Aicat(home)
    aicat("node", "add", "n", "--name", "Node N (fictional)", "--country", "EU")
    aicat("source", "add", "s", "--node", "n", "--kind", "ckan", "--url", portal)
    run = aicat.harvest("s")
    counts = run["counts"]
    assert (run["state"], run["error"]) == ("done", None)
    assert counts["ignored"] == SOURCES_OF_HARVEST
    assert counts["created"] == LISTED - SOURCES_OF_HARVEST
    assert sum(counts[name] for name in ("updated", "quarantined", "failed", "missing")) == 0
    before = json.loads(aicat("status", "--json"))
    assert before["records"] == LISTED - SOURCES_OF_HARVEST
    for words in ((), ("--full",)):
        again = aicat.harvest("s", *words)
        wanted = {**dict.fromkeys(counts, 0), "unchanged": counts["created"]}
        assert again["counts"] == {**wanted, "ignored": SOURCES_OF_HARVEST}
    after = json.loads(aicat("status", "--json"))
    assert after["last_seq"] == before["last_seq"]
    assert json.loads(aicat("verify", "--json"))["sound"]
