"""Files that come with a request: judged by what they are, not by what they say they are. Pure.

Few kinds are taken. The ending of the name, the type that was claimed and the content must agree; what
could act on a reader's machine (macros, scripts, launches) is refused.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

import puremagic

from catalogue.access.plain_text import safe, stray
from catalogue.errors import InvalidInput

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024  # bytes of all parts of an office document
MOST_PARTS = 5_000  # files in an office document
MOST_PDF = 64 * 1024 * 1024  # bytes of all packed streams of a PDF
PIECE = 1024 * 1024  # bytes of a PDF's stream that are looked at together
NAME = 100  # bytes of the longest name that is looked for, written by numbers
MOST_RATIO = 200  # times that a part may grow; text packs well, bombs better
MOST_NAME = 120  # characters
MOST_PIXELS = 100_000_000

PDF, PNG, JPEG, TEXT, CSV = "application/pdf", "image/png", "image/jpeg", "text/plain", "text/csv"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
TYPES = {
    "pdf": PDF,
    "png": PNG,
    "jpg": JPEG,
    "jpeg": JPEG,
    "txt": TEXT,
    "csv": CSV,
    "docx": DOCX,
    "xlsx": XLSX,
    "odt": ODT,
}
# What browsers claim where they do not know better, and other names of the same.
_VAGUE = ("", "application/octet-stream")
_ALSO = {
    CSV: ("application/csv", "application/vnd.ms-excel", TEXT),
    JPEG: ("image/jpg", "image/pjpeg"),
    PDF: ("application/x-pdf",),
}
_TAKEN = "PDF, PNG, JPEG, text and CSV in UTF-8, DOCX, XLSX and ODT"
# Windows takes these for devices, whatever ending they have.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)
# Every action of a script names /JavaScript or /Rendition. /JS and /AA alone would be met by chance in
# packed bytes, and /OpenAction stands in many a good PDF, to show its first page.
_ACTING = (
    *("JavaScript", "Launch", "Rendition", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA"),
    *("SubmitForm", "ImportData"),
)


def _spelt(name: str) -> str:
    """A name of PDF as an expression; each of its letters may be written by its number: /J#61vaScript."""
    return "".join(f"(?:{one}|#(?i:{ord(one):02X}))" for one in name)


_ACTS = re.compile(
    f"/(?=[{''.join(sorted({one[0] for one in _ACTING}))}#])"
    f"(?:{'|'.join(_spelt(one) for one in _ACTING)})(?![A-Za-z0-9#])".encode()
)
_LOCKED = re.compile(f"/{_spelt('Encrypt')}(?![A-Za-z0-9#])".encode())
_STREAM = re.compile(rb"endstream|stream\r?\n")
_MACROS = re.compile(
    r"(?i)(vbaproject|vbadata|macrosheets|activex|embeddings/|(^|/)basic/|(^|/)scripts/)"
)
_NO_TEXT = ("<!doctype", "<html", "<svg", "<?xml", "<script", "%pdf-", "%!ps", "{\\rtf")
_DEFLATED = (b"\x08", b"\x18", b"\x28", b"\x38", b"\x48", b"\x58", b"\x68", b"\x78")
_PARTS = {DOCX: "word/document.xml", XLSX: "xl/workbook.xml", ODT: "content.xml"}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that was judged. `name` is safe to keep and to show; `size` in bytes; `sha256` in hex."""

    name: str
    media_type: str
    size: int
    sha256: str
    body: bytes


def checked(name: str, claimed: str, body: bytes) -> Attachment:
    """The file, if it is of a kind that is taken and is what its name and claimed type say.

    Raises: InvalidInput saying what is wrong and what to send instead.
    """
    made = safe_name(name)
    if not body:
        raise InvalidInput(f"{made}: the file is empty")
    if len(body) > MOST_BYTES:
        raise InvalidInput(
            f"{made}: {len(body)} bytes; at most {MOST_BYTES}. Send the part that matters"
        )
    media_type = TYPES.get(made.rpartition(".")[2].lower())
    if "." not in made or media_type is None:
        raise InvalidInput(f"{made}: this kind of file is not taken; send {_TAKEN}")
    plain = claimed.partition(";")[0].strip().lower()
    if plain not in {media_type, *_VAGUE, *_ALSO.get(media_type, ())}:
        raise InvalidInput(
            f"{made}: it was sent as {safe(plain)}, and its name says {media_type}; send one that agrees"
        )
    wrong = _CHECKS[media_type](body, media_type)
    if wrong:
        raise InvalidInput(f"{made}: {wrong}")
    return Attachment(made, media_type, len(body), hashlib.sha256(body).hexdigest(), body)


def safe_name(name: str) -> str:
    """The name as it is kept: its last part, without what acts on file systems, terminals or eyes (F44),
    at most `MOST_NAME` characters with its ending. Never empty, never hidden, never a device."""
    text = unicodedata.normalize("NFC", name[:4_000].encode("utf-8", "replace").decode("utf-8"))
    text = re.split(r"[/\\]", text)[-1]
    kept = "".join(
        one if unicodedata.category(one)[0] in "LN" or one in "._-()+," else " " for one in text
    )
    stem, dot, ending = " ".join(kept.split()).strip(" .").rpartition(".")
    if not dot:
        stem, ending = ending, ""
    stem = stem.strip(" .-") or "file"
    if _DEVICES.fullmatch(stem.partition(".")[0].strip()):
        stem = f"file {stem}"
    ending = ending[:10].strip()
    room = MOST_NAME - len(ending) - 1
    return f"{stem[:room].rstrip(' .')}.{ending}" if ending else stem[:room].rstrip(" .")


def download_headers(name: str, media_type: str, size: int) -> dict[str, str]:
    """The headers under which a file is given back: to be saved, never shown or run inside our pages."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", safe_name(name))
    return {
        "Content-Type": media_type if media_type in TYPES.values() else "application/octet-stream",
        "Content-Length": str(size),
        "Content-Disposition": f'attachment; filename="{plain}"; '
        f"filename*=UTF-8''{quote(safe_name(name), safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }


# --- what is wrong with a content: a sentence, or None --------------------------------------------------


def _pdf(body: bytes, media_type: str) -> str | None:
    if not _looks(body, media_type) or not body.startswith(b"%PDF-"):
        return "it is no PDF, whatever its name says"
    if b"%%EOF" not in body[-2048:]:
        return "the PDF is cut off; send it again"
    if _LOCKED.search(body):
        return "the PDF is locked, so that it cannot be looked through; send it without a password"
    room = len(body) + MOST_PDF
    for part in _pdf_parts(body):
        room -= len(part)
        if room < 0:
            return "the PDF unpacks to far more than it should; print it again with smaller images"
        found = _ACTS.search(part)
        if found:
            what = found[0].decode("ascii", "replace")
            return (
                f"the PDF acts when it is opened ({what}); print it again without scripts or forms"
            )
    return None


def _pdf_parts(body: bytes) -> Iterator[bytes]:
    """The bytes themselves, and what is packed in their streams, piece by piece: objects hide there."""
    yield body
    start = None
    for found in _STREAM.finditer(body):
        if start is not None and body[start : start + 1] in _DEFLATED:
            yield from _unpacked(body[start : found.start()])
        start = None if found[0] == b"endstream" else found.end()


def _unpacked(packed: bytes) -> Iterator[bytes]:
    """Pieces of what is packed, each with the end of the one before, so that no name is cut in two."""
    unpacker, left, before = zlib.decompressobj(), packed, b""
    try:
        while left and (part := unpacker.decompress(left, PIECE)):
            yield before + part
            left, before = unpacker.unconsumed_tail, part[-NAME:]
    except zlib.error:
        return


def _png(body: bytes, media_type: str) -> str | None:
    if not _looks(body, media_type) or body[12:16] != b"IHDR" or len(body) < 33:
        return "it is no PNG image, whatever its name says"
    width, height = struct.unpack(">II", body[16:24])
    if width * height > MOST_PIXELS:
        return f"the image has {width} by {height} pixels; at most {MOST_PIXELS} together"
    if b"IEND" not in body[-64:]:
        return "the image is cut off, or something hangs behind it; send it again"
    return None


def _jpeg(body: bytes, media_type: str) -> str | None:
    if not _looks(body, media_type) or not body.startswith(b"\xff\xd8\xff"):
        return "it is no JPEG image, whatever its name says"
    if b"\xff\xd9" not in body[-64:]:
        return "the image is cut off, or something hangs behind it; send it again"
    return None


def _text(body: bytes, _media_type: str) -> str | None:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return f"it is no text in UTF-8 (byte {error.start + 1}); save it as UTF-8"
    character = stray(text.replace("\r\n", "\n").replace("\r", "\n"), lines=True)
    if character:
        return f"it holds the character {character}, which no text has; save it as plain text"
    if text.lstrip()[:200].lower().startswith(_NO_TEXT):
        return "it is a page, XML or a PDF, whatever its name says; send plain text"
    return None


def _csv(body: bytes, media_type: str) -> str | None:
    wrong = _text(body, media_type)
    if wrong:
        return wrong
    try:
        for number, _row in enumerate(
            csv.reader(io.StringIO(body.decode("utf-8-sig")), strict=True)
        ):
            if number > 1_000_000:
                return "it has over a million rows; send the part that matters"
    except csv.Error as error:
        return f"it is no CSV: {error}"
    return None


def _office(body: bytes, media_type: str) -> str | None:
    if not body.startswith(b"PK\x03\x04"):
        return "it is no such document, whatever its name says"
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return _wrong_parts(packed, media_type)
    except (
        zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError,
        OSError, struct.error,
    ):  # fmt: skip
        return "the document is damaged or locked; save it again without a password"


def _wrong_parts(packed: zipfile.ZipFile, media_type: str) -> str | None:
    entries = packed.infolist()
    names = [one.filename for one in entries]
    if len(entries) > MOST_PARTS or len(set(names)) < len(names):
        return f"the document has over {MOST_PARTS} parts, or two of one name; save it again"
    if any(name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) for name in names):
        return "the document has a part outside itself; save it again"
    if any(one.flag_bits & 1 for one in entries):
        return "the document is locked; send it without a password"
    if _PARTS[media_type] not in names or not _says_its_type(packed, names, media_type):
        return "it is another kind of document than its name says"
    # Macros of Word and Excel, Basic and scripts of OpenDocument, controls and embedded programs.
    macro = next((name for name in names if _MACROS.search(name)), None)
    if macro:
        return f"the document holds macros or embedded files ({safe(macro)}); save it without them"
    return _bomb(packed, entries)


def _bomb(packed: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> str | None:
    """What is said of sizes can lie, so the parts are unpacked, and counted."""
    room = MOST_UNPACKED
    for one in entries:
        most = min(room, max(MOST_RATIO * one.compress_size, 1024 * 1024))
        unpacked = 0
        with packed.open(one) as part:
            while block := part.read(256 * 1024):
                unpacked += len(block)
                if unpacked > most:
                    return "the document unpacks to far more than it should; save it again"
        room -= unpacked
    return None


def _says_its_type(packed: zipfile.ZipFile, names: list[str], media_type: str) -> bool:
    """Whether the document declares what it is, without macros, where its kind does so."""
    if media_type == ODT:
        return "mimetype" in names and _start(packed, "mimetype").strip() == ODT.encode()
    if "[Content_Types].xml" not in names:
        return False
    said = _start(packed, "[Content_Types].xml")
    return f"{media_type}.main+xml".encode() in said and b"macroEnabled" not in said


def _start(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as part:
        return part.read(256 * 1024)


def _looks(body: bytes, media_type: str) -> bool:
    """Whether the signatures that are known to others name this type first."""
    try:
        return puremagic.from_string(body[:65_536], mime=True) == media_type
    except (puremagic.PureError, ValueError):
        return False


_CHECKS: dict[str, Callable[[bytes, str], str | None]] = {
    PDF: _pdf,
    PNG: _png,
    JPEG: _jpeg,
    TEXT: _text,
    CSV: _csv,
    DOCX: _office,
    XLSX: _office,
    ODT: _office,
}
