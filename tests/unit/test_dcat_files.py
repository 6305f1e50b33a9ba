"""Files as a source of DCAT: what is too large or damaged is told, and read no further."""

from __future__ import annotations

import gzip
import importlib
from pathlib import Path
from typing import cast

import pytest

from catalogue.errors import FetchError
from catalogue.model import Page
from catalogue.ports import Client, Feed

LINE = b'<https://data.example/1> <http://purl.org/dc/terms/title> "Salt marsh" .\n'
fetch = importlib.import_module("harvesters.dcat.fetch")  # the package has a function of that name
NOBODY = cast(Client, None)  # files ask nothing of the network


def body_of(path: Path) -> bytes:
    page: Page = fetch.fetch(Feed("s", path.as_uri()), NOBODY, None)
    return page.body


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_above_the_limit_is_refused_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    path = tmp_path / ("big.nt.gz" if packed else "big.nt")
    path.write_bytes(gzip.compress(LINE * 2) if packed else LINE * 2)
    monkeypatch.setattr(fetch, "LARGEST", len(LINE) * 2)
    assert body_of(path) == LINE * 2
    monkeypatch.setattr(fetch, "LARGEST", len(LINE) * 2 - 1)
    with pytest.raises(FetchError, match=r"big\.nt"):
        body_of(path)


def test_a_gzip_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.nt.gz"
    path.write_bytes(gzip.compress(LINE * 200)[:-9])
    with pytest.raises(FetchError, match="cut off"):
        body_of(path)
