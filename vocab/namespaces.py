"""Namespaces, and the prefixes that our serialisations use."""

from __future__ import annotations

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"
DC = "http://purl.org/dc/elements/1.1/"
FOAF = "http://xmlns.com/foaf/0.1/"
VCARD = "http://www.w3.org/2006/vcard/ns#"
ADMS = "http://www.w3.org/ns/adms#"
SPDX = "http://spdx.org/rdf/terms#"
LOCN = "http://www.w3.org/ns/locn#"
GSP = "http://www.opengis.net/ont/geosparql#"
GEO = "http://www.w3.org/2003/01/geo/wgs84_pos#"
PROV = "http://www.w3.org/ns/prov#"
ODRL = "http://www.w3.org/ns/odrl/2/"
ODRS = "http://schema.theodi.org/odrs#"
DQV = "http://www.w3.org/ns/dqv#"
TIME = "http://www.w3.org/2006/time#"
SCHEMA = "http://schema.org/"
HYDRA = "http://www.w3.org/ns/hydra/core#"
ELI = "http://data.europa.eu/eli/ontology#"
DCATAP = "http://data.europa.eu/r5r/"
GEODCATAP = "http://data.europa.eu/930/"
HEALTH = "http://healthdataportal.eu/ns/health#"
MOBILITY = "https://w3id.org/mobilitydcat-ap#"
MLDCAT = "http://data.europa.eu/it6/"
DCATAPIT = "http://dati.gov.it/onto/dcatapit#"
DCATDE = "http://dcat-ap.de/def/dcatde/"
DPV = "https://w3id.org/dpv#"
CNT = "http://www.w3.org/2011/content#"
SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
CSVW = "http://www.w3.org/ns/csvw#"
ORG = "http://www.w3.org/ns/org#"

# Our own terms and the concepts of our sector scheme.
AICAT = "https://w3id.org/aicat/terms#"
SECTOR = "https://w3id.org/aicat/sector/"
ECOSYSTEM = "https://w3id.org/aicat/ecosystem/"

AUTHORITY = "http://publications.europa.eu/resource/authority/"

PREFIXES = {
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "dcat": DCAT,
    "dct": DCT,
    "foaf": FOAF,
    "vcard": VCARD,
    "adms": ADMS,
    "spdx": SPDX,
    "locn": LOCN,
    "gsp": GSP,
    "prov": PROV,
    "odrl": ODRL,
    "dqv": DQV,
    "time": TIME,
    "schema": SCHEMA,
    "hydra": HYDRA,
    "eli": ELI,
    "dcatap": DCATAP,
    "geodcatap": GEODCATAP,
    "healthdcatap": HEALTH,
    "mobilitydcatap": MOBILITY,
    "mldcatap": MLDCAT,
    "aicat": AICAT,
}

# Prefixes that documents use without declaring them; what they mean is common knowledge.
WELL_KNOWN = {
    **PREFIXES,
    "dc": DC,
    "dcterms": DCT,
    "geo": GEO,
    "geosparql": GSP,
    "odrs": ODRS,
    "dcatapit": DCATAPIT,
    "dcatde": DCATDE,
    "dpv": DPV,
    "cnt": CNT,
    "sd": SD,
    "void": VOID,
    "csvw": CSVW,
    "org": ORG,
    "sdo": SCHEMA,
    "r5r": DCATAP,
    "it6": MLDCAT,
    "xml": "http://www.w3.org/XML/1998/namespace",
}
