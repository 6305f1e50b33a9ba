"""Words meet their inflected forms in every official language, and not their neighbours."""

from __future__ import annotations

import pytest

from catalogue.search.analysis import stemmed, surface, tokens_of
from vocab.languages import OFFICIAL

# Forms of one word, and words that look alike and mean something else.
FORMS = {
    "bg": [("качество", "качеството"), ("вода", "водите"), ("училища", "училище")],
    "cs": [("škola", "školy"), ("město", "města"), ("kvalita", "kvality")],
    "da": [("skole", "skolerne"), ("hus", "husene"), ("måling", "målinger")],
    "de": [("haus", "häuser"), ("messung", "messungen"), ("münchen", "muenchen")],
    "el": [("ποιότητα", "ποιότητας"), ("δεδομένα", "δεδομένων"), ("νερό", "νερά")],
    "en": [("image", "images"), ("hospital", "hospitals"), ("measuring", "measured")],
    "es": [("escuela", "escuelas"), ("hospital", "hospitales"), ("estación", "estaciones")],
    "et": [("haigla", "haiglad"), ("maja", "majad"), ("andmed", "andmete")],
    "fi": [("koulu", "kouluissa"), ("talo", "talojen"), ("aineisto", "aineistot")],
    "fr": [("école", "écoles"), ("hôpital", "hôpitaux"), ("mesure", "mesurée")],
    "ga": [("scoil", "scoileanna"), ("uisce", "n-uisce"), ("cathair", "gcathair")],
    "hr": [("škola", "školama"), ("podatak", "podaci"), ("grad", "gradovi")],
    "hu": [("iskola", "iskolában"), ("város", "városok"), ("kórház", "kórházak")],
    "it": [("scuola", "scuole"), ("dato", "dati"), ("ospedale", "ospedali")],
    "lt": [("mokykla", "mokyklos"), ("duomenys", "duomenų"), ("miestas", "miestai")],
    "lv": [("skola", "skolām"), ("pilsēta", "pilsētās"), ("gaiss", "gaisa")],
    "mt": [("università", "universitajiet"), ("servizz", "servizzi"), ("arja", "l-arja")],
    "nl": [("school", "scholen"), ("huis", "huizen"), ("meting", "metingen")],
    "pl": [("szkoła", "szkoły"), ("dane", "danych"), ("jakość", "jakości")],
    "pt": [("escola", "escolas"), ("qualidade", "qualidades"), ("cidade", "cidades")],
    "ro": [("școală", "școli"), ("spital", "spitale"), ("date", "datele")],
    "sk": [("škola", "školách"), ("údaje", "údajov"), ("mesto", "mestá")],
    "sl": [("šola", "šolah"), ("podatek", "podatki"), ("mesto", "mesta")],
    "sv": [("skola", "skolorna"), ("sjukhus", "sjukhuset"), ("mätning", "mätningar")],
}
APART = {
    "bg": ("вода", "водач"),
    "cs": ("město", "měsíc"),
    "da": ("bil", "billede"),
    "de": ("messung", "messing"),
    "el": ("νερό", "νεκρός"),
    "en": ("policy", "police"),
    "es": ("agua", "aguja"),
    "et": ("maja", "majakas"),
    "fi": ("kala", "kalenteri"),
    "fr": ("poisson", "poison"),
    "ga": ("scoil", "scéal"),
    "hr": ("škola", "školjka"),
    "hu": ("víz", "vízum"),
    "it": ("casa", "cassa"),
    "lt": ("vanduo", "vandalas"),
    "lv": ("gaiss", "gaisma"),
    "mt": ("servizz", "servjetta"),
    "nl": ("huis", "huid"),
    "pl": ("miasto", "mięso"),
    "pt": ("carro", "cargo"),
    "ro": ("apă", "apel"),
    "sk": ("voda", "vodič"),
    "sl": ("voda", "vodnik"),
    "sv": ("skola", "skal"),
}

# What the stemmers cannot do, so that the table in the reference stays true: forms that stay apart.
MISSED = {
    "es": ("calidad", "calidades"),
    "et": ("kool", "koolid"),
    "hu": ("adat", "adatok"),
    "mt": ("skola", "skejjel"),
    "pt": ("estação", "estações"),
}


def meets(query: str, text: str, language: str) -> bool:
    """Whether a query's word finds a text of the language."""
    sought = {*surface(query)[:1], *(form for _lang, form in stemmed(query, [language]))}
    return not sought.isdisjoint(tokens_of(text, language))


def test_every_official_language_is_tried() -> None:
    assert set(FORMS) == set(APART) == set(OFFICIAL)


@pytest.mark.parametrize(
    ("language", "word", "form"), [(lang, *pair) for lang, pairs in FORMS.items() for pair in pairs]
)
def test_a_word_finds_its_other_form_and_is_found_by_it(
    language: str, word: str, form: str
) -> None:
    assert meets(word, form, language)
    assert meets(form, word, language) or not form.isalpha()


@pytest.mark.parametrize(("language", "word", "other"), [(k, *v) for k, v in APART.items()])
def test_a_word_does_not_find_its_neighbour(language: str, word: str, other: str) -> None:
    assert not meets(word, other, language)
    assert not meets(other, word, language)


@pytest.mark.parametrize(("language", "word", "form"), [(k, *v) for k, v in MISSED.items()])
def test_a_limit_that_the_reference_names_is_still_one(language: str, word: str, form: str) -> None:
    assert not meets(word, form, language)


def test_an_unknown_language_has_no_stems() -> None:
    assert tokens_of("images", "xx") == tokens_of("images", "") == ("images",)
