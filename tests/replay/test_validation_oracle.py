"""Real catalogues give the results of pySHACL: by focus node, path, value, component and severity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pytest
import rdflib

from catalogue.rdf.parse import parse
from catalogue.validate.data import Data
from catalogue.validate.documents import validate
from catalogue.validate.judging import Profile
from catalogue.validate.names import sh
from catalogue.validate.profiles import OURS
from catalogue.validate.shapes import Shapes
from catalogue.validate.vocabularies import vocabularies
from tests.conftest import real_data
from tests.shacl_oracle import (
    SH,
    Oracle,
    Row,
    beside_of,
    catalogues,
    ours,
    records_of,
    row_of,
    shapes_of,
)

SEMIC = ("dcat-ap-3.0.1/dcat-ap-SHACL.ttl", "dcat-ap-3.0.1/ranges.ttl")
PARTS = tuple(
    f"dcat-ap-3.0.1/split/{name}.ttl"
    for name in (
        "shapes",
        "range",
        "shapes_recommended",
        "mdr-vocabularies.shape",
        "deprecateduris",
    )
)
OTHERS = {
    "dcat-ap-2.1.1": tuple(
        f"dcat-ap-2.1.1/dcat-ap_2.1.1_shacl_{name}.ttl"
        for name in ("shapes", "range", "shapes_recommended", "mdr-vocabularies.shape")
    ),
    "dcat-ap-3.0.0": ("dcat-ap-3.0.0/dcat-ap-SHACL.ttl",),
    "hvd-3.0.0": ("dcat-ap-hvd-3.0.0/split/hvd-SHACL-full.ttl",),
    "hvd-2.2.0": ("dcat-ap-hvd-2.2.0/hvd-SHACL-full.ttl",),
    "geodcat-ap": ("geodcat-ap-2.0.0/geodcat-ap.shacl.ttl",),
    "mobilitydcat-ap": ("mobilitydcat-ap-1.0.0/mobilitydcat-ap_shacl_shapes.ttl",),
    "healthdcat-ap": ("healthdcat-ap/hdap-validator-sensitivity-shape.ttl",),
    "mldcat-ap": ("mldcat-ap/mldcat-ap-SHACL.ttl",),
    "de": ("de-2.0/dcat-ap-konventionen.ttl", "de-2.0/dcat-ap-spec-german-additions.ttl"),
    "dk": ("dk-2.0.2/dcat-ap-dk_2.0.2_shacl_shapes.ttl",),
    "nl": ("nl-3.0/dcat-ap-nl-SHACL.ttl", "nl-3.0/dcat-ap-nl-SHACL-klassebereik.ttl"),
    "no": ("no-2.0/DCAT-AP-NO-shacl_shapes_2.00.ttl",),
    "us": ("us-3.0/dcat-us_3.0_shacl_shapes.ttl",),
}


def paths(names: Sequence[str]) -> list[Path]:
    return [real_data() / "shacl" / name for name in names]


def differences(names: Sequence[str], most: int) -> tuple[list[str], int]:
    """Records of which we and pySHACL say something else, of at most so many a catalogue; and how many
    results there were."""
    oracle, shapes = Oracle(paths(names)), shapes_of(paths(names))
    wrong, seen = [], 0
    for path in catalogues(real_data()):
        for piece in records_of(path)[:most]:
            wanted, found = oracle.results(piece.lines), ours(shapes, piece.lines)
            seen += found.total()
            if wanted != found:
                told = {"missing": wanted - found, "wrong": found - wanted}
                wrong.append(f"{path.name} {piece.subject} {told}")
    return wrong, seen


def test_real_records_give_the_results_of_pyshacl_under_dcat_ap_3() -> None:
    wrong, seen = differences(SEMIC, most=2)
    assert not wrong
    assert seen > 300


def test_real_records_give_the_results_of_pyshacl_under_the_parts_with_vocabularies() -> None:
    wrong, seen = differences(PARTS, most=1)
    assert not wrong
    assert seen > 300


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_real_record_gives_the_results_of_pyshacl_under_dcat_ap_3() -> None:
    wrong, seen = differences(SEMIC, most=100_000)
    assert not wrong
    assert seen > 2500


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("profile", sorted(OTHERS))
def test_real_records_give_the_results_of_pyshacl_under_other_profiles(profile: str) -> None:
    wrong, _seen = differences(OTHERS[profile], most=8)
    assert not wrong


def whole(names: Sequence[str], path: Path) -> set[Row]:
    """What is found in a whole catalogue, read off the report."""
    profile = Profile("given", shapes_of(paths(names)))
    found = validate(path.read_bytes(), "", "http://portal.example/", [profile])
    report = rdflib.Graph().parse(data="\n".join(found.report), format="nt")
    rows = {row_of(report, result) for result in report.objects(None, SH.result)}
    lines = parse(path.read_bytes(), "", "http://portal.example/").lines
    return {row for row in rows if row[0] not in beside_of(lines)}


@pytest.mark.parametrize("profile", ["parts", "hvd-3.0.0", "us"])
def test_whole_catalogues_give_the_results_of_pyshacl(profile: str) -> None:
    """Also where a shape asks for what other records of the catalogue say: by inverse paths (a series
    and its members, a dataset and its services) and of terms that the catalogue describes itself."""
    names = {"parts": PARTS, **OTHERS}[profile]
    oracle, seen = Oracle(paths(names)), 0
    for path in catalogues(real_data()):
        if path.stat().st_size < 60_000:
            lines = parse(path.read_bytes(), "", "http://portal.example/").lines
            found = whole(names, path)
            assert found == set(oracle.results(lines)), path.name
            seen += len(found)
    assert seen > 300


# --- our own shapes ----------------------------------------------------------------------------------

# SEMIC's file of ranges also wants these classes to be stated of values. Nobody states them: every
# resource is of the first (RDF Schema 1.1, 2.1), and the others are of literals, which have no class.
NO_CLASSES = {
    "http://www.w3.org/2000/01/rdf-schema#Resource",
    "http://www.w3.org/2000/01/rdf-schema#Literal",
}

# What the vocabularies' part of SEMIC's files asks for and ours do not, by path and component.
LEFT_OUT = {
    # The tables are not loaded, so their values cannot be judged: corporate bodies, dataset and licence
    # types, checksum algorithms.
    ("<http://purl.org/dc/terms/publisher>", "Node"),
    ("<http://purl.org/dc/terms/type>", "Node"),
    ("<http://spdx.org/rdf/terms#algorithm>", "Node"),
    # Places may be of three EU tables or of GeoNames, of which one is loaded.
    ("<http://purl.org/dc/terms/spatial>", "Node"),
}


def built_in() -> list[Path]:
    folder = files("vocab").joinpath("shapes")
    return [Path(str(folder.joinpath(name))) for name in OURS["dcat-ap-3"]]


def only(rows: Counter[Row], severity: str, components: set[str]) -> Counter[Row]:
    return Counter(
        {row: n for row, n in rows.items() if row[4] == sh(severity) and row[3] in components}
    )


def classes(shapes: Shapes, lines: Sequence[str]) -> set[str]:
    """The classes that are missed in a record."""
    results = shapes.results(Data(lines, vocabularies()))
    return {one.check.limit for one in results if one.check.component == "Class"}


def test_our_shapes_give_the_results_of_semic_and_beside_them_what_is_recommended() -> None:
    """Equal: every mandatory constraint (`NO_CLASSES` aside). Beside: warnings of what is recommended, and
    of the controlled vocabularies; SEMIC keeps both in files of their own, compared here too."""
    mine, theirs = shapes_of(built_in()), shapes_of(paths(SEMIC[:1]))
    ranges = shapes_of(paths(SEMIC[1:]))
    recommended = shapes_of(paths(PARTS[2:3]))
    tables = shapes_of(paths(PARTS[3:4]))
    seen: Counter[str] = Counter()
    for path in catalogues(real_data()):
        for piece in records_of(path):
            found, wanted = ours(mine, piece.lines), ours(theirs, piece.lines)
            warned = only(found, "Warning", {"MinCount"})
            table = Counter({row: n for row, n in found.items() if row[3] == "Node"})
            assert found - warned - table == wanted, piece.subject
            assert classes(ranges, piece.lines) - classes(theirs, piece.lines) <= NO_CLASSES
            assert warned == only(ours(recommended, piece.lines), "Warning", {"MinCount"})
            asked = Counter(
                {
                    row: n
                    for row, n in ours(tables, piece.lines).items()
                    if row[3] == "Node" and (row[1], row[3]) not in LEFT_OUT
                }
            )
            assert table == asked, piece.subject
            seen.update(mandatory=wanted.total(), recommended=warned.total(), table=table.total())
    assert all(number > 100 for number in seen.values())
