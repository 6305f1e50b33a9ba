"""What people who train models ask of a record, told by rules: modality, task, size, download, use.

Every answer keeps the rule that gave it and the value that the rule saw. What no rule tells is
unknown (None), never guessed. The rules are the tables below, and hold for every source alike.
docs/reference/search.md explains them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias
from urllib.parse import urlsplit

import vocab
from catalogue.project.folding import fold

MODALITIES = (
    "image",
    "text",
    "tabular",
    "audio",
    "video",
    "time-series",
    "geospatial",
    "3d",
    "graph",
    "code",
)
USES = ("commercial", "derivatives")

Reason: TypeAlias = tuple[str, str]
"""A value, and the rule that gave it with what it saw ("format: CSV")."""


class File(Protocol):
    """What the rules read of a distribution; as in `describe.Distribution`."""

    access_url: str | None
    download_url: str | None
    format: str | None
    media_type: str | None
    license: str | None
    size: int | None


@dataclass(frozen=True, slots=True)
class Training:
    """`modality` and `task`: values with their rules, by value; empty when unknown.

    `size` is the sum of the stated sizes in bytes, None when none is stated. `downloadable` and
    `uses` are None when unknown; `uses` is a part of `USES`, empty where the licence is known to
    allow neither.
    """

    modality: tuple[Reason, ...]
    task: tuple[Reason, ...]
    size: int | None
    downloadable: bool | None
    downloadable_rule: str | None
    uses: tuple[str, ...] | None
    uses_rule: str | None


def training(
    files: Sequence[File],
    keywords: Mapping[str, Sequence[str]],
    licenses: Sequence[str],
    access: str | None,
) -> Training:
    """Apply the rules. `licenses` are those that the record itself states."""
    downloadable, downloadable_rule = _downloadable(files, access)
    uses, uses_rule = _uses(files, licenses)
    words = {folded: word for of in keywords.values() for word in of if (folded := _plain(word))}
    names = [(_name(plain), word) for plain, word in words.items()]
    return Training(
        modality=_once([*_by_format(files), *_by_word(names, _MODALITY_WORDS)]),
        task=_once(_by_word(names, TASKS)),
        size=_size(files),
        downloadable=downloadable,
        downloadable_rule=downloadable_rule,
        uses=uses,
        uses_rule=uses_rule,
    )


# --- modality and task -----------------------------------------------------------------------------

# EU file types (and the same names in free text) that say what kind of data a file holds. Documents
# (PDF, DOC, HTML) and containers (ZIP, XML, JSON, NETCDF, HDF) say nothing of it.
_FORMATS = {
    "image": "BMP GIF JPEG JPEG2000 JPG PNG WEBP PSD DICOM",
    "audio": "AAC BWF FLAC MP3 OGG WAV",
    "video": "AVI MKV MPEG2 MPEG4 MPEG4_AVC MP4 WEBM",
    "tabular": "ARFF CSV DBF FEATHER ODS PARQUET SDMX TAB TSV XLS XLSB XLSM XLSX",
    "geospatial": (
        "ARCINFO_COV E00 ECW FLATGEOBUF GDB GEOJSON GEOPACKAGE GEOPARQUET GEOTIFF GML GMZ GPKG GRIB GRIB2"
        " KML KMZ MAP_SRVC MIF_MID MRSID SHAPEFILE SHP TAB_RSTR TOPOJSON WCS WCS_SRVC WFS WFS_SRVC"
        " WMS WMS_SRVC WMTS"
    ),
    "3d": "E57 GLB GLTF IFC LAS LAZ OBJ PLY STL",
    "graph": (
        "GRAPHML HDT JSON_LD N3 OWL RDF RDF_N_QUADS RDF_N_TRIPLES RDF_TRIG RDF_TRIX RDF_TURTLE RDF_XML"
        " SKOS_XML TTL"
    ),
    "text": "CONLL CONLLU TEI TMX TXT XLIFF",
    "code": "IPYNB JAR JS PY",
}
_MEDIA_TYPES = {
    "image/": "image",
    "audio/": "audio",
    "video/": "video",
    "model/": "3d",
    "text/csv": "tabular",
    "text/tab-separated-values": "tabular",
    "text/plain": "text",
    "application/geo+json": "geospatial",
    "application/vnd.apache.parquet": "tabular",
}
_NO_IMAGES = ("image/svg+xml", "image/tiff", "image/vnd.dwg", "image/vnd.dxf")  # drawings, rasters

# Whole keywords, folded and in small letters, that name a kind of data.
_WORDS_OF = {
    "image": "images|imagery|image data|photographs|bilddaten|imagerie|imagenes|immagini|x-ray images",
    "text": "text corpus|corpus|corpora|textkorpus|parallel corpus|korpus",
    "audio": "audio|speech|speech corpus|sound recordings|audiodaten",
    "video": "video|videos|videodaten",
    "tabular": "tabular data|tabellendaten",
    "time-series": (
        "time series|timeseries|time series data|zeitreihe|zeitreihen|serie temporelle"
        "|series temporelles|serie temporal|series temporales|series temporais|serie storica"
        "|serie storiche|tijdreeks|tijdreeksen|tidsserie|tidsserier|aikasarja|aikasarjat"
        "|szereg czasowy|szeregi czasowe|casova rada|casove rady|idosor|idosorok|serii de timp"
        "|χρονοσειρα|χρονοσειρες|времеви редове|vremenski nizovi|casovni nizi"
    ),
    "3d": "point cloud|point clouds|punktwolke|nuage de points|3d model|3d models|3d data|lidar",
    "graph": "knowledge graph|linked data|ontology|graph data",
    "geospatial": "geodata|geospatial|geospatial data|geodaten|geographic information|inspire",
    "code": "source code|quellcode|code source",
}
_TASKS_OF = {
    "anomaly-detection": "anomaly detection|outlier detection|anomalieerkennung",
    "depth-estimation": "depth estimation",
    "entity-recognition": "named entity recognition|token classification",
    "face-recognition": "face recognition|facial recognition|gesichtserkennung",
    "forecasting": "forecasting|time series forecasting|load forecasting",
    "image-classification": "image classification|bildklassifikation",
    "image-segmentation": "image segmentation|semantic segmentation|instance segmentation",
    "information-retrieval": "information retrieval|text retrieval|document retrieval",
    "machine-translation": "machine translation|translation corpus|maschinelle ubersetzung",
    "object-detection": "object detection|objekterkennung|detection d'objets",
    "object-tracking": "object tracking|multi object tracking",
    "ocr": "ocr|optical character recognition|handwriting recognition",
    "pose-estimation": "pose estimation",
    "question-answering": "question answering|visual question answering",
    "recommendation": "recommender systems|recommendation systems",
    "reinforcement-learning": "reinforcement learning",
    "sentiment-analysis": "sentiment analysis|opinion mining",
    "speech-recognition": "speech recognition|automatic speech recognition|spracherkennung",
    "speech-synthesis": "speech synthesis|text to speech",
    "summarization": "summarization|text summarization|summarisation",
    "text-classification": "text classification|document classification",
    "text-generation": "text generation|language modeling|language modelling",
    "topic-modelling": "topic modelling|topic modeling",
}
_STATED = re.compile(r"(?:task|task_categories|task_ids|task category) *: *(.+)")
_APART = re.compile(r"[\s_\-]+")


def _words(table: Mapping[str, str]) -> dict[str, str]:
    return {_apart(fold(word)): value for value, of in table.items() for word in of.split("|")}


def _apart(word: str) -> str:
    return _APART.sub(" ", word)


_BY_FORMAT = {name: value for value, names in _FORMATS.items() for name in names.split()}
_MODALITY_WORDS = _words(_WORDS_OF)
TASKS = _words(_TASKS_OF) | {_apart(value): value for value in _TASKS_OF}
TASK_VALUES = tuple(sorted(_TASKS_OF))


def _by_format(files: Iterable[File]) -> Iterator[Reason]:
    for one in files:
        name = (one.format or "").upper().lstrip(".").replace("-", "_").replace(" ", "_")
        if value := _BY_FORMAT.get(name):
            yield value, f"format: {one.format}"
        media_type = (one.media_type or "").lower()
        if media_type.startswith(_NO_IMAGES):
            continue
        for start, value in _MEDIA_TYPES.items():
            if media_type.startswith(start):
                yield value, f"media type: {media_type}"


def _by_word(names: Iterable[tuple[str, str]], table: Mapping[str, str]) -> Iterator[Reason]:
    for name, word in names:
        if value := table.get(name):
            yield value, f"keyword: {word}"


def _name(plain: str) -> str:
    """What a keyword names, or states to be the task."""
    stated = _STATED.fullmatch(plain) if ":" in plain else None
    return _apart(stated.group(1) if stated else plain)


def _plain(word: str) -> str:
    return fold(word.strip().lower()[:80])


def _once(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The first reason of each value, by value."""
    found: dict[str, str] = {}
    for value, rule in reasons:
        found.setdefault(value, rule)
    return tuple(sorted(found.items()))


# --- download and size -----------------------------------------------------------------------------

# Endings of addresses that lead to a file of data, not to a page or a service.
_SUFFIXES = (
    " 7z arff avro bz2 csv dbf feather flac geojson gml gpkg grib grib2 gz h5 hdf hdf5 jpeg jpg json jsonl"
    " jsonld kml kmz las laz mp3 mp4 nc ndjson npy npz nq nt ods ogg parquet png rar rdf shp sqlite"
    " tar tgz tif tiff topojson tsv ttl txt wav xls xlsx xml xz zip zst "
)


def _downloadable(files: Sequence[File], access: str | None) -> tuple[bool | None, str | None]:
    if access == "non-public":
        return False, "access rights: non-public"
    for one in files:
        if one.download_url:
            return True, "download URL"
    for one in files:
        if ending := _ending(one.access_url):
            return True, f"access URL ends in .{ending}"
    return None, None


def _ending(url: str | None) -> str | None:
    # Most addresses lead to no file, which shows without taking them apart.
    last = (url or "").partition("#")[0].partition("?")[0].rpartition(".")[2]
    if f" {last.strip().lower()} " not in _SUFFIXES:
        return None
    try:
        path = urlsplit(url or "").path
    except ValueError:
        return None
    ending = path.rpartition("/")[2].rpartition(".")[2].lower()
    return ending if "." in path and ending and f" {ending} " in _SUFFIXES else None


def _size(files: Iterable[File]) -> int | None:
    sizes = [one.size for one in files if one.size is not None]
    return min(sum(sizes), 2**63 - 1) if sizes else None


# --- what a licence allows -------------------------------------------------------------------------

_BOTH, _NO_DERIVATIVES, _NO_COMMERCE = USES, ("commercial",), ("derivatives",)
# EU licence codes; versions and ports of the Creative Commons family by their parts, below.
_KNOWN = {
    "CC0": _BOTH,
    "COM_REUSE": _BOTH,
    "EUPL_1_0": _BOTH,
    "EUPL_1_1": _BOTH,
    "EUPL_1_2": _BOTH,
    "GNU_FDL": _BOTH,
    "ISA_OML": _BOTH,
    "ODC_BL": _BOTH,
    "ODC_BY": _BOTH,
    "ODC_PDDL": _BOTH,
}
# Parts of addresses, and whole names in small letters, of licences outside the EU table.
_ADDRESSES = {
    "creativecommons.org/publicdomain/": _BOTH,
    "govdata.de/dl-de/by-2-0": _BOTH,
    "govdata.de/dl-de/zero-2-0": _BOTH,
    "dcat-ap.de/def/licenses/dl-by-de/2.0": _BOTH,
    "dcat-ap.de/def/licenses/dl-zero-de/2.0": _BOTH,
    "dcat-ap.de/def/licenses/dl-by-nc-de": _NO_COMMERCE,
    "etalab.gouv.fr/licence-ouverte": _BOTH,
    "nationalarchives.gov.uk/doc/open-government-licence": _BOTH,
    "data.norge.no/nlod": _BOTH,
    "dati.gov.it/iodl/2.0": _BOTH,
    "opendatacommons.org/licenses/": _BOTH,
    "opensource.org/licenses/": _BOTH,
    "cdla.dev/": _BOTH,
}
_NAMES = {
    "apache-2.0": _BOTH,
    "bsd-2-clause": _BOTH,
    "bsd-3-clause": _BOTH,
    "mit": _BOTH,
    "lov2": _BOTH,
    "odbl": _BOTH,
    "odbl-1.0": _BOTH,
    "odc-by": _BOTH,
    "pddl": _BOTH,
    "iodl-2.0": _BOTH,
    "nlod-2.0": _BOTH,
    "dl-de/by-2-0": _BOTH,
    "dl-de/zero-2-0": _BOTH,
    "dl-de-by-2.0": _BOTH,
    "dl-de-zero-2.0": _BOTH,
    "cc0-1.0": _BOTH,
    "cc-zero": _BOTH,
}
_CC_PATH = re.compile(r"creativecommons\.org/licenses/(by(?:-nc)?(?:-nd|-sa)?)(?:[/#?].*)?\Z")
_CC_CODE = re.compile(
    r"cc[_ -]by[_ -]?(nc)?[_ -]?(nd|sa)?(?:[_ -]?\d(?:[._]\d)?)?(?:[_ -][a-z]{2})?\Z"
)


def _uses(
    files: Sequence[File], licenses: Sequence[str]
) -> tuple[tuple[str, ...] | None, str | None]:
    """By the record's own licence, else what all its files' licences allow; unknown if one is."""
    stated = list(licenses) or [one.license for one in files if one.license]
    if not licenses and len(stated) < len(files):
        return None, None
    allowed = [allows(one) for one in stated]
    known = [one for one in allowed if one is not None]
    if not stated or len(known) < len(allowed):
        return None, None
    both = tuple(use for use in USES if all(use in one for one in known))
    return both, f"licence: {', '.join(dict.fromkeys(stated))}"


def allows(license_: str) -> tuple[str, ...] | None:
    """What a licence allows of `USES`: an EU code, an address or a name; None when it is not known."""
    if license_ in _KNOWN:
        return _KNOWN[license_]
    text = license_.strip().lower()
    path = _CC_PATH.search(text)
    if path:
        return _by_parts(path.group(1).split("-"))
    code = _CC_CODE.match(text)
    if code:
        return _by_parts(code.groups())
    if text in _NAMES:
        return _NAMES[text]
    concept = vocab.scheme("license").concept(license_)
    known = (concept.iri, *concept.exact) if concept else ()  # its own addresses say it
    said = (_by_address(one.lower()) for one in (text, *known) if "://" in one)
    return next((uses for uses in said if uses is not None), None)


def _by_address(text: str) -> tuple[str, ...] | None:
    return next((uses for part, uses in _ADDRESSES.items() if part in text), None)


def _by_parts(parts: Iterable[str | None]) -> tuple[str, ...]:
    denied = {"nc": "commercial", "nd": "derivatives"}
    return tuple(use for use in USES if use not in {denied.get(part or "") for part in parts})
