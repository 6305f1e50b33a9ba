"""From bytes to text: encodings as documents really have them."""

from __future__ import annotations

import codecs
import re

from catalogue.model import Finding, Severity

_XML_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(body: bytes, charset: str | None) -> tuple[str, list[Finding]]:
    """The document's text, without byte order mark and XML declaration, and what was repaired.

    A byte order mark decides; then UTF-8 if the bytes are; then UTF-16 by its zero bytes; then the
    encoding that the document or the transport declares; else single bytes that are no UTF-8 are
    read as Windows-1252, as browsers do, and each kind is a finding.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            text = body[len(mark) :].decode(encoding, "replace")
            return _without_declaration(text), []
    guess = _by_zeros(body)
    if guess:
        return _without_declaration(body.decode(guess, "replace")), []
    try:
        return _without_declaration(body.decode("utf-8")), []
    except UnicodeDecodeError:
        return _otherwise(body, charset)


def _by_zeros(body: bytes) -> str | None:
    head = body[:4]
    if len(head) == 4 and head[0] and not head[1] and head[2] and not head[3]:
        return "utf-16-le"
    if len(head) == 4 and not head[0] and head[1] and not head[2] and head[3]:
        return "utf-16-be"
    return None


def _otherwise(body: bytes, charset: str | None) -> tuple[str, list[Finding]]:
    match = _XML_ENCODING.match(body[:200].lstrip())
    declared = match.group(1).decode() if match else charset
    if declared and _known(declared) and codecs.lookup(declared).name != "utf-8":
        try:
            return _without_declaration(body.decode(declared)), []
        except (UnicodeDecodeError, LookupError):
            pass
    bad: list[tuple[int, int]] = []

    def by_windows(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        byte = error.object[error.start]
        bad.append((error.start, byte))
        return bytes([byte]).decode("cp1252", "replace"), error.start + 1

    codecs.register_error("aicat-windows-1252", by_windows)
    text = body.decode("utf-8", "aicat-windows-1252")
    at, byte = bad[0]
    line = body.count(b"\n", 0, at) + 1
    finding = Finding(
        rule="rdf.encoding-repaired",
        severity=Severity.WARNING,
        message=f"{len(bad)} bytes are not UTF-8 and were read as Windows-1252.",
        value=f"0x{byte:02X}",
        mended=bytes([byte]).decode("cp1252", "replace"),
        place=f"line {line}",
        hint="Publish the document in UTF-8, or declare the encoding that it has.",
    )
    return _without_declaration(text), [finding]


def _known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _without_declaration(text: str) -> str:
    """The text without an XML declaration; its line feeds stay, so that line numbers hold."""
    match = _XML_DECLARATION.match(text)
    if match is None:
        return text
    return "\n" * match.group().count("\n") + text[match.end() :]
