"""Texts without a language tag get one where their language is certain, and only there."""

from __future__ import annotations

import pytest

from catalogue.align import with_languages
from catalogue.align.language import language_of, words_in
from catalogue.rdf.terms import literal, value_of
from vocab.languages import OFFICIAL
from vocab.namespaces import AUTHORITY, DCAT, DCT

S = "<https://portal.example/d>"
TITLE, DESCRIPTION, KEYWORD = f"<{DCT}title>", f"<{DCT}description>", f"<{DCAT}keyword>"
GERMAN = "Der Datensatz enthält die Anzahl der Bäume, die in der Stadt von der Verwaltung erfasst wurden."

# Written for this test: what a portal says of a register of schools.
SENTENCES = {
    "bg": "Наборът съдържа информация за училищата в общината и броя на учениците, които са записани през годината.",
    "cs": "Tato datová sada obsahuje seznam škol ve městě a počet žáků, kteří jsou zapsáni podle jednotlivých let.",
    "da": "Datasættet indeholder oplysninger om alle skoler i kommunen, og hvor mange elever der går på hver af dem.",
    "de": "Der Datensatz enthält eine Liste der Schulen und die Anzahl der Kinder, die dort gemeldet sind.",
    "el": "Τα δεδομένα περιέχουν τον κατάλογο των σχολείων και τον αριθμό των μαθητών που είναι γραμμένοι στο έτος.",
    "en": "This dataset contains a list of the schools in the town and the number of children at each of them.",
    "es": "El conjunto de datos contiene la lista de los centros escolares y el número de alumnos según el año.",
    "et": "Andmestik sisaldab koolide loetelu ja õpilaste arvu, mis on esitatud aastate järgi ning kooli asukohta.",
    "fi": "Aineisto sisältää kunnan koulut ja niiden oppilaiden määrän, joka on ilmoitettu vuoden mukaan.",
    "fr": "Ce jeu de données contient la liste des écoles de la ville et le nombre des élèves pour chaque année.",
    "ga": "Tá liosta na scoileanna sa tacar sonraí seo agus líon na ndaltaí atá ag freastal ar gach scoil.",
    "hr": "Ovaj skup podataka sadrži popis škola u Hrvatskoj po županijama i broj učenika tijekom godine.",
    "hu": "Az adatbázis az iskolák adatait tartalmazza, valamint hogy mennyi a tanulók száma, és hol van az épület.",
    "it": "Il dataset contiene l'elenco delle scuole del comune e il numero degli alunni che sono iscritti per anno.",
    "lt": "Duomenų rinkinys apie mokyklas: pateikiami adresai ir mokinių skaičius, kuris yra nurodytas pagal metus.",
    "lv": "Datu kopa satur skolu sarakstu un skolēnu skaitu, kas ir norādīts pēc gada, kā arī adreses.",
    "mt": "Dan is-sett ta' data fih il-lista tal-iskejjel u n-numru ta' studenti li huma rreġistrati f'kull sena.",
    "nl": "Deze dataset bevat een lijst van de scholen in de gemeente en het aantal leerlingen dat er staat.",
    "pl": "Zbiór danych zawiera listę szkół w gminie oraz liczbę uczniów, którzy są zapisani do nich według roku.",
    "pt": "O conjunto de dados contém a lista das escolas e o número de alunos que foram inscritos por ano.",
    "ro": "Setul de date conține lista școlilor din oraș și numărul elevilor care sunt înscriși în fiecare an.",
    "sk": "Dátová sada obsahuje zoznam škôl v meste a počet žiakov, ktorí sú zapísaní podľa jednotlivých rokov.",
    "sl": "Zbirka podatkov vsebuje seznam šol v občini ter število učencev, ki so vpisani glede na leto.",
    "sv": "Datamängden innehåller uppgifter om alla skolor i kommunen och antal elever som går i varje skola.",
}  # fmt: skip
OUTSIDE = (
    "Datasettet inneholder opplysninger om alle skoler i kommunen og hvor mange elever som går på hver av dem.",
    "Oversikt over alle barnehager i kommunen med adresse og antall plasser.",
    "Datasettet viser kor mange køyretøy som er registrerte i kvar kommune.",
    "Aquest conjunt de dades recull els equipaments culturals i esportius del municipi.",
    "Nombre d'accidents de trànsit amb víctimes segons el tipus de via i l'any.",
    "Conxunto de datos coas estatísticas de poboación por concello e ano.",
    "Datu multzo honek hiriko airearen kalitatearen neurketak biltzen ditu.",
    "Kortið inniheldur upplýsingar um jarðhita og eldvirkni á landinu.",
    "Набір даних містить перелік закладів освіти із зазначенням адреси та кількості учнів.",
    "Набор данных содержит перечень образовательных учреждений с указанием адреса и телефона.",
    "Скуп података садржи списак школа са адресом и бројем ученика у општини.",
    "Збирката на податоци содржи список на училишта со адреса и број на ученици.",
    "Skup podataka sadrži spisak škola sa adresom i brojem učenika u opštini.",
    "Podaci o kvalitetu zraka u gradu, prikupljeni sa mjernih stanica.",
    "Ky grup të dhënash përmban listën e shkollave me adresat dhe numrin e nxënësve.",
    "Veri seti, belediyelere göre kayıtlı araç sayısını göstermektedir.",
    "D'Kaart enthält Informatiounen iwwer d'Loftqualitéit a gëtt all Joer aktualiséiert.",
    "Dizze dataset befettet in list fan alle skoallen yn de provinsje mei har adres.",
    "Hierdie datastel bevat 'n lys van alle skole in die provinsie met hul adresse.",
    "Esti conxuntu de datos contién la rellación de los equipamientos deportivos de la ciudá cola so direición.",
    "Llista de los centros d'enseñanza públicos del conceyu, col númberu d'alumnos y los servicios que tienen.",
    "Iste conchunto de datos contiene a relación d'os centros deportivos d'a ciudat y a suya direción.",
    "Calidade do aire na rede de estacións de Galicia: medicións horarias e información sobre as estacións.",
    "Relació d'equipaments esportius de la ciutat amb l'adreça i les coordenades de cada instal·lació.",
    "Områder med naturverdier som er registrert i forvaltningen. Dataene oppdateres hver uke av kommunene.",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore.",
    "このデータセットには、学校の一覧と住所が含まれています。",
    "تحتوي مجموعة البيانات هذه على قائمة المدارس مع العناوين وعدد الطلاب.",
)


def said(predicate: str, text: str, language: str = "", subject: str = S) -> str:
    return f"{subject} {predicate} {literal(text, language)} ."


@pytest.mark.parametrize("language", OFFICIAL)
def test_a_sentence_of_each_official_language_is_told(language: str) -> None:
    assert language_of(words_in(SENTENCES[language])) == language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Relación de equipamientos deportivos de la ciudad de Madrid con su dirección y servicios."),
        ("es", "Calidad del aire: mediciones horarias de las estaciones de la red de vigilancia."),
        ("pt", "Qualidade do ar: medições horárias das estações da rede de monitorização."),
        ("da", "Områder med naturbeskyttelse. Data opdateres hver uge og anvendes i forvaltningen."),
        ("de", "Verzeichnis der öffentlichen Schulen der Stadt mit Anschrift und Zahl der Schülerinnen."),
    ],
)  # fmt: skip
def test_words_that_end_as_those_of_few_languages_tell_too(language: str, text: str) -> None:
    assert language_of(words_in(text)) == language


@pytest.mark.parametrize("text", OUTSIDE)
def test_a_text_in_another_language_is_taken_for_none_of_the_official_ones(text: str) -> None:
    assert language_of(words_in(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2020 1234 56-78 %%%",
        "CSV",
        "Haushalt 2020",
        "\x00\x01\u202e\ufeff\ufffd",
        "http://the.example/of/and/to/in?for=is&that=this",
        "de " * 400_000,
        "x" * 1_000_000,
        f"{SENTENCES['fr']} {SENTENCES['nl']}",
        f"{SENTENCES['bg']} {SENTENCES['en']} {SENTENCES['el']}",
    ],
)
def test_what_is_no_text_of_one_language_stays_without(text: str) -> None:
    assert language_of(words_in(text)) is None


def test_title_and_description_are_tagged_together_and_the_finding_keeps_the_value() -> None:
    given = [said(TITLE, "Bäume: Anzahl"), said(DESCRIPTION, GERMAN)]
    lines, findings = with_languages(S, given)
    assert lines == [said(TITLE, "Bäume: Anzahl", "de"), said(DESCRIPTION, GERMAN, "de")]
    assert [(one.rule, one.path, one.value, one.mended) for one in findings] == [
        ("align.text.detected", f"{DCT}title", "Bäume: Anzahl", "@de"),
        ("align.text.detected", f"{DCT}description", GERMAN, "@de"),
    ]
    assert with_languages(S, lines) == (lines, [])


def test_a_title_in_another_language_than_its_description_stays_without() -> None:
    title = said(TITLE, "List of the trees that are in the town")
    lines, _findings = with_languages(S, [title, said(DESCRIPTION, GERMAN)])
    assert lines == [title, said(DESCRIPTION, GERMAN, "de")]


def test_a_title_of_names_that_its_description_does_not_have_stays_without() -> None:
    title = said(TITLE, "Toronto Ferry Routes")
    lines, _findings = with_languages(S, [title, said(DESCRIPTION, GERMAN)])
    assert lines == [title, said(DESCRIPTION, GERMAN, "de")]


def test_no_second_text_of_a_language_comes_into_a_property() -> None:
    given = [said(TITLE, "Bäume: Anzahl"), said(TITLE, "Bäume", "de-at"), said(DESCRIPTION, GERMAN)]
    assert with_languages(S, given)[0] == [*given[:2], said(DESCRIPTION, GERMAN, "de")]
    given = [said(TITLE, "Bäume: Anzahl"), said(TITLE, "Bäume"), said(DESCRIPTION, GERMAN)]
    assert with_languages(S, given)[0][:2] == given[:2]


def test_keywords_are_tagged_where_the_texts_have_their_words() -> None:
    given = [said(DESCRIPTION, GERMAN), said(KEYWORD, "Stadt"), said(KEYWORD, "opendata")]
    lines, findings = with_languages(S, given)
    assert lines[1:] == [said(KEYWORD, "Stadt", "de"), given[2]]
    assert (findings[1].path, findings[1].count) == (f"{DCAT}keyword", 1)


def test_names_and_texts_of_other_things_stay_as_they_are() -> None:
    licence, part = "<https://portal.example/licence>", "<https://portal.example/file>"
    given = [
        said(DESCRIPTION, GERMAN),
        f"{S} <{DCAT}distribution> {part} .",
        said(DESCRIPTION, SENTENCES["en"], subject=part),
        said(TITLE, "Daten der Stadt", subject=licence),
        f"{S} <http://xmlns.com/foaf/0.1/name> {literal(GERMAN)} .",
    ]
    assert with_languages(S, given)[0][1:] == given[1:]


def test_a_declared_language_needs_fewer_words_and_never_goes_against_them() -> None:
    short = "Liste der Bäume und Sträucher"
    assert with_languages(S, [said(TITLE, short)]) == ([said(TITLE, short)], [])

    def declared(code: str) -> str:
        return f"{S} <{DCT}language> <{AUTHORITY}language/{code}> ."

    lines, findings = with_languages(S, [said(TITLE, short), declared("DEU")])
    assert lines[0] == said(TITLE, short, "de")
    assert findings[0].rule == "align.text.declared"
    for others in (["ENG"], ["DEU", "ENG"]):
        given = [said(TITLE, short), *map(declared, others)]
        assert with_languages(S, given) == (given, [])


def test_a_megabyte_without_a_space_is_left_as_it_is() -> None:
    given = [said(DESCRIPTION, "я" * 1_000_000), said(TITLE, "\x00")]
    lines, findings = with_languages(S, given)
    assert (lines, findings) == (given, [])
    assert value_of(lines[1].split(" ", 2)[2][:-2]) == "\x00"
