"""File types and frequencies told by the form of a value: which spelling or code of the tables it stands for."""

from __future__ import annotations

import re

_REPEATED = re.compile(r"(?:r\d*/)?p(?:(\d+)([ymwd])|t(\d+)([hm])|(0\.5m|3\.5d|0\.33w|0\.33m))\Z")
# ISO 8601 durations between two updates, shortest form.
_PERIODS = {
    "1y": "ANNUAL", "12m": "ANNUAL", "6m": "ANNUAL_2", "4m": "ANNUAL_3", "3m": "QUARTERLY",
    "2m": "BIMONTHLY", "1m": "MONTHLY", "0.5m": "MONTHLY_2", "0.33m": "MONTHLY_3",
    "2w": "BIWEEKLY", "14d": "BIWEEKLY", "1w": "WEEKLY", "7d": "WEEKLY", "3.5d": "WEEKLY_2",
    "0.33w": "WEEKLY_3", "1d": "DAILY", "2y": "BIENNIAL", "3y": "TRIENNIAL", "4y": "QUADRENNIAL",
    "5y": "QUINQUENNIAL", "10y": "DECENNIAL", "20y": "BIDECENNIAL", "30y": "TRIDECENNIAL",
    "t1h": "HOURLY", "t2h": "BIHOURLY", "t3h": "TRIHOURLY", "t12h": "12HRS", "t24h": "DAILY",
    "t1m": "1MIN", "t5m": "5MIN", "t10m": "10MIN", "t15m": "15MIN", "t30m": "30MIN",
}  # fmt: skip
_OGC = re.compile(
    r"(?:ogc[: ])?(?:web (?:map|feature|coverage) service )?\(?(wms|wfs|wcs)\)?"
    r"(?:[ _-]v?\d(?:\.\d+){0,2})?(?:-http-(?:get|post)(?:-\w+)?)?\Z"
)
_EXTENSION = re.compile(r"\w \(\*?(\.\w{2,8})\)\Z")


def file_type(text: str) -> str | None:
    """The spelling that a value stands for by its form: a service of the OGC with its version or as
    GeoNetwork names protocols (WFS 2.0.0, OGC:WMS-1.3.0-http-get-map), an extension in brackets."""
    if match := _OGC.match(text):
        return match.group(1)
    match = _EXTENSION.search(text)
    return match.group(1) if match else None


def frequency(text: str) -> str:
    """The code of the frequency that a repeated duration of ISO 8601 is; empty where there is none."""
    match = _REPEATED.match(text)
    if not match:
        return ""
    number, unit, clock, part, fraction = match.groups()
    period = fraction or (f"t{int(clock)}{part}" if clock else f"{int(number)}{unit}")
    return _PERIODS.get(period, "")
