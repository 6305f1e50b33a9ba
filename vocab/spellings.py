"""Spellings of concepts that no table lists: codes of other standards and what portals write.

Each group says where it comes from. A spelling is in lower case and names one concept only.
"""

from __future__ import annotations

SPELLINGS = {
    "license": {
        # Identifiers of the Open Definition's list, and titles that CKAN gives them.
        "CC0": "cc-zero|cc0|cc0-1.0|cc-0|creative commons cczero|creative commons zero|cc0 1.0 universal"
        "|cc0 1.0 universal (cc0 1.0) public domain dedication|creative commons zero v1.0 universal",
        "CC_BY": "cc-by|cc by|creativecommons.org/licenses/by|opendefinition.org/licenses/cc-by"
        "|creative commons attribution",
        "CC_BYSA": "cc-by-sa|cc by-sa|creativecommons.org/licenses/by-sa|opendefinition.org/licenses/cc-by-sa"
        "|creative commons attribution share-alike",
        "CC_BYNC": "cc-by-nc|cc by-nc|creativecommons.org/licenses/by-nc",
        # ODbL: also the titles of data.gouv.fr's list of licences, DCAT-AP.de's od-bl, and the French
        # translation that VeniVidiLibri hosts, to which French publishers link.
        "ODC_BL": "odc-odbl|odbl|odbl-1.0|opendatacommons.org/licenses/odbl|open database license"
        "|open data commons open database license (odbl)|open data commons open database license v1.0"
        "|open database license (odbl)"
        "|open database license (odbl) 1.0|open data commons open database license 1.0"
        "|dcat-ap.de/def/licenses/od-bl|vvlibri.org/fr/licence/odbl/10/fr/legalcode"
        "|www.vvlibri.org/fr/licence/odbl/10/fr/legalcode|vvlibri.org/fr/licence/odbl/10/fr"
        "|www.vvlibri.org/fr/licence/odbl/10/fr|vvlibri.org/fr/licence/odbl-10/legalcode/unofficial",
        "ODC_BY": "odc-by|odc-by-1.0|opendatacommons.org/licenses/by|dcat-ap.de/def/licenses/od-bc"
        "|open data commons attribution license|open data commons attribution license v1.0",
        "ODC_PDDL": "odc-pddl|pddl|pddl-1.0|opendatacommons.org/licenses/pddl"
        "|dcat-ap.de/def/licenses/odc-pddl"
        "|open data commons public domain dedication and license (pddl)"
        "|open data commons public domain dedication and licence (pddl)",
        "GNU_FDL": "gfdl|dcat-ap.de/def/licenses/gfdl",
        # Identifiers of DCAT-AP.de, and of SPDX's list of licences.
        "DLDE_BY_1_0": "dl-de-by-1.0|dl-de/by-1-0",
        "DLDE_BYNC_1_0": "dl-de-by-nc-1.0|dl-de/by-nc-1-0",
        "DLDE_BY_2_0": "dl-de-by-2.0|dl-de/by-2-0|dl-by-de/2.0|datenlizenz deutschland namensnennung 2.0"
        "|datenlizenz deutschland – namensnennung – version 2.0",
        "DLDE_ZERO_2_0": "dl-de-zero-2.0|dl-de/zero-2-0|dl-zero-de/2.0|datenlizenz deutschland zero 2.0"
        "|datenlizenz deutschland – zero – version 2.0",
        "CC_PDM_1_0": "pdm-1.0",
        "OGL_3_0": "ogl-uk-3.0|uk-ogl-3.0|open government licence v3.0"
        # CKAN's own list gives this one the address that the Quality Assessment's says to be 3.0.
        "|uk-ogl|uk open government licence (ogl)",
        "OGL_2_0": "ogl-uk-2.0|open government licence v2.0",
        "OGL_1_0": "ogl-uk-1.0|open government licence v1.0",
        "NLOD_2_0": "norsk lisens for offentlige data (nlod) 2.0",
        "NLOD": "data.norge.no/nlod/no/1.0|nlod-1.0",
        "IODL_2_0": "iodl-2.0|iodl2|italian open data license 2.0",
        "IODL_1_0": "iodl-1.0",
        "EUPL_1_0": "eupl-1.0",
        "EUPL_1_1": "eupl-1.1",
        "EUPL_1_2": "eupl-1.2|joinup.ec.europa.eu/collection/eupl/eupl-text-eupl-12",
        "MIT": "mit|mit license",
        "Apache-2.0": "www.apache.org/licenses/license-2.0|apache license 2.0",
        # Addresses of the licences' own texts, as SPDX gives them.
        "GPL-3.0": "www.gnu.org/licenses/gpl-3.0.html|www.gnu.org/licenses/gpl-3.0.en.html|gpl-3.0-only"
        "|www.gnu.org/licenses/gpl-3.0-standalone.html|www.gnu.org/licenses/gpl-3.0"
        "|dcat-ap.de/def/licenses/gpl/30|dcat-ap.de/def/licenses/gpl/3_0|dcat-ap.de/def/licenses/gpl/3.0",
        "GPL-2.0": "www.gnu.org/licenses/old-licenses/gpl-2.0.html|gpl-2.0-only"
        "|www.gnu.org/licenses/old-licenses/gpl-2.0-standalone.html",
        "LGPL-3.0": "www.gnu.org/licenses/lgpl-3.0.html|lgpl-3.0-only"
        "|www.gnu.org/licenses/lgpl-3.0-standalone.html",
        "LGPL-2.1": "www.gnu.org/licenses/old-licenses/lgpl-2.1.html|lgpl-2.1-only"
        "|www.gnu.org/licenses/old-licenses/lgpl-2.1-standalone.html",
        "AGPL-3.0": "www.gnu.org/licenses/agpl-3.0.html|agpl-3.0-only",
        "MPL-1.0": "dcat-ap.de/def/licenses/mozilla",  # "Mozilla Public License 1.0 (MPL)" there
    },
    # ISO 639-2, bibliographic codes; codes of ISO 639-1 that the table gives twice; names of languages in
    # themselves that the table lacks
    "language": {
        "BOD": "tib",
        "CAT": "català",
        "CES": "cze",
        "CYM": "wel|cymraeg",
        "DEU": "ger",
        "ELL": "gre",
        "EUS": "baq|euskara",
        "FAS": "per",
        "FRA": "fre",
        "GRN": "gn",
        "HYE": "arm",
        "ISL": "ice|íslenska",
        "KAT": "geo",
        "LTZ": "lëtzebuergesch",
        "KUR": "ku",
        "MKD": "mac",
        "MRI": "mao",
        "MSA": "may",
        "MYA": "bur",
        "NLD": "dut",
        "RON": "rum|ro",
        "RUS": "русский",
        "SLK": "slo",
        "SQI": "alb|shqip",
        "TUR": "türkçe",
        "UKR": "українська",
        "ZHO": "chi|zh",
    },
    "country": {  # English names in common use that the table writes otherwise
        "CZE": "czech republic",
        "GBR": "uk",
        "MKD": "republic of north macedonia",
        "NLD": "the netherlands",
        "TUR": "turkey",
        "VAT": "holy see|vatican city",
        # Spain's vocabulary of places (NTI-RISP), whose only country is Spain
        "ESP": "datos.gob.es/recurso/sector-publico/territorio/pais/españa"
        "|datos.gob.es/recurso/sector-publico/territorio/pais/espa%c3%b1a",
    },
    "availability": {  # SEMIC's first list of DCAT-AP, and DCAT-AP.de's
        key: f"data.europa.eu/r5r/availability/{key.lower()}|data.europa.eu/r5r/{key.lower()}"
        f"|dcat-ap.de/def/plannedavailability/{key.lower()}"
        for key in ("AVAILABLE", "EXPERIMENTAL", "STABLE", "TEMPORARY")
    },
    "access": {  # INSPIRE's code list, OpenAIRE's and COAR's terms, levels of Project Open Data 1.1
        "PUBLIC": "public|open|open access|openaccess|no limitations to public access"
        "|inspire.ec.europa.eu/metadata-codelist/limitationsonpublicaccess/nolimitations"
        "|info:eu-repo/semantics/openaccess|purl.org/coar/access_right/c_abf2"
        "|vocabularies.coar-repositories.org/access_rights/c_abf2",
        "RESTRICTED": "restricted|restricted public|restricted access"
        "|info:eu-repo/semantics/restrictedaccess|purl.org/coar/access_right/c_16ec"
        "|vocabularies.coar-repositories.org/access_rights/c_16ec",
        "NON_PUBLIC": "non-public|nonpublic|non_public|info:eu-repo/semantics/closedaccess",
    },
    "frequency": {  # ISO 19115-1 B.3.30 and FGDC-STD-001-1998 1.4.2 (maintenance); plain English, and
        # French in the gender of "fréquence"
        "AS_NEEDED": "asneeded|as needed|bei bedarf",
        "NOT_PLANNED": "notplanned|not planned|none planned|none scheduled|no updates planned",
        "ANNUAL": "annually|yearly|once a year|once per year|every year|annuelle",
        "ANNUAL_2": "semi-annually|semiannually|semi-annual|half-yearly|twice a year|twice per year"
        "|semestrielle",
        "BIWEEKLY": "fortnightly|every two weeks",
        "MONTHLY": "every month|once a month|mensuelle",
        "MONTHLY_2": "semi-monthly|twice a month",
        "QUARTERLY": "every quarter|every three months|trimestrielle",
        "WEEKLY": "every week|once a week",
        "DAILY": "every day|once a day|quotidienne",
        "HOURLY": "every hour",
        "BIENNIAL": "every two years|every 2 years",
        "TRIENNIAL": "every three years|every 3 years",
        "QUINQUENNIAL": "every five years|every 5 years",
        "DECENNIAL": "every ten years|every 10 years",
        "IRREG": "irregularly|irrégulière",
        "UNKNOWN": "inconnue",
        "CONT": "continuously",
        "UPDATE_CONT": "r/pt1s",  # Project Open Data 1.1: continuously updated
    },
    "format": {  # names of GDAL's drivers, FGDC-STD-001-1998 6.4.2.1.1 (arce, arcg), media types
        "GEOJSON": "geojson|geo+json|application/geo+json|application/vnd.geo+json",
        "JSON": "json|application/json|text/json",
        "CSV": "csv|text/csv|.csv|application/csv|text/comma-separated-values|comma separated values",
        "XLSX": "xlsx|.xlsx|application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "XLS": "xls|.xls|application/vnd.ms-excel|application/xls",
        "XML": "xml|.xml|application/xml|text/xml",
        "PDF": "pdf|.pdf|application/pdf|adobe pdf",
        "ZIP": "zip|.zip|application/zip|application/x-zip-compressed|application/x-zip",
        "GZIP": "gz|.gz|application/gzip",
        "HTML": "html|htm|text/html|.html|application/html|web page|website",
        "SHP": "shp|shapefile|shape file|esri shapefile|application/x-shapefile",
        "KML": "kml|application/vnd.google-earth.kml+xml",
        "KMZ": "kmz|application/vnd.google-earth.kmz|application/vnd.google-earth.kmz+xml",
        "GML": "gml|application/gml+xml|application/x-gmz",
        "TIFF": "tif|tiff|image/tiff|tagged image file format",
        "GEOTIFF": "geotiff|geotif|image/tiff;application=geotiff",
        "JPEG": "jpg|jpeg|image/jpeg|image/jpg",
        "TXT": "txt|text/plain|.txt|text|text/txt|application/txt|plain text",
        "RDF_TURTLE": "ttl|turtle|text/turtle|.ttl",
        "RDF_XML": "application/rdf+xml|rdf/xml",
        "RDF_N_TRIPLES": "application/n-triples|n-triples|ntriples",
        "RDF_N_QUADS": "application/n-quads|n-quads|nquads",
        "RDF_TRIG": "application/trig|trig",
        "JSON_LD": "json-ld|jsonld|application/ld+json",
        "NETCDF": "netcdf|netcdf4|netcdf-4|netcdf-3|netcdf3|application/x-netcdf|application/netcdf|.nc|nc",
        "HDF": "hdf|hdf5|hdf4|application/x-hdf5|hierarchical data format",
        "GPKG": "gpkg|geopackage|application/geopackage+sqlite3",
        "GTFS": "gtfs",
        "WMS_SRVC": "wms|ogc:wms|ogc wms|application/vnd.ogc.wms_xml",
        "WFS_SRVC": "wfs|ogc:wfs|ogc wfs",
        "WCS_SRVC": "wcs|ogc:wcs|ogc wcs",
        "TSV": "tsv|text/tab-separated-values|tab delimited text file|tab-delimited text",
        "PNG": "png|image/png",
        "SVG": "svg|image/svg+xml",
        "E00": "arce",
        "UNGEN": "arcg",
        "GRID": "arcinfo workstation grid|esri grid|aig|arc/info binary grid",
        "GRID_ASCII": "esri arc ascii|esri ascii grid|arc/info ascii grid|aaigrid",
        "MRSID": "mr sid|mrsid",
        "GDB": "file geodatabase|esri file geodatabase|fgdb|filegdb|openfilegdb",
        "REST": "arcgis rest|esri rest|arcgis geoservices rest api",
        "DBF": "dbase|dbf|application/dbf|application/x-dbf",
        "ATOM": "atom|application/atom+xml|atom feed",
        "RSS": "rss|application/rss+xml|rss feed",
        "SPARQLQ": "sparql",
        "ODS": "ods|application/vnd.oasis.opendocument.spreadsheet",
        "DOCX": "docx|application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "DOC": "doc|application/msword|application/doc|ms word",
        "MDB": "mdb|application/x-msaccess|application/vnd.ms-access",
        "PPTX": "pptx|application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "TAR": "tar|application/x-tar",
        "DXF": "dxf|image/vnd.dxf",
        "PS": "ps|application/postscript",
        "YAML": "yaml|yml|application/yaml",
        "7Z": "7z|application/x-7z-compressed",
        "WARC": "warc|application/warc",
        "TAR_GZ": "tar.gz|tgz|.tgz",
        "ICS": "ical|text/calendar",
    },
}

# Media types that IANA's register has for file types, where the table of these knows none or several.
MEDIA_TYPES = {
    "ATOM": "application/atom+xml",
    "CSV": "text/csv",
    "DXF": "image/vnd.dxf",
    "GEOJSON": "application/geo+json",
    "GML": "application/gml+xml",
    "GPKG": "application/geopackage+sqlite3",
    "GZIP": "application/gzip",
    "HTML": "text/html",
    "ICS": "text/calendar",
    "JPEG": "image/jpeg",
    "JSON": "application/json",
    "JSON_LD": "application/ld+json",
    "KML": "application/vnd.google-earth.kml+xml",
    "KMZ": "application/vnd.google-earth.kmz",
    "ODS": "application/vnd.oasis.opendocument.spreadsheet",
    "PDF": "application/pdf",
    "PNG": "image/png",
    "RDF_N_QUADS": "application/n-quads",
    "RDF_TRIG": "application/trig",
    "RDF_TURTLE": "text/turtle",
    "RDF_XML": "application/rdf+xml",
    "SVG": "image/svg+xml",
    "TIFF": "image/tiff",
    "TSV": "text/tab-separated-values",
    "TXT": "text/plain",
    "XLS": "application/vnd.ms-excel",
    "XML": "application/xml",
    "YAML": "application/yaml",
    "ZIP": "application/zip",
}
REGISTERED_TOO = frozenset({"text/xml"})  # beside those

# Names of countries that other well-known places have too, beside what the table of places tells.
_SHARED = (
    "georgia géorgie georgië georgien geórgia γεωργία jersey granada grenada jordan niger congo "
    "moldova moldavia guinea samoa macedonia makedonia македония macédoine micronesia timor "
    "dominica korea guernsey panama saint-martin"
)
SHARED_NAMES = frozenset(_SHARED.split())

# Codes of ISO 3166-1 (three letters) that are words or common abbreviations as well.
_WORDS = "AND ARE CAN COD COL COM CUB DOM EST GIN GUM LIE MAR MUS NOR PAN PER SEN SOM TON VAT"
CODES_AS_WORDS = frozenset(_WORDS.split())
