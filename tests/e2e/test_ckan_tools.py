"""The real ckanapi, and the calls of ckanext-harvest's CKAN harvester, against a running catalogue."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import ckanapi
import pytest

from tests.command import Aicat, read, read_json

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
NUMBER = 260  # records: three pages of a hundred
DATASET = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<http://portal.example/{number}> a dcat:Dataset ; dct:title "{title}"@en ; dcat:keyword "energy"@en .
"""


def write(folder: Path, number: int, title: str) -> None:
    text = DATASET.format(number=number, title=title)
    (folder / f"{number:03}.ttl").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def aicat(tmp_path_factory: pytest.TempPathFactory) -> Aicat:
    folder = tmp_path_factory.mktemp("ckan")
    (folder / "feed").mkdir()
    for number in range(NUMBER):
        write(folder / "feed", number, f"Energy record {number}")
    command = Aicat(folder)
    command("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    url = (folder / "feed").as_uri()
    command("source", "add", "s", "--node", "n", "--kind", "dcat", "--url", url)
    command.harvest("s")
    return command


@pytest.fixture(scope="module")
def base(aicat: Aicat) -> Iterator[str]:
    with aicat.up() as (_process, address):
        yield address


def run(command: str, base: str) -> subprocess.CompletedProcess[str]:
    """A command of the how-to, on our address."""
    words = shlex.split(command.replace("http://127.0.0.1:8000", base))
    program = Path(sys.executable).with_name(words[0])
    return subprocess.run([str(program), *words[1:]], capture_output=True, text=True, check=False)


def test_every_command_of_the_how_to_answers(base: str) -> None:
    text = (ROOT / "docs" / "how-to" / "use-ckan-tools.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ (ckanapi .+)$", text, re.MULTILINE)
    assert len(commands) == 5
    for command in commands:
        done = run(command, base)
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout.strip(), command


def test_the_python_of_the_how_to_runs(base: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "docs" / "how-to" / "use-ckan-tools.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    code = code.replace("http://127.0.0.1:8000", base).replace("license_id:CC_BY_4_0", "*:*")
    exec(compile(code, "how-to", "exec"), {})
    assert "Energy record" in capsys.readouterr().out


def test_ckanapi_s_command_finds_what_the_search_finds(base: str) -> None:
    done = run("ckanapi action package_search -r http://127.0.0.1:8000 q=energy rows=3", base)
    found = json.loads(done.stdout)
    assert (found["count"], len(found["results"])) == (NUMBER, 3)
    assert found["results"][0]["organization"]["name"] == "n"


@pytest.mark.parametrize("get_only", [False, True])
def test_ckanapi_s_portal_reads_by_get_and_post(base: str, get_only: bool) -> None:
    with ckanapi.RemoteCKAN(base, get_only=get_only) as portal:
        found = portal.action.package_search(q="energy", fq="organization:n", rows=2)
        assert found["count"] == NUMBER
        package = portal.action.package_show(id=found["results"][0]["id"])
        assert package == found["results"][0]
        assert len(portal.action.package_list()) == NUMBER
        with pytest.raises(ckanapi.NotFound, match="no package"):
            portal.action.package_show(id="nothing")
        with pytest.raises(ckanapi.SearchQueryError, match="colour"):
            portal.action.package_search(fq="colour:red")
        with pytest.raises(ckanapi.ValidationError):
            portal.action.package_search(rows="many")
        with pytest.raises(ckanapi.NotAuthorized):
            portal.action.package_create(name="x")


def gathered(base: str, *fq: str) -> list[str]:
    """The ids that ckanext-harvest's CKAN harvester gathers: pages until an empty one."""
    met: list[str] = []
    start = 0
    while True:
        query: dict[str, Any] = {"rows": "100", "start": str(start), "sort": "id asc"}
        if fq:
            query["fq"] = " ".join(fq)
        answer = read_json(f"{base}/api/3/action/package_search?{urlencode(query)}")
        page = [one["id"] for one in answer["result"]["results"]]
        if not page:
            return met
        met += page
        start += 100


def test_a_harvester_of_ckan_walks_all_and_then_what_changed(aicat: Aicat, base: str) -> None:
    first = gathered(base)
    assert len(first) == len(set(first)) == NUMBER
    assert gathered(base, "-organization:n") == []
    assert gathered(base, "organization:(m OR n)", "-groups:(heal)") == first
    newest = ckanapi.RemoteCKAN(base).action.package_search(sort="metadata_modified desc", rows=1)
    since = newest["results"][0]["metadata_modified"]
    write(aicat.folder / "feed", 7, "Renamed at its portal")
    assert aicat.harvest("s")["counts"]["updated"] == 1
    changed = gathered(base, f"metadata_modified:{{{since}Z TO *]")
    (package,) = (read_json(f"{base}/api/3/action/package_show?id={one}") for one in changed)
    assert package["result"]["title"] == "Renamed at its portal"
    assert set(gathered(base, f"metadata_modified:[{since}Z TO *]")) >= set(changed)
    assert gathered(base) == first
    assert read(f"{base}/api/3/action/package_search?fq=metadata_modified:[x+TO+*]") is None
