"""Sectors: words of every official language, what must not mislead, and what a reason tells."""

from __future__ import annotations

import random

import pytest

from catalogue.adapters.sql.rows import sectors_of, sectors_text
from catalogue.align import assign_sectors
from catalogue.align.sector_text import LONGEST
from catalogue.model import SECTORS, Sector
from catalogue.rdf.terms import literal
from vocab.languages import OFFICIAL
from vocab.namespaces import AUTHORITY, DCAT, DCATAP, DCT, FOAF, HEALTH, SECTOR
from vocab.sector_rules import CATEGORIES, THEMES, eurovoc
from vocab.sector_words import NOTHING, WORDS

S = "<https://data.example.org/set/1>"

TITLES = """
bg health Капацитет на болниците по области
bg energy Производство на електроенергия
bg mobility Разписание на обществения транспорт
cs health Počet lůžek v nemocnicích
cs mobility Intenzita dopravy na silnicích
cs mobility Cyklistické stezky
de health Sterbefälle nach Todesursachen
fr health Liste des médecins généralistes
cs agritech Osevní plochy zemědělských plodin
da agritech Landbrug: høst af afgrøder
da energy Vindmøller i Danmark
de mobility Verkehrszählung auf Bundesstraßen
de cleantech Luftqualitätsmessungen in Städten
de health Krankenhausverzeichnis
el health Κλίνες νοσοκομείων ανά περιφέρεια
el agritech Γεωργικές καλλιέργειες
en cleantech Hourly air quality measurements
en defence Spacecraft telemetry archive
en manufacturing Robot arm welding runs in a factory
es energy Consumo de electricidad por provincia
es cleantech Recogida de residuos urbanos
et health Haiglate voodikohad
et mobility Liiklusloendus maanteedel
fi energy Sähkön kulutus tunneittain
fi mobility Liikennemäärät maanteillä
fr health Capacité des hôpitaux
fr mobility Horaires théoriques du réseau de bus
ga health Ospidéil agus seirbhísí sláinte
ga energy Tomhaltas fuinnimh sa bhaile
hr agritech Poljoprivredne površine i usjevi
hr mobility Brojanje prometa na cestama
hu cleantech Hulladékgazdálkodás településenként
hu health Kórházi ágyak száma
it cleantech Raccolta dei rifiuti urbani
it manufacturing Produzione delle imprese manifatturiere
lt health Ligoninės ir jų lovos
lt agritech Žemės ūkio pasėliai
lv mobility Satiksmes intensitāte uz autoceļiem
lv cleantech Atkritumu apsaimniekošana
mt health Servizzi tas-saħħa u sptarijiet
mt energy Konsum tal-enerġija elettrika
nl agritech Landbouwgewassen per perceel
nl health Ziekenhuisbedden per provincie
pl health Łóżka w szpitalach
pl defence Wydatki na obronność
pt mobility Acidentes de trânsito e rodoviários
pt agritech Produção agrícola por município
ro health Spitale și paturi
ro cleantech Gestionarea deșeurilor municipale
sk mobility Dopravné nehody na cestách
sk energy Výroba elektriny v elektrárňach
sl cleantech Kakovost zraka v mestih
sl health Bolnišnične postelje
sv defence Försvarsmaktens övningar
sv energy Elektricitetsanvändning per kommun
""".strip().splitlines()

MISLEADING = """
en Works for wind instruments and strings
en Piano solo recordings of the conservatoire
en Messages seen on the data bus of a computer
en Crop image regions of scanned pages
en A test battery for reading skills
en Window cleaning companies
en Vascular plant species of the islands
en Cell line names as used in the library of microscopes
en Road map of the digital agenda
en Ocean wind speed and wind stress
en Solar flares and sunspots
en Forest health of the coast
en Web traffic of the town's pages
en Fisheries science center staff list
en Text mining of parliament's minutes
en Machine translation benchmark
it Cultura e spettacolo
fr Culture et patrimoine
pt Museus e cultura
es Casas de cultura
de Grundschulen und Kindergärten
de Wahlergebnisse der Landtagswahl
fr Bureaux de vote de la commune
nl Aantal huurcontracten
sv Kommunens budget
fi Kirjastojen aukioloajat
pl Wyniki wyborów do sejmu
hu Önkormányzati költségvetés
""".strip().splitlines()


def said(predicate: str, text: str, language: str = "") -> str:
    return f"{S} <{predicate}> {literal(text, language)} ."


def found(*lines: str) -> list[str]:
    return [one.sector for one in assign_sectors(S, list(lines))]


@pytest.mark.parametrize("case", TITLES)
def test_a_title_in_each_official_language_gives_its_sector_and_no_other(case: str) -> None:
    language, sector, title = case.split(" ", 2)
    assert found(said(f"{DCT}title", title, language)) == [sector]


def test_every_official_language_is_tried() -> None:
    assert {case[:2] for case in TITLES} == set(OFFICIAL)
    for sector, words in WORDS.items():
        assert set(words) == {"any", *OFFICIAL}, sector
    assert set(WORDS) == set(SECTORS)


@pytest.mark.parametrize("case", MISLEADING)
def test_what_only_looks_like_a_sector_gives_none(case: str) -> None:
    language, title = case.split(" ", 1)
    assert found(said(f"{DCT}title", title, language)) == []
    assert found(said(f"{DCT}title", title)) == []


def test_words_of_one_language_say_nothing_in_another() -> None:
    assert found(said(f"{DCT}title", "Ziekte in het dorp", "nl")) == ["health"]
    assert found(said(f"{DCT}title", "A parliament of boli", "en")) == []
    assert found(said(f"{DCT}title", "Defensa del consumidor", "en")) == []


def test_no_list_holds_a_word_twice() -> None:
    for lists in (NOTHING, *WORDS.values()):
        for language, text in lists.items():
            words = [one.strip().lstrip("~?") for one in text.split(",")]
            assert len(words) == len(set(words)), (language, sorted(words))


@pytest.mark.parametrize(
    ("line", "sectors"),
    [
        (f"<{DCT}subject> <{SECTOR}agritech>", ["agritech"]),
        (f"<{DCAT}theme> <http://eurovoc.europa.eu/4488>", []),
        (f"<{DCATAP}hvdCategory> <http://data.europa.eu/bna/c_b79e35eb>", ["mobility"]),
        (f"<{DCATAP}hvdCategory> <http://data.europa.eu/bna/c_38933a65>", ["cleantech"]),
        (f"<{HEALTH}minTypicalAge> 3", ["health"]),
        (f"<{DCT}conformsTo> <https://w3id.org/mobilitydcat-ap/releases/1.0.1>", ["mobility"]),
        (f"<{DCT}conformsTo> <https://data.example.org/profile>", []),
        (f"<{SECTOR}no-predicate> <{SECTOR}agritech>", []),
        (f'<{DCT}description> "Roads, a railway, an airport: traffic counts"@en', ["mobility"]),
        (f'<{DCT}description> "One road leads there"@en', []),
    ],
)
def test_each_kind_of_evidence_counts_as_much_as_it_says(line: str, sectors: list[str]) -> None:
    assert found(f"{S} {line} .") == sectors


def test_a_concept_of_eurovoc_counts_by_its_micro_thesaurus() -> None:
    concept = next(iri for iri, sectors in eurovoc().items() if sectors == ("agritech",))
    assert found(f"{S} <{DCT}subject> <{concept}> .") == ["agritech"]
    assert len(eurovoc()) > 1000
    assert {one for sectors in eurovoc().values() for one in sectors} == set(SECTORS)
    assert set(THEMES.values()) | set(CATEGORIES.values()) <= set(SECTORS)


def test_a_theme_alone_is_less_than_a_theme_and_a_word() -> None:
    theme = f"{S} <{DCAT}theme> <{AUTHORITY}data-theme/HEAL> ."
    word = said(f"{DCAT}keyword", "hospital", "en")
    both = assign_sectors(S, [theme, word])[0]
    assert both.confidence > assign_sectors(S, [word])[0].confidence
    assert (both.rule, both.value) == ("theme", f"{AUTHORITY}data-theme/HEAL")
    assert both.more == (("keyword", "hospital"),)


def test_a_record_about_everything_is_of_no_sector() -> None:
    words = (
        "health",
        "energy",
        "transport",
        "defence",
        "recycling",
        "agriculture",
        "manufacturing",
    )
    assert found(*(said(f"{DCAT}keyword", word, "en") for word in words)) == []


def test_the_publisher_counts_and_the_names_of_others_do_not() -> None:
    lines = [
        f"{S} <{DCT}publisher> _:b1 .",
        f'_:b1 <{FOAF}name> "Clinical Registry of the Hospitals" .',
        f'_:b10 <{FOAF}name> "Railway" .',
        said(f"{DCT}description", "Patients by year", "en"),
    ]
    assert found(*lines) == ["health"]


def test_the_order_of_the_statements_changes_nothing() -> None:
    lines = [said(f"{DCAT}keyword", word, "en") for word in ("hospital", "road", "patient", "cars")]
    lines.append(said(f"{DCT}title", "Hospitals along the road", "en"))
    wanted = assign_sectors(S, lines)
    for seed in range(10):
        random.Random(seed).shuffle(lines)
        assert assign_sectors(S, lines) == wanted


def test_hostile_texts_cost_no_more_than_their_first_part() -> None:
    assert found(said(f"{DCT}title", "x" * 3_000_000)) == []
    assert found(said(f"{DCT}title", "a " * LONGEST + "hospital", "en")) == []
    many = [said(f"{DCAT}keyword", f"hospital {n}", "en") for n in range(5000)]
    assert found(*many) in ([], ["health"])


def test_confidence_and_reasons_are_stored_and_old_rows_count_as_certain() -> None:
    kept = (Sector("health", "theme", "HEAL", 0.75, (("title", "Hospitals"), ("keyword", "x"))),)
    assert sectors_of(sectors_text(kept)) == kept
    assert sectors_of('[["health","theme","HEAL"]]') == (
        Sector("health", "theme", "HEAL", 1.0, ()),
    )
