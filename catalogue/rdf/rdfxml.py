"""RDF/XML: no entity is fetched or multiplied; what is broken is read as far as it is sure.

The structure of RDF/XML is striped (W3C RDF 1.1 XML Syntax, section 2): node elements hold property
elements, which hold at most one node element. Real documents break this, and XML itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin
from xml.parsers import expat

import pyoxigraph as ox
from lxml import etree

from catalogue.errors import UnreadableDocument
from catalogue.model import Finding, Severity
from catalogue.rdf.iris import is_valid
from catalogue.rdf.lines_of import Mender, Parsed, strictly, syntax_finding
from vocab.namespaces import RDF, WELL_KNOWN

DEEPEST = 250  # levels of elements; a parser's time grows with the square of it
MOST_ENTITIES = 100
LONGEST_ENTITY = 2000  # characters

_DOCTYPE = re.compile(r"<!DOCTYPE\s", re.IGNORECASE)
_ENTITY = re.compile(r"""<!ENTITY\s+([A-Za-z_][\w.-]*)\s+(?:"([^"]*)"|'([^']*)')\s*>""")
_AMPERSAND = re.compile(r"&(?!(?:#\d+|#x[0-9A-Fa-f]+|amp|lt|gt|quot|apos);)")
_PREFIX = re.compile(r"(?:</?|\s)([A-Za-z_][\w.-]*):[A-Za-z_]")
_DECLARED = re.compile(r"xmlns:([A-Za-z_][\w.-]*)\s*=")
_ROOT = re.compile(r"<[A-Za-z_][\w.-]*(?::[\w.-]+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
UNKNOWN = "urn:x-undeclared-prefix:"


def read(text: str, base: str) -> Parsed:
    text = _without_entities(text)
    _check_depth(text)
    try:
        return Parsed(strictly(text, ox.RdfFormat.RDF_XML, base))
    except SyntaxError:
        pass
    return _mended(text, base)


# --- what would be dangerous --------------------------------------------------------------------


def _without_entities(text: str) -> str:
    """The text without its document type; simple entities of its own are put in their places.

    Raises: UnreadableDocument for external entities, parameter entities, entities made of entities,
    and whatever would multiply.
    """
    match = _DOCTYPE.search(text)
    root = _ROOT.search(text)
    if match is None or (root is not None and root.start() < match.start()):
        return text
    end, subset = _doctype_end(text, match.end())
    if subset is None or re.search(r"\b(?:SYSTEM|PUBLIC)\b|%", text[match.end() : end]):
        raise UnreadableDocument(
            "the document refers to an external definition; nothing outside of it is read",
            text.count("\n", 0, match.start()) + 1,
        )
    entities = {name: one or two for name, one, two in _ENTITY.findall(subset)}
    if len(entities) > MOST_ENTITIES or any(
        _AMPERSAND.search(value) or "<" in value or len(value) > LONGEST_ENTITY
        for value in entities.values()
    ):
        raise UnreadableDocument("the document's entities would multiply; write their values out")
    rest = text[end:]
    grown = sum(len(value) * rest.count(f"&{name};") for name, value in entities.items())
    if grown > 4 * len(text) + 1_000_000:
        raise UnreadableDocument("the document's entities would multiply; write their values out")
    for name, value in entities.items():
        rest = rest.replace(f"&{name};", value)
    return text[: match.start()] + "\n" * text.count("\n", match.start(), end) + rest


def _doctype_end(text: str, start: int) -> tuple[int, str | None]:
    """Where the document type ends, and its internal subset."""
    opening, closing = text.find("[", start), text.find(">", start)
    if opening < 0 or closing < opening:
        return closing + 1, None
    end = re.compile(r"\]\s*>").search(text, opening)
    if end is None:
        raise UnreadableDocument("the document type does not end")
    return end.end(), text[opening + 1 : end.start()]


def _check_depth(text: str) -> None:
    depth = 0

    def begin(_name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise UnreadableDocument(
                f"the XML is nested deeper than {DEEPEST} levels", parser.CurrentLineNumber
            )

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError:
        return  # not well-formed: told with its place when it is read


# --- what is broken -----------------------------------------------------------------------------


def _mended(text: str, base: str) -> Parsed:
    text, findings = _mend_text(text)
    root, broken = _tree(text, findings)
    complete = not broken
    mender = Mender(text, base)
    if complete and _take(text.encode(), base, mender):
        return Parsed(mender.lines, [*findings, *mender.findings])
    striping = Striping(findings)
    striping.node_or_root(root)
    mender = Mender(text, base)
    if not _take(etree.tostring(root), base, mender):
        mender = Mender(text, base)
        complete = _piecewise(root, base, mender, findings) and complete
    lines = [line for line in mender.lines if f" <{UNKNOWN}" not in line]
    if len(lines) < len(mender.lines):
        findings.append(_undeclared(len(mender.lines) - len(lines)))
    if not lines:
        raise UnreadableDocument("no statement can be read from the RDF/XML", findings[0].count)
    torn = _torn(root, broken, base)
    return Parsed(lines, [*findings, *mender.findings], complete and not mender.lost, torn)


def _take(body: bytes, base: str, mender: Mender) -> bool:
    try:
        mender.take(ox.parse(body, ox.RdfFormat.RDF_XML, base_iri=base or None, lenient=True))
    except SyntaxError:
        return False
    return True


def _mend_text(text: str) -> tuple[str, list[Finding]]:
    """What can be mended without knowing the structure: control characters, `&`, prefixes."""
    findings = []
    bad = _CONTROL.search(text)
    if bad is not None:
        findings.append(_finding("xml.control-character", text, bad.start(), "not allowed in XML"))
        text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    bad = _AMPERSAND.search(text)
    if bad is not None:
        findings.append(
            _finding("xml.ampersand", text, bad.start(), "an & that is not written &amp;")
        )
        text = _AMPERSAND.sub("&amp;", text)
    declared = set(_DECLARED.findall(text)) | {"xml", "xmlns"}
    missing = dict.fromkeys(name for name in _PREFIX.findall(text) if name not in declared)
    root = _ROOT.search(text)
    if missing and root is not None:
        binding = ""
        for prefix in missing:
            namespace = WELL_KNOWN.get(prefix.lower(), UNKNOWN)
            binding += f' xmlns:{prefix}="{namespace}"'
            at = text.find(f"{prefix}:")
            what = f"the prefix {prefix}: is not declared"
            findings.append(_finding("rdf.prefix-bound", text, at, what, mended=namespace))
        text = text[: root.end()] + binding + text[root.end() :]
    return text, findings


def _tree(text: str, findings: list[Finding]) -> tuple[etree._Element, list[int]]:
    """The document as a tree, around what is not well-formed; the lines where it was not."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if root is None:
        raise UnreadableDocument("this is no XML")
    faults = [one for one in parser.error_log if one.level == etree.ErrorLevels.FATAL]
    if faults:
        first = faults[0]
        rows = text.split("\n")
        row = rows[min(first.line, len(rows)) - 1] if first.line else ""
        findings.append(
            syntax_finding(first.message, f"line {first.line}", row.strip(), len(faults))
        )
    return root, [one.line for one in faults]


def _torn(root: etree._Element, broken: list[int], base: str) -> set[str]:
    """The resources that are described where the document is broken, and those around them."""
    found: set[str] = set()
    for line in broken:
        before = [one for one in root.iter("*") if (one.sourceline or 0) <= line]
        for element in [before[-1], *before[-1].iterancestors()] if before else ():
            about = element.get(f"{{{RDF}}}about")
            if about is not None:
                found.add(f"<{urljoin(base, about)}>")
    return found


def _piecewise(root: etree._Element, base: str, mender: Mender, findings: list[Finding]) -> bool:
    """Read each described resource for itself; False if one cannot be."""
    whole = True
    for element in _resources(root):
        if not _take(_alone(element), base, mender):
            whole = False
            name = etree.QName(element).localname
            reason = f"the element {name} breaks the rules of RDF/XML"
            findings.append(syntax_finding(reason, f"line {element.sourceline}", name))
    return whole


def _resources(root: etree._Element) -> Iterator[etree._Element]:
    if root.tag == f"{{{RDF}}}RDF":
        yield from (one for one in root if isinstance(one.tag, str))
    else:
        yield root


def _alone(element: etree._Element) -> bytes:
    holder = etree.Element(f"{{{RDF}}}RDF", nsmap=element.nsmap)
    holder.append(element)
    return etree.tostring(holder)


class Striping:
    """Brings a tree into the striped form, in place; each change is a finding."""

    _ABOUT = frozenset({f"{{{RDF}}}about", f"{{{RDF}}}ID", f"{{{RDF}}}nodeID"})
    _BARE = ("about", "resource", "datatype", "nodeID", "ID")

    def __init__(self, findings: list[Finding]) -> None:
        self._findings = findings

    def node_or_root(self, root: etree._Element) -> None:
        if root.tag == f"{{{RDF}}}RDF":
            for element in _elements(root):
                self._node(element)
            root.text = None
            for element in root:
                element.tail = None
        else:
            self._node(root)

    def _node(self, element: etree._Element) -> None:
        self._attributes(element)
        if not self._namespaced(element):
            return
        named = [name for name in element.attrib if name in self._ABOUT]
        for name in named[1:]:
            self._say(
                "rdfxml.two-names", element, "a resource is named twice; the first name counts"
            )
            del element.attrib[name]
        self._drop_text(element)
        for child in _elements(element):
            self._property(child)

    def _property(self, element: etree._Element) -> None:
        self._attributes(element)
        if not self._namespaced(element):
            return
        kind = element.get(f"{{{RDF}}}parseType")
        if kind == "Resource":
            self._drop_text(element)
            for child in _elements(element):
                self._property(child)
            return
        children = _elements(element)
        for child in children:
            if kind != "Literal":
                self._node(child)
        if kind in {"Literal", "Collection"}:
            return
        if not children:
            if element.get(f"{{{RDF}}}resource") is not None:
                self._drop_text(element)
            return
        for name in ("resource", "datatype", "nodeID"):
            if element.attrib.pop(f"{{{RDF}}}{name}", None) is not None:
                self._say("rdfxml.value-twice", element, f"rdf:{name} beside a nested resource")
        self._drop_text(element)
        self._one_each(element, _elements(element))

    def _one_each(self, element: etree._Element, children: list[etree._Element]) -> None:
        """A property element of its own for each node element after the first."""
        parent = element.getparent()
        if len(children) < 2 or parent is None:
            return
        self._say("rdfxml.repeated-node", element, f"{len(children)} resources in one property")
        at = parent.index(element)
        for offset, child in enumerate(children[1:], 1):
            another = etree.Element(element.tag, attrib=dict(element.attrib), nsmap=element.nsmap)
            another.append(child)
            parent.insert(at + offset, another)

    def _attributes(self, element: etree._Element) -> None:
        for name in self._BARE:
            qualified = f"{{{RDF}}}{name}"
            if name in element.attrib and qualified not in element.attrib:
                self._say("rdfxml.bare-attribute", element, f"{name} without its namespace rdf")
                element.set(qualified, element.attrib.pop(name))
        for name in list(element.attrib):
            if not str(name).startswith("{"):
                del element.attrib[name]
        datatype = element.get(f"{{{RDF}}}datatype")
        if datatype is not None and not is_valid(datatype):
            self._datatype(element, datatype)

    def _datatype(self, element: etree._Element, given: str) -> None:
        prefix, colon, name = given.strip().partition(":")
        namespace = element.nsmap.get(prefix) or WELL_KNOWN.get(prefix.lower())
        if colon and namespace:
            mended = f"{namespace.rstrip('#/')}#{name}" if prefix == "xsd" else namespace + name
            element.set(f"{{{RDF}}}datatype", mended)
            self._say("rdf.datatype-repaired", element, f"the datatype {given!r}", mended)
        else:
            del element.attrib[f"{{{RDF}}}datatype"]
            self._say("rdf.datatype-dropped", element, f"the datatype {given!r} is no IRI")

    def _namespaced(self, element: etree._Element) -> bool:
        if str(element.tag).startswith("{"):
            return True
        self._say("rdfxml.no-namespace", element, "an element without namespace was left out")
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
        return False

    def _drop_text(self, element: etree._Element) -> None:
        texts = [element.text, *(child.tail for child in element)]
        stray = " ".join(text.strip() for text in texts if text and text.strip())
        if stray:
            self._say("rdfxml.stray-text", element, f"text between elements: {stray[:100]!r}")
            element.text = None
            for child in element:
                child.tail = None

    def _say(
        self, rule: str, element: etree._Element, what: str, mended: str | None = None
    ) -> None:
        self._findings.append(
            Finding(
                rule=rule,
                severity=Severity.WARNING,
                message=f"The RDF/XML was mended: {what}.",
                value=etree.QName(element).localname,
                mended=mended,
                place=f"line {element.sourceline}",
                hint="Check the document with an RDF/XML validator.",
            )
        )


def _elements(parent: etree._Element) -> list[etree._Element]:
    return [child for child in parent if isinstance(child.tag, str)]


def _finding(rule: str, text: str, at: int, what: str, *, mended: str | None = None) -> Finding:
    start = text.rfind("\n", 0, at) + 1
    return Finding(
        rule=rule,
        severity=Severity.WARNING,
        message=f"The XML was mended: {what}.",
        value=text[start : start + 300].split("\n", 1)[0].strip(),
        mended=mended,
        place=f"line {text.count(chr(10), 0, at) + 1}",
        hint="Write the document with an XML library.",
    )


def _undeclared(count: int) -> Finding:
    return Finding(
        rule="rdf.prefix-unknown",
        severity=Severity.VIOLATION,
        message="Statements with a prefix that nobody declares were left out.",
        hint="Declare every prefix that the document uses.",
        count=count,
    )
