"""Defects that real portals have, put into some of the demo's answers so that findings can be seen.

Each is a change of a document's text or of a list of packages; `federation.PORTALS` says who has which.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

PREFIXES = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n"
)


def _append(text: str) -> Callable[[bytes], bytes]:
    return lambda body: body + text.encode()


def _replace_first(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda body: body.replace(old, new, 1)


# In documents. The blank node and the record without a title are whole records of their own.
DOCUMENTS: dict[str, Callable[[bytes], bytes]] = {
    "blank-node": _append(
        f'\n{PREFIXES}[] a dcat:Dataset ; dct:identifier "oude-meting-7" ;\n'
        '  dct:title "Oude meetreeks zonder eigen adres (water)"@nl .\n'
    ),
    "no-title": _append(
        f"\n{PREFIXES}<https://polder.example/id/zonder-titel> a dcat:Dataset ;\n"
        '  dct:description "Een record zonder titel: afval."@nl .\n'
    ),
    "iri-with-space": _append(
        f"\n{PREFIXES}<https://atlas.example/id/com espaço> a dcat:Dataset ;\n"
        '  dct:title "Emissões com espaço no endereço"@pt .\n'
    ),
    "odd-language-tag": _replace_first(b"@en", b"@en_US"),
    "undeclared-prefix": _append(
        '\n<https://atlas.example/id/prefixo> a dcat:Dataset ; dct:title "Sem declaração"@pt ;\n'
        '  rdfs:comment "o prefixo rdfs falta"@pt .\n'
    ),
    "wrong-byte": _replace_first("ă".encode(), b"\x92"),
    "ill-typed-date": _replace_first(b'"2023-', b'"23.'),
    "bom-and-crlf": lambda body: b"\xef\xbb\xbf" + body.replace(b"\n", b"\r\n"),
    "broken-address": lambda body: re.sub(
        rb'"https?://[^"/]+/files/', b'"htp:/lanterna.example/', body, count=1
    ),
    "cut-off": lambda body: body[: len(body) - 40],
}


def _ignored(packages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What CKAN lists beside datasets: a harvester's configuration and a showcase."""
    beside = []
    for kind in ("harvest", "showcase"):
        one = deepcopy(packages[0])
        one.update(id=f"{one['id'][:-4]}{'aaaa' if kind == 'harvest' else 'bbbb'}", type=kind)
        one.update(name=f"{kind}-of-{one['name']}", title=f"A {kind}")
        beside.append(one)
    return [*packages, *beside]


def _unknown_extra(packages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for one in packages[:7]:
        one["extras"].append({"key": "interne_aktennummer", "value": f"A-{len(one['title'])}"})
    return packages


def _unknown_license(packages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for one in packages[3:5]:
        one.update(license_id="notspecified", license_title="Siehe Hinweise auf der Webseite")
        one.pop("license_url", None)
    return packages


def _markup(packages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    one = packages[1]
    one["notes"] = f"<p><b>Attention</b></p><script>alert('demo')</script> {one['notes']}"
    one.pop("notes_translated", None)
    return packages


def _old_language(packages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for one in packages[:5]:
        for extra in one["extras"]:
            if extra["key"] == "language":
                extra["value"] = "fre"
    return packages


def _bad_address(packages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    packages[2]["resources"][0]["url"] = "htp:/broken address"
    return packages


def _twice(packages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    again = deepcopy(packages[4])
    again["notes"] = "The same package, listed a second time with other words."
    return [*packages, again]


def _unreadable(packages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    one = deepcopy(packages[5])
    one.update(id="", name="", title=None, resources="none")
    return [*packages, one]


PACKAGES: dict[str, Callable[[list[dict[str, Any]]], list[dict[str, Any]]]] = {
    "ignored": _ignored,
    "unknown-extra": _unknown_extra,
    "unknown-license": _unknown_license,
    "markup": _markup,
    "old-language": _old_language,
    "bad-address": _bad_address,
    "twice": _twice,
    "unreadable": _unreadable,
}
