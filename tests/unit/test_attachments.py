"""Files that come with requests: what they are counts, not what they say they are."""

from __future__ import annotations

import hashlib
import io
import struct
import time
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.access.attachments import (
    CSV,
    DOCX,
    JPEG,
    MOST_BYTES,
    MOST_NAME,
    ODT,
    PDF,
    PNG,
    TEXT,
    XLSX,
    checked,
    download_headers,
    safe_name,
)
from catalogue.errors import InvalidInput


def pdf(inside: bytes = b"") -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog " + inside + b" >>\nendobj\n"
        b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"
    )


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 1, height: int = 1) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


JPG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    + b"\x00" * 40
    + b"\xff\xd9"
)


def packed(parts: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as made:
        for name, body in parts.items():
            made.writestr(name, body)
    return out.getvalue()


def office(kind: str, main: str, **more: bytes) -> bytes:
    types = f'<Types><Override ContentType="{kind}.main+xml"/></Types>'.encode()
    parts = {"[Content_Types].xml": types, main: b"<document/>"}
    return packed(parts | {name.replace("__", "/"): body for name, body in more.items()})


WORD = office(DOCX, "word/document.xml")
SHEET = office(XLSX, "xl/workbook.xml")
WRITER = packed({"mimetype": ODT.encode(), "content.xml": b"<office/>"})
GOOD = [
    ("plan.pdf", PDF, pdf()),
    ("plot.png", PNG, png()),
    ("photo.JPEG", JPEG, JPG),
    ("notes.txt", TEXT, "Größe: ünï\r\n".encode()),
    ("table.csv", CSV, b'a,b\r\n1,"two\nlines"\r\n'),
    ("letter.docx", DOCX, WORD),
    ("sheet.xlsx", XLSX, SHEET),
    ("writer.odt", ODT, WRITER),
]


@pytest.mark.parametrize(("name", "kind", "body"), GOOD, ids=[one[0] for one in GOOD])
def test_a_file_that_is_what_it_says_is_taken(name: str, kind: str, body: bytes) -> None:
    for claimed in (kind, "application/octet-stream", f"{kind}; charset=utf-8", ""):
        taken = checked(name, claimed, body)
        assert (taken.media_type, taken.size) == (kind, len(body))
        assert taken.sha256 == hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize(("name", "kind", "body"), GOOD, ids=[one[0] for one in GOOD])
def test_a_name_that_lies_about_the_content_is_refused(name: str, kind: str, body: bytes) -> None:
    for other, other_kind, _body in GOOD:
        text = {other_kind, kind} <= {TEXT, CSV}
        if other_kind != kind and not text:
            with pytest.raises(InvalidInput):
                checked(other, other_kind, body)
            with pytest.raises(InvalidInput, match="it was sent as"):
                checked(name, other_kind, body)


@pytest.mark.parametrize(
    ("name", "claimed", "body", "said_of_it"),
    [
        ("a.pdf", PDF, b"", "empty"),
        ("a.exe", "application/octet-stream", b"MZ" + b"\x00" * 100, "not taken"),
        ("a.svg", "image/svg+xml", b"<svg onload='x'/>", "not taken"),
        ("a.html", "text/html", b"<html>", "not taken"),
        ("a.docm", DOCX, WORD, "not taken"),
        ("a", TEXT, b"x", "not taken"),
        ("pdf", PDF, pdf(), "not taken"),
        ("a.pdf", "text/html", pdf(), "it was sent as text/html"),
        ("a.pdf", PDF, b"MZ" + pdf(), "no PDF"),
        ("a.pdf", PDF, b"<html>%PDF-1.7 %%EOF", "no PDF"),
        ("a.pdf", PDF, pdf()[:-7], "cut off"),
        ("a.pdf", PDF, pdf(b"/Encrypt 3 0 R"), "locked"),
        ("a.pdf", PDF, pdf(b"/Encr#79pt 3 0 R"), "locked"),
        ("a.pdf", PDF, pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "/JavaScript"),
        ("a.pdf", PDF, pdf(b"/Names << /J#61vaScript 2 0 R >>"), "/J#61vaScript"),
        ("a.pdf", PDF, pdf(b"/A << /S /Launch /F (cmd.exe) >>"), "/Launch"),
        ("a.pdf", PDF, pdf(b"/Names << /EmbeddedFiles 4 0 R >>"), "/EmbeddedFiles"),
        ("a.pdf", PDF, pdf(b">> stream\n" + zlib.compress(b"<< /S /JavaScript >>") + b"\nendstream <<"), "/JavaScript"),
        ("a.png", PNG, png()[:-14], "cut off"),
        ("a.png", PNG, png(100_000, 100_000), "pixels"),
        ("a.png", PNG, png() + b"<script>" * 20, "hangs behind"),
        ("a.jpg", JPEG, JPG + pdf(), "hangs behind"),
        ("a.txt", TEXT, b"caf\xe9", "no text in UTF-8 (byte 4)"),
        ("a.txt", TEXT, b"a\x00b", "U+0000"),
        ("a.txt", TEXT, "invoice\u202excod.exe".encode(), "U+202E"),
        ("a.txt", TEXT, b"  <!DOCTYPE html><script>alert(1)</script>", "a page, XML"),
        ("a.csv", CSV, b'a,"b', "no CSV"),
        ("a.docx", DOCX, SHEET, "another kind"),
        ("a.docx", DOCX, office(DOCX, "word/document.xml", word__vbaProject=b"x"), "macros"),
        ("a.xlsx", XLSX, office(XLSX, "xl/workbook.xml", xl__embeddings__a=b"x"), "embedded"),
        ("a.odt", ODT, packed({"mimetype": ODT.encode(), "content.xml": b"", "Basic/x.xml": b""}), "macros"),
        ("a.docx", DOCX, office(f"{DOCX}.macroEnabled", "word/document.xml"), "another kind"),
        ("a.docx", DOCX, packed({"../evil": b"", "word/document.xml": b""}), "outside itself"),
        ("a.docx", DOCX, WORD[: len(WORD) // 2], "damaged"),
        ("a.docx", DOCX, b"PK\x03\x04" + b"\xff" * 200, "damaged"),
        ("a.docx", DOCX, office(DOCX, "word/document.xml", word__bomb=b"\x00" * 40_000_000), "unpacks to far more"),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_refused_with_the_reason(
    name: str, claimed: str, body: bytes, said_of_it: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked(name, claimed, body)
    assert said_of_it in str(refused.value)


def test_a_pdf_that_only_opens_at_a_page_is_taken() -> None:
    body = pdf(b"/OpenAction [3 0 R /Fit] /AcroForm << /Fields [] >> /X (/JS )")
    assert checked("a.pdf", PDF, body).media_type == PDF


def test_a_script_behind_many_bytes_of_a_stream_is_found() -> None:
    for before in (1024 * 1024 - 8, 3_000_000):
        hidden = zlib.compress(b" " * before + b"<< /S /Java#53cript >>")
        with pytest.raises(InvalidInput, match="/Java#53cript"):
            checked("a.pdf", PDF, pdf(b">> stream\n" + hidden + b"\nendstream <<"))


def test_a_pdf_of_a_million_streams_is_looked_through_in_little_time() -> None:
    began = time.process_time()
    checked("a.pdf", PDF, pdf(b">> " + b"stream\n" * 1_000_000 + b" <<"))
    packed_ = zlib.compress(b"/" * 4_000_000, 9)
    with pytest.raises(InvalidInput, match="unpacks to far more"):
        checked(
            "a.pdf", PDF, pdf(b">> " + (b"stream\n" + packed_ + b"endstream ") * 2_000 + b" <<")
        )
    assert time.process_time() - began < 30  # a watchdog: it takes some seconds


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at most"):
        checked("a.txt", TEXT, b"x" * (MOST_BYTES + 1))


@given(st.sampled_from([one[:2] for one in GOOD]), st.binary(max_size=300), st.booleans())
def test_any_bytes_are_taken_or_refused(
    named: tuple[str, str], body: bytes, after_a_start: bool
) -> None:
    name, kind = named
    start = next(one[2] for one in GOOD if one[0] == name) if after_a_start else b""
    try:
        assert checked(name, kind, start + body).media_type == kind
    except InvalidInput as refused:
        assert name in str(refused)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\a.pdf", "a.pdf"),
        ("a\x00b\r\n.pdf", "a b.pdf"),
        ("cod\u202efdp.exe", "cod fdp.exe"),
        (".htaccess", "htaccess"),
        ("con.txt", "file con.txt"),
        ("NUL.tar.txt", "file NUL.tar.txt"),
        ("", "file"),
        ("...", "file"),
        ("Größe (2).csv", "Größe (2).csv"),
        ('a";filename="b.html.pdf', "a filename b.html.pdf"),
    ],
)
def test_names_are_made_safe(name: str, kept: str) -> None:
    assert safe_name(name) == kept


@given(st.text(max_size=200))
def test_any_name_becomes_a_safe_one_that_stays(name: str) -> None:
    made = safe_name(name)
    assert 0 < len(made) <= MOST_NAME
    assert not {*made} & {*'/\\\x00\n\r"<>|:*?%;\u202e'}
    assert not made.startswith((".", "-", " "))
    assert safe_name(made) == made


def test_a_download_is_never_shown_inline() -> None:
    headers = download_headers('Größe"\r\nX: y.pdf', PDF, 12)
    assert headers["Content-Disposition"].startswith('attachment; filename="Gr__e')
    assert "filename*=UTF-8''Gr%C3%B6%C3%9Fe" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert all("\n" not in one and one.isascii() for one in headers.values())
    assert download_headers("a.html", "text/html", 1)["Content-Type"] == "application/octet-stream"
