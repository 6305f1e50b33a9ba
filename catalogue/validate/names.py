"""The terms of SHACL (W3C Recommendation 20 July 2017), sorted by what becomes of them here."""

from __future__ import annotations

SH = "http://www.w3.org/ns/shacl#"

NIL = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#nil>"
FIRST = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#first>"
REST = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#rest>"
SUBCLASS = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
CLASS = "<http://www.w3.org/2000/01/rdf-schema#Class>"
OWL_CLASS = "<http://www.w3.org/2002/07/owl#Class>"
IMPORTS = "<http://www.w3.org/2002/07/owl#imports>"


def sh(name: str) -> str:
    """A term of SHACL's vocabulary."""
    return f"<{SH}{name}>"


TARGETS = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
PATHS = (
    "inversePath",
    "alternativePath",
    "zeroOrMorePath",
    "oneOrMorePath",
    "zeroOrOnePath",
)
# Parameters of SHACL Core's constraint components (section 4).
PARAMETERS = (
    "class",
    "datatype",
    "nodeKind",
    "minCount",
    "maxCount",
    "minExclusive",
    "minInclusive",
    "maxExclusive",
    "maxInclusive",
    "minLength",
    "maxLength",
    "pattern",
    "flags",
    "languageIn",
    "uniqueLang",
    "equals",
    "disjoint",
    "lessThan",
    "lessThanOrEquals",
    "not",
    "and",
    "or",
    "xone",
    "node",
    "property",
    "qualifiedValueShape",
    "qualifiedMinCount",
    "qualifiedMaxCount",
    "qualifiedValueShapesDisjoint",
    "closed",
    "ignoredProperties",
    "hasValue",
    "in",
)
# What describes a shape and constrains nothing (section 2.3.2), and what a file says about itself.
DESCRIBING = (
    "name",
    "description",
    "order",
    "group",
    "defaultValue",
    "severity",
    "message",
    "deactivated",
    "path",
    "declare",
    "prefix",
    "namespace",
    "shapesGraph",
    "suggestedShapesGraph",
)
# Members of a report, which a file may hold as an example or a test.
REPORTING = (
    "conforms",
    "result",
    "detail",
    "focusNode",
    "resultPath",
    "resultSeverity",
    "resultMessage",
    "value",
    "sourceShape",
    "sourceConstraint",
    "sourceConstraintComponent",
    "shapesGraphWellFormed",
)
UNDERSTOOD = frozenset(
    sh(name) for name in (*TARGETS, *PATHS, *PARAMETERS, *DESCRIBING, *REPORTING)
)
# Names that published files use and SHACL does not define, so that they constrain nothing (drafts of
# SHACL, DCAT-AP 3 by parts, HealthDCAT-AP, DCAT-AP-NO, DCAT-AP-DK; parameters in other capitals in
# MLDCAT-AP and mobilityDCAT-AP); in lower case.
VOID = frozenset(
    {
        "shape",
        "nodeshape",
        "extends",
        "targetsubjectof",
        "datetime",
        *(one.lower() for one in PARAMETERS),
    }
)
# What is defined beyond SHACL Core, by SPARQL and by rules.
BEYOND = frozenset(
    {
        "sparql",
        "select",
        "ask",
        "construct",
        "update",
        "prefixes",
        "target",
        "targetShape",
        "parameter",
        "validator",
        "nodeValidator",
        "propertyValidator",
        "rule",
        "expression",
        "js",
        "values",
    }
)
SHAPE_TYPES = (sh("NodeShape"), sh("PropertyShape"))
SEVERITIES = {sh("Violation"): "violation", sh("Warning"): "warning", sh("Info"): "info"}
NODE_KINDS = {
    sh("IRI"): "<",
    sh("BlankNode"): "_",
    sh("Literal"): '"',
    sh("BlankNodeOrIRI"): "<_",
    sh("BlankNodeOrLiteral"): '_"',
    sh("IRIOrLiteral"): '<"',
}
