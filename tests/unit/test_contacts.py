"""Personal data of contacts: what stays with each choice. The people and organisations are made up."""

from __future__ import annotations

import pytest

from catalogue.align.contacts import is_functional, silent, without_personal
from catalogue.errors import InvalidInput
from catalogue.harvest.prepare import prepare, salt_of
from catalogue.harvest.rules import Rules
from catalogue.model import Finding, Mapped, Severity
from vocab.namespaces import DCAT, DCT, FOAF, RDF, VCARD

SUBJECT = "<http://p.example/d>"


def lines(*parts: tuple[str, str, str]) -> list[str]:
    return [f"{s} <{p}> {o} ." for s, p, o in parts]


TITLE = (SUBJECT, f"{DCT}title", '"Soil"@en')
LINK = (SUBJECT, f"{DCAT}contactPoint", "_:c")
INDIVIDUAL = ("_:c", f"{RDF}type", f"<{VCARD}Individual>")
OFFICE = ("_:c", f"{RDF}type", f"<{VCARD}Organization>")
NAME = ("_:c", f"{VCARD}fn", '"Erika Erfunden"')
MAIL = ("_:c", f"{VCARD}hasEmail", "<mailto:erika.erfunden@office.example>")
INFO = ("_:c", f"{VCARD}hasEmail", "<mailto:opendata@office.example>")
PHONE = ("_:c", f"{VCARD}hasTelephone", "_:t")
NUMBER = ("_:t", f"{VCARD}hasValue", "<tel:+4900000000>")
VOICE = ("_:t", f"{RDF}type", f"<{VCARD}Voice>")
ADDRESS = ("_:c", f"{VCARD}hasAddress", "_:a")
STREET = ("_:a", f"{VCARD}street-address", '"Weg 1"')
TOWN = ("_:a", f"{VCARD}locality", '"Neustadt"')
UNIT = ("_:c", f"{VCARD}organization-name", '"Office of Soils (fictional)"')
ROLE = ("_:c", f"{VCARD}role", '"data steward"')
WHOLE = (TITLE, LINK, INDIVIDUAL, NAME, MAIL, INFO, PHONE, NUMBER, VOICE, ADDRESS, STREET, TOWN)


def left(how: str, *parts: tuple[str, str, str]) -> list[str]:
    return without_personal(SUBJECT, lines(*parts), how)[0]


def test_kept_contacts_are_as_they_came() -> None:
    assert left("keep", *WHOLE) == lines(*WHOLE)


def test_dropping_takes_node_and_link_and_nothing_else() -> None:
    assert left("drop", *WHOLE, UNIT) == lines(TITLE)


def test_roles_only_keeps_office_role_town_and_functional_mailbox() -> None:
    stay = (TITLE, LINK, INDIVIDUAL, INFO, ADDRESS, TOWN, UNIT, ROLE)
    assert left("roles-only", *WHOLE, UNIT, ROLE) == lines(*stay)


def test_a_contact_of_whom_only_a_name_is_said_goes_with_its_link() -> None:
    assert left("roles-only", TITLE, LINK, INDIVIDUAL, NAME) == lines(TITLE)


def test_an_organisation_keeps_its_name_and_loses_street_and_number() -> None:
    office = ("_:c", f"{VCARD}fn", '"Office of Soils (fictional)"')
    given = (TITLE, LINK, OFFICE, office, PHONE, NUMBER, ADDRESS, STREET)
    assert left("roles-only", *given) == lines(TITLE, LINK, OFFICE, office)


def test_an_unknown_kind_keeps_a_name_only_where_it_is_the_publisher_s() -> None:
    publisher = (SUBJECT, f"{DCT}publisher", "<http://o.example/o>")
    named = ("<http://o.example/o>", f"{FOAF}name", '"Office of Soils (fictional)"')
    kind = ("_:c", f"{RDF}type", f"<{VCARD}Kind>")
    same = ("_:c", f"{VCARD}fn", '"OFFICE of Soils (fictional)"')
    other = [publisher, named, LINK, kind, INFO]
    assert left("roles-only", *other, same) == lines(*other, same)
    assert left("roles-only", *other, NAME) == lines(*other)


def test_a_contact_that_is_the_publisher_too_stays_one() -> None:
    iri = "<http://o.example/o>"
    publisher = [
        (SUBJECT, f"{DCT}publisher", iri),
        (iri, f"{RDF}type", f"<{FOAF}Organization>"),
        (iri, f"{FOAF}name", '"Office (fictional)"'),
    ]
    link = (SUBJECT, f"{DCAT}contactPoint", iri)
    assert left("drop", link, *publisher) == lines(*publisher)


def test_a_contact_that_is_the_record_itself_does_not_take_the_record_away() -> None:
    assert left("drop", TITLE, (SUBJECT, f"{DCAT}contactPoint", SUBJECT)) == lines(TITLE)


@pytest.mark.parametrize("how", ["drop", "roles-only"])
def test_persons_elsewhere_lose_name_and_mailbox(how: str) -> None:
    person = [
        (SUBJECT, f"{DCT}creator", "_:p"),
        ("_:p", f"{RDF}type", f"<{FOAF}Person>"),
        ("_:p", f"{FOAF}name", '"Erika Erfunden"'),
        ("_:p", f"{FOAF}mbox", "<mailto:erika@office.example>"),
    ]
    assert left(how, TITLE, *person) == lines(TITLE)


def test_a_publisher_keeps_its_name_and_loses_a_person_s_mailbox() -> None:
    publisher = [
        (SUBJECT, f"{DCT}publisher", "_:o"),
        ("_:o", f"{FOAF}name", '"Office (fictional)"'),
    ]
    mailbox = ("_:o", f"{FOAF}mbox", "<mailto:erika.erfunden@office.example>")
    assert left("roles-only", *publisher, mailbox) == lines(*publisher)


def test_links_without_a_description_are_judged_by_what_they_are() -> None:
    links = [
        (SUBJECT, f"{DCAT}contactPoint", one)
        for one in (
            "<mailto:info@office.example>",
            "<mailto:erika@office.example>",
            "<https://orcid.org/0000-0000-0000-0000>",
            "<https://office.example/contact>",
        )
    ]
    assert left("roles-only", *links) == lines(links[0], links[3])
    assert left("drop", *links) == []


@pytest.mark.parametrize(
    "address",
    [
        "info@x.example",
        "Open.Data@x.example",
        "opendata-support@x.example",
        "oficina@x.example",
        "kontakt.de@x.example",
        "gis2@x.example",
        "mailto:otwartedane@x.example",
        "tajništvo@x.example",
        "données@x.example",
    ],
)
def test_mailboxes_of_offices_are_known_in_many_languages(address: str) -> None:
    assert is_functional(address)


@pytest.mark.parametrize(
    "address",
    [
        "erika.erfunden@x.example",
        "e.erfunden@x.example",
        "data.erfunden@x.example",
        "de@x.example",
        "jd@x.example",
        "123@x.example",
        "@x.example",
    ],
)
def test_mailboxes_with_a_name_or_nothing_known_are_persons_(address: str) -> None:
    assert not is_functional(address)


def test_findings_tell_which_property_and_never_the_value() -> None:
    _lines, findings, gone = without_personal(SUBJECT, lines(*WHOLE), "roles-only")
    assert {one.rule for one in findings} == {"privacy.contact-dropped"}
    assert f"{VCARD}fn" in {one.path for one in findings}
    assert all(one.value is None and one.severity is Severity.INFO for one in findings)
    assert "Erika Erfunden" in gone


def test_other_findings_lose_what_was_dropped_and_keep_the_rest() -> None:
    found = [
        Finding("x.a", Severity.INFO, "about Erika Erfunden", value="by Erika Erfunden"),
        Finding("x.b", Severity.INFO, "m", value="write to e.e@office.example", mended="y"),
        Finding("x.c", Severity.INFO, "m", path="maintainer", value="somebody"),
        Finding("x.d", Severity.INFO, "m", path="format", value="CSV"),
    ]
    told = silent(found, {"Erika Erfunden"})
    assert [one.value for one in told] == [None, None, None, "CSV"]
    assert told[1].mended is None
    assert "Erika" not in told[0].message


def test_a_prepared_record_holds_no_personal_data_in_graph_or_findings() -> None:
    mapped = Mapped(
        "k",
        SUBJECT,
        "dataset",
        lines(*WHOLE),
        findings=[Finding("x", Severity.INFO, "m", value="mailto:erika.erfunden@office.example")],
    )
    entry = prepare(mapped, b"h", b"s", "drop")
    assert entry.failed is None
    assert entry.graph == b'<http://p.example/d> <http://purl.org/dc/terms/title> "Soil"@en .\n'
    assert "rfunden" not in repr(entry.findings)
    assert {one.rule for one in entry.findings} == {"x", "privacy.contact-dropped"}


def test_another_choice_maps_everything_anew() -> None:
    salts = {salt_of({}, Rules(how)) for how in ("keep", "roles-only", "drop")}
    assert len(salts) == 3


def test_an_unknown_choice_is_refused() -> None:
    from catalogue.align.contacts import choice

    assert choice({}) == "keep"
    with pytest.raises(InvalidInput, match="contacts"):
        choice({"contacts": "some"})
