"""Validation beside pySHACL and pyrudof: the same records, the same shapes, the same run.

    python -m tests.bench.validating --records 1000

The records are synthetic, as a portal would send them, so that every one of them has faults. Times are
of the processor (user and system), as another job on the machine must not count.
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyrudof
import pyshacl
import rdflib

from catalogue.rdf.parse import parse
from catalogue.rdf.split import split_records
from catalogue.rdf.terms import literal
from catalogue.synth.writing import document
from catalogue.validate.compiling import load
from catalogue.validate.data import Data
from catalogue.validate.documents import validate
from catalogue.validate.judging import Profile, judge
from catalogue.validate.profiles import Profiles
from catalogue.validate.sources import ShapesFile
from catalogue.validate.telling import told
from catalogue.validate.vocabularies import known_lines, vocabularies
from tests.bench.figures import tell
from vocab import is_vocabulary_term

SEED = 8
SINGLE = 50  # records that the slow ones judge one by one
SEMIC = "shacl/dcat-ap-3.0.1/dcat-ap-SHACL.ttl"
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")


def spent(work: Callable[[], Any]) -> float:
    """Seconds of the processor that the work takes, in this process with all its threads."""
    began = time.process_time()
    work()
    return time.process_time() - began


def records(number: int) -> list[list[str]]:
    """The lines of so many records, as a harvest cuts them from a page."""
    body = b"".join(document("turtle", SEED, range(1, number + 1)))
    lines = parse(body, "text/turtle", "http://portal.example/").lines
    return [piece.lines for piece in split_records(lines, is_vocabulary_term).pieces]


def rate(name: str, number: int, seconds: float, **more: Any) -> float:
    per_second = number / seconds
    tell(
        name,
        records=number,
        cpu_seconds=round(seconds, 2),
        per_second=round(per_second, 1 if per_second < 100 else None),
        **more,
    )
    return per_second


def ours(profile: Profile, cut: Sequence[Sequence[str]], name: str) -> float:
    """Judged and told, one record after another, on one core."""
    found = 0

    def work() -> None:
        nonlocal found
        for lines in cut:
            results = judge(Data(lines, vocabularies()), profile).results
            found += len([told(one, None, profile.name, "en") for one in results])

    judge(Data(cut[0], vocabularies()), profile)
    return rate(f"validation: ours, {name}", len(cut), spent(work), findings=found)


def judged_only(profile: Profile, cut: Sequence[Sequence[str]], name: str) -> None:
    """As `ours`, without messages."""

    def work() -> None:
        for lines in cut:
            judge(Data(lines, vocabularies()), profile)

    rate(f"validation: ours, {name}, results only", len(cut), spent(work))


def by_pyshacl(shapes: Path, cut: Sequence[Sequence[str]]) -> tuple[float, float]:
    """Record by record, and all in one graph; shapes are read once, and graphs made beforehand."""
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)
    shacl = rdflib.Graph().parse(shapes)
    for shape, path, one in list(shacl.triples((None, SH.property, None))):
        if (one, None, None) not in shacl:  # pySHACL stops on them
            shacl.remove((shape, path, one))
    known = known_lines()

    def graph(lines: Sequence[str]) -> rdflib.Graph:
        named = {one.split(" ", 2)[2][:-2] for one in lines}
        facts = [one for one in known if one.split(" ", 1)[0] in named]
        return rdflib.Graph().parse(data="\n".join([*lines, *facts]), format="nt")

    def work(graphs: Sequence[rdflib.Graph]) -> None:
        for one in graphs:
            pyshacl.validate(one, shacl_graph=shacl, inference="none")

    some = [graph(lines) for lines in cut[:SINGLE]]
    single = rate("validation: pySHACL, by record", len(some), spent(lambda: work(some)))
    whole = [graph([line for lines in cut for line in lines])]
    batch = rate("validation: pySHACL, one graph", len(cut), spent(lambda: work(whole)))
    return single, batch


def by_rudof(shapes: Path, cut: Sequence[Sequence[str]]) -> float:
    """All in one graph: one record alone costs it as much as some fifty."""
    engine = pyrudof.Rudof(pyrudof.RudofConfig())
    engine.read_shacl(shapes.read_text(), reader_mode=pyrudof.ReaderMode.Lax)
    lines = [line for one in cut for line in one]
    named = {one.split(" ", 2)[2][:-2] for one in lines}
    facts = [one for one in known_lines() if one.split(" ", 1)[0] in named]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.nt"
        data.write_text("\n".join([*lines, *facts]) + "\n")
        engine.read_data(data, format=pyrudof.RDFFormat.NTriples)
    return rate("validation: pyrudof, one graph", len(cut), spent(engine.validate_shacl))


def largest(profile: Profile) -> None:
    """One record of 100,000 statements."""
    subject = "<http://portal.example/large>"
    kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset>"
    words = "<http://www.w3.org/ns/dcat#keyword>"
    lines = [f"{subject} {kind} ."]
    lines += [f"{subject} {words} {literal(f'word {number}')} ." for number in range(100_000)]
    whole: list[bool] = []
    seconds = spent(lambda: whole.append(judge(Data(lines, vocabularies()), profile).whole))
    tell(
        "validation: one record of 100,000 statements",
        cpu_seconds=round(seconds, 2),
        whole=whole[0],
    )


def figures(folder: Path, number: int) -> None:
    """The whole table; `folder` holds the real shapes."""
    cut = records(number)
    shapes = folder / SEMIC
    if not shapes.is_file():
        tell("validation: no shapes of SEMIC", folder=str(folder))
        return
    semic = Profile("semic-3.0.1", load([ShapesFile(SEMIC, shapes.read_bytes(), "text/turtle")]))
    mine = Profiles({}).profile("dcat-ap-3")
    tell("validation: statements a record", number=round(sum(map(len, cut)) / len(cut), 1))
    rates = ours(semic, cut, "SEMIC 3.0.1")
    judged_only(semic, cut, "SEMIC 3.0.1")
    ours(mine, cut, "dcat-ap-3")
    body = b"".join(document("turtle", SEED, range(1, number + 1)))
    rate(
        "validation: ours, dcat-ap-3, a document with reading and report",
        number,
        spent(lambda: validate(body, "text/turtle", "http://portal.example/", [mine])),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        single, batch = by_pyshacl(shapes, cut)
    rudof = by_rudof(shapes, cut)
    tell(
        "validation: ours against the others, SEMIC 3.0.1",
        pyshacl_by_record=round(rates / single, 1),
        pyshacl_one_graph=round(rates / batch, 1),
        pyrudof_one_graph=round(rates / rudof, 1),
    )
    largest(mine)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--records", type=int, default=1000)
    asked.add_argument("--real-data", type=Path, default=Path("../shared/data"))
    given = asked.parse_args()
    tell("machine", python=platform.python_version(), system=platform.system())
    figures(Path(os.environ.get("AICAT_REAL_DATA", given.real_data)), given.records)


if __name__ == "__main__":
    main()
