"""The service description of the SPARQL door (SPARQL 1.1 Service Description)."""

from __future__ import annotations

from collections.abc import Iterator

from vocab.namespaces import RDF

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
RESULTS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)


def service_description(endpoint: str) -> Iterator[str]:
    """N-Triples lines that describe the endpoint at the address."""
    service, dataset, graph = f"<{endpoint}>", f"<{endpoint}#dataset>", f"<{endpoint}#graph>"
    yield f"{service} <{RDF}type> <{SD}Service> ."
    yield f"{service} <{SD}endpoint> {service} ."
    yield f"{service} <{SD}supportedLanguage> <{SD}SPARQL11Query> ."
    for name in RESULTS:
        yield f"{service} <{SD}resultFormat> <{FORMATS}{name}> ."
    yield f"{service} <{SD}defaultDataset> {dataset} ."
    yield f"{dataset} <{RDF}type> <{SD}Dataset> ."
    yield f"{dataset} <{SD}defaultGraph> {graph} ."
    yield f"{graph} <{RDF}type> <{SD}Graph> ."
