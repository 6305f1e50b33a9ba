"""What a value may be written as, for each property that an authority table governs."""

from __future__ import annotations

import re
from functools import cache

import vocab
from vocab.namespaces import DCAT, DCATAP, DCT

# property -> scheme
PROPERTIES = {
    f"{DCT}language": "language",
    f"{DCT}license": "license",
    f"{DCT}format": "format",
    f"{DCAT}mediaType": "media-type",
    f"{DCT}accrualPeriodicity": "frequency",
    f"{DCT}accessRights": "access",
    f"{DCAT}theme": "theme",
    f"{DCATAP}hvdCategory": "hvd",
    f"{DCATAP}availability": "availability",
    f"{DCT}spatial": "country",
}

# Spellings that no table lists, and that everybody writes. Facts of common use.
_ALIASES = {
    "license": {
        "CC0": "cc-zero cc0 cc0-1.0 cc-0 creativecommons.org/publicdomain/zero/1.0",
        "CC_BY": "cc-by creativecommons.org/licenses/by",
        "CC_BYSA": "cc-by-sa creativecommons.org/licenses/by-sa",
        "CC_BYNC": "cc-nc cc-by-nc creativecommons.org/licenses/by-nc",
        "ODC_BL": "odc-odbl odbl odbl-1.0 opendatacommons.org/licenses/odbl opendatacommons.org/licenses/odbl/1.0",
        "ODC_BY": "odc-by odc-by-1.0 opendatacommons.org/licenses/by opendatacommons.org/licenses/by/1.0",
        "ODC_PDDL": "odc-pddl pddl pddl-1.0 opendatacommons.org/licenses/pddl opendatacommons.org/licenses/pddl/1.0",
        "GNU_FDL": "gfdl",
    },
    "language": {  # ISO 639-2, bibliographic codes
        "BOD": "tib",
        "CES": "cze",
        "CYM": "wel",
        "DEU": "ger",
        "ELL": "gre",
        "EUS": "baq",
        "FAS": "per",
        "FRA": "fre",
        "HYE": "arm",
        "ISL": "ice",
        "KAT": "geo",
        "MKD": "mac",
        "MRI": "mao",
        "MSA": "may",
        "MYA": "bur",
        "NLD": "dut",
        "RON": "rum",
        "SLK": "slo",
        "SQI": "alb",
        "ZHO": "chi",
    },
    "access": {
        "PUBLIC": "public open",
        "RESTRICTED": "restricted",
        "NON_PUBLIC": "non-public nonpublic non_public",
    },
    "format": {
        "GEOJSON": "geojson geo+json application/geo+json application/vnd.geo+json",
        "JSON": "json application/json",
        "CSV": "csv text/csv .csv",
        "XLSX": "xlsx .xlsx application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "XLS": "xls .xls application/vnd.ms-excel",
        "XML": "xml .xml application/xml text/xml",
        "PDF": "pdf .pdf application/pdf",
        "ZIP": "zip .zip application/zip",
        "HTML": "html htm text/html .html",
        "SHP": "shp shapefile",
        "KML": "kml application/vnd.google-earth.kml+xml",
        "GML": "gml application/gml+xml",
        "TIFF": "tif tiff image/tiff",
        "GEOTIFF": "geotiff",
        "JPEG": "jpg jpeg image/jpeg",
        "TXT": "txt text/plain .txt text",
        "RDF_TURTLE": "ttl turtle text/turtle .ttl",
        "RDF_XML": "application/rdf+xml rdf/xml",
        "RDF_N_TRIPLES": "application/n-triples n-triples",
        "JSON_LD": "json-ld jsonld application/ld+json",
        "NETCDF": "netcdf netcdf4 application/x-netcdf .nc",
        "HDF": "hdf hdf5 application/x-hdf5",
        "GPKG": "gpkg geopackage application/geopackage+sqlite3",
        "GTFS": "gtfs",
        "WMS_SRVC": "wms",
        "WFS_SRVC": "wfs",
        "WCS_SRVC": "wcs",
        "TSV": "tsv text/tab-separated-values",
        "PNG": "png image/png",
    },
}
_SHORT_LICENCE = re.compile(r"(?:cc[- ])?(by(?:-(?:sa|nc|nd|nc-sa|nc-nd))?)[- ]([1-4]\.\d)\Z")
_DEED = re.compile(
    r"creativecommons\.org/licenses/(by(?:-(?:sa|nc|nd|nc-sa|nc-nd))?)/([1-4]\.\d)(?:/[a-z_.-]+)*\Z"
)
_LEXVO = re.compile(
    r"(?:lexvo\.org/(?:id|page)/(?:iso639-3|iso639-1|code)|id\.loc\.gov/vocabulary/iso639-[12])/([a-z]{2,3})\Z"
)
_TAGGED = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})+\Z")  # en_US, sr-Latn-RS (BCP 47)
_IANA = re.compile(r"(?:www\.)?iana\.org/assignments/media-types/([\w.+-]+/[\w.+-]+)\Z")
_TABLE = re.compile(
    r"\Apublications\.europa\.eu/(?:resource|mdr)/(?:authority/)?([\w-]+)/([\w]+)\Z"
)
_TABLES = {
    "language": "language",
    "licence": "license",
    "license": "license",
    "file-type": "format",
    "frequency": "frequency",
    "access-right": "access",
    "data-theme": "theme",
    "theme": "theme",
    "planned-availability": "availability",
    "country": "country",
}


def look_up(scheme: str, value: str) -> str | None:
    """The authority's IRI for a value exactly as somebody may write it (case and outer white space
    aside), or None. An IRI that is the authority's own already comes back as it is."""
    text = value.strip()
    if scheme == "media-type":
        return _media_type(text)
    bare = re.sub(r"\Ahttps?://", "", text, flags=re.IGNORECASE).rstrip("/").lower()
    found = _spellings(scheme).get(bare)
    if found or "://" not in text:
        return found or _patterned(scheme, bare)
    return _patterned(scheme, bare)


def _patterned(scheme: str, bare: str) -> str | None:
    if scheme == "license":
        match = _DEED.match(bare) or _SHORT_LICENCE.match(bare)
        if match:
            kind, version = match.groups()
            code = f"CC_{kind.replace('-', '').upper()}_{version.replace('.', '_')}"
            concept = vocab.scheme("license").concept(code)
            return concept.iri if concept else None
    if scheme == "language":
        match = _LEXVO.match(bare) or _TAGGED.match(bare)
        if match:
            return _spellings("language").get(match.group(1))
    if scheme == "format":
        match = _IANA.match(bare)
        if match:
            return _spellings("format").get(match.group(1))
    match = _TABLE.match(bare)
    if match and _TABLES.get(match.group(1)) == scheme:
        return _spellings(scheme).get(match.group(2))
    return None


def _media_type(text: str) -> str | None:
    """The IANA IRI of a media type written as such."""
    if re.fullmatch(
        r"(?:application|audio|font|image|message|model|multipart|text|video)/[\w.+-]+", text
    ):
        return f"https://www.iana.org/assignments/media-types/{text.lower()}"
    return None


@cache
def _spellings(scheme: str) -> dict[str, str]:
    """Every spelling of a scheme's concepts, in lower case, to the concept's IRI.

    What two concepts share names none; the concept's own IRI and code always win.
    """
    table: dict[str, str] = {}
    shared: set[str] = set()
    for concept in vocab.scheme(scheme):
        for spelling in _of_concept(scheme, concept):
            if table.setdefault(spelling, concept.iri) != concept.iri:
                shared.add(spelling)
    for spelling in shared:
        del table[spelling]
    for concept in vocab.scheme(scheme):
        table[concept.iri.split("://", 1)[-1].lower()] = concept.iri
        if scheme != "country":
            table[concept.key.lower()] = concept.iri
    by_key = {concept.key: concept.iri for concept in vocab.scheme(scheme)}
    for key, spellings in _ALIASES.get(scheme, {}).items():
        table.update((one, by_key[key]) for one in spellings.split() if key in by_key)
    return table


def _of_concept(scheme: str, concept: vocab.Concept) -> set[str]:
    spellings = {iri.split("://", 1)[-1].rstrip("/").lower() for iri in concept.exact}
    if scheme == "country":
        return spellings  # a place's name says nothing of its being a country
    spellings.add(concept.code.lower())
    spellings.update(label.strip().lower() for label in concept.labels.values())
    if scheme in {"format", "license"}:
        spellings.update(one.lower() for one in concept.notations)
    return spellings
