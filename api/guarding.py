"""What holds for every answer: headers that keep browsers safe, CORS, validators."""

from __future__ import annotations

from flask import Flask, Response, request

# Pages run our own files only; harvested text can neither run nor load nor send anything.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}
OPEN = (
    "/api/",
    "/datasets",
    "/catalog",
    "/sparql",
    "/.well-known/",
    "/calls.ics",
)  # read by other sites' scripts


def install(app: Flask) -> None:
    """Guard every answer of the application."""

    @app.after_request
    def finish(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        if request.path.startswith(OPEN):
            _open(answer)
        return _validated(answer)


def _open(answer: Response) -> None:
    """Let scripts of any site read, never with credentials."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Expose-Headers"] = (
        "Deprecation, ETag, Link, Location, Retry-After, Sunset"
    )
    if request.method == "OPTIONS":
        answer.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
        answer.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type, If-None-Match"
        answer.headers["Access-Control-Max-Age"] = "86400"


def _validated(answer: Response) -> Response:
    """An ETag on every whole read, and 304 where the reader has it (RFC 9110, section 13)."""
    whole = answer.status_code == 200 and not answer.is_streamed and not answer.direct_passthrough
    if request.method in {"GET", "HEAD"} and whole:
        answer.headers.setdefault("Cache-Control", "no-cache")
        answer.add_etag()
        answer.make_conditional(request)
    return answer
