"""Themes of other schemes that lie within one EU data theme, each table with the publication it is from.

Two published tables often disagree where a theme is wide (elevation: technology, regions, environment).
What stands here is what no table of those named contradicts; the rest is left out.
"""

from __future__ import annotations

from vocab.namespaces import AUTHORITY

# INSPIRE's themes (Directive 2007/2/EC, annexes I to III). SEMIC's alignment (iso-19139-to-dcat-ap,
# "inspire-themes-to-mdr-data-themes") names one data theme of each; here are those that Spain's
# (DCAT-AP-ES conventions, annex 2) names too. Left out, as Spain's says otherwise: ad bu el gg gn lu rs.
_INSPIRE = {
    "AGRI": "af",
    "ECON": "cp mr pf",
    "ENER": "er",
    "ENVI": "ac am br ef hb hy lc mf nz of ps sd so sr",
    "GOVE": "au us",
    "HEAL": "hh",
    "SOCI": "pd su",
    "TECH": "ge oi",
    "TRAN": "tn",
}
# Topic categories of ISO 19115 (MD_TopicCategoryCode). Belgium's catalogues ("MapTopicCatToDataGovTheme" of
# the DCAT-AP plug-in of GeoNetwork) name the data theme; SEMIC's two alignments, from category to INSPIRE
# theme and from there to data themes, lead to the same, but for `economy`, which Switzerland's themes
# confirm. Left out: boundaries elevation geoscientificInformation imageryBaseMapsEarthCover
# intelligenceMilitary location planningCadastre structure utilitiesCommunication.
_TOPICS = {
    "AGRI": "farming",
    "ECON": "economy",
    "ENVI": "biota climatologymeteorologyatmosphere environment inlandwaters oceans",
    "HEAL": "health",
    "SOCI": "society",
    "TRAN": "transportation",
}
# Spain's primary sectors (NTI-RISP, annex IV): all 22, by annex 1 of the DCAT-AP-ES conventions.
_SPANISH = {
    "AGRI": "medio-rural-pesca",
    "ECON": "comercio economia empleo industria turismo",
    "EDUC": "cultura-ocio deporte educacion",
    "ENER": "energia",
    "ENVI": "medio-ambiente",
    "GOVE": "hacienda sector-publico",
    "HEAL": "salud",
    "JUST": "legislacion-justicia seguridad",
    "REGI": "urbanismo-infraestructuras vivienda",
    "SOCI": "demografia sociedad-bienestar",
    "TECH": "ciencia-tecnologia",
    "TRAN": "transporte",
}
MAPPED_THEMES = {
    f"{start}{name}": f"{AUTHORITY}data-theme/{code}"
    for start, table in (
        ("inspire.ec.europa.eu/theme/", _INSPIRE),
        ("inspire.ec.europa.eu/metadata-codelist/topiccategory/", _TOPICS),
        ("datos.gob.es/kos/sector-publico/sector/", _SPANISH),
    )
    for code, names in table.items()
    for name in names.split()
}

# Addresses under which the themes of a scheme are published as well: what they begin with -> with what
# the scheme's own IRIs begin. Switzerland's themes before DCAT-AP CH 2 (the portal's own categories); the
# EU's data themes as Belgium's federal vocabularies repeat them, with the same codes.
OTHER_STARTS = {
    "opendata.swiss/themes/": "dcat-ap.ch/vocabulary/themes/",
    "vocab.belgif.be/auth/datatheme/": "publications.europa.eu/resource/authority/data-theme/",
}
