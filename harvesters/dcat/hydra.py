"""Hydra paging, in both its forms: PagedCollection with nextPage, PartialCollectionView with next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

from catalogue.rdf.terms import split, value_of
from vocab.namespaces import HYDRA

_NEXT = (f"<{HYDRA}next>", f"<{HYDRA}nextPage>")
_TOTAL = f"<{HYDRA}totalItems>"


@dataclass(frozen=True, slots=True)
class Paging:
    """The next page's address, and the number of records that the source declares. `unusable`: what
    it gives as the next page's address and what is none."""

    next: str | None
    total: int | None
    unusable: str | None = None


def paging(lines: Iterable[str], url: str) -> Paging:
    """What a page says of the list it is a part of. `url` is the page's own address.

    A document may describe several pages; the statement about the page itself counts first. An
    address that is no http or https one, or the page's own, is not followed.
    """
    following: dict[str, str] = {}
    total: int | None = None
    for line in lines:
        subject, predicate, term = split(line)
        if predicate in _NEXT:
            following.setdefault(value_of(subject), urljoin(url, value_of(term).strip()))
        elif predicate == _TOTAL:
            text = value_of(term).strip()
            total = int(text) if text.isdigit() and len(text) < 12 else total
    here = {url, urldefrag(url).url}
    found = next((following[one] for one in here if one in following), None)
    if found is None and following:
        found = next(iter(following.values()))
    if found is not None and (not found.startswith(("http://", "https://")) or found in here):
        return Paging(None, total, found)
    return Paging(found, total)
