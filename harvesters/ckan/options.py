"""The options of a CKAN source."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class CkanOptions(Schema):
    """`rows`: packages a page, at most 1,000 (portals may lower it); `q`, `fq`: Solr query and
    filter of the packages to take; `api_key`: sent to the portal and to nobody else; `site`: root
    of the portal's own IRIs where it is not the source's address (files, mirrors)."""

    rows = fields.Integer(load_default=250, validate=validate.Range(1, 1000))
    q = fields.String(load_default="")
    fq = fields.String(load_default="")
    api_key = fields.String(load_default="")
    site = fields.URL(load_default="", schemes={"http", "https"}, require_tld=False, relative=False)
