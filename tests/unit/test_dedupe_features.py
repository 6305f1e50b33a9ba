"""What of a record its duplicates are found by."""

from __future__ import annotations

import pytest

from catalogue.dedupe.addresses import address
from catalogue.dedupe.features import read

DCT, ADMS = "http://purl.org/dc/terms/", "http://www.w3.org/ns/adms#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
IRI = "http://one.example/a"


@pytest.mark.parametrize(
    "lines",
    [
        [f'<{IRI}> <{ADMS}identifier> "BIKES-2021-000471" .'],
        [
            f"<{IRI}> <{ADMS}identifier> _:c14n0 .",
            f'_:c14n0 <{SKOS}notation> "BIKES-2021-000471" .',
        ],
        [
            f"<{IRI}> <{ADMS}identifier> <urn:one> .",
            f'<urn:one> <{DCT}identifier> "BIKES-2021-000471" .',
        ],
    ],
)
def test_identifiers_that_others_give_are_read_in_each_form(lines: list[str]) -> None:
    assert "bikes-2021-000471" in read("x", "s", "dataset", IRI, lines).identifiers


@pytest.mark.parametrize(
    ("url", "one"),
    [
        ("https://WWW.Files.example:8443/Data%20of/a.csv?lang=de&b=1#c", "files.example/Data of/a.csv?b=1"),
        ("http://user@files.example/a/index.html", "files.example/a"),
        ("http://[2001:db8::1]:80/a/", "[2001:db8::1]/a"),
        ("http://files.example/", ""),
        ("http://files.example", ""),
        ("http:///a", ""),
        ("ftp://files.example/a", ""),
        ("mailto:a@files.example", ""),
    ],
)  # fmt: skip
def test_addresses_are_compared_in_one_form(url: str, one: str) -> None:
    assert address(url) == one
