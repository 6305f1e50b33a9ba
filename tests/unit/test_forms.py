"""Forms as data: read, chosen, shown and checked, whatever is answered."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.access.builtin import builtin_forms
from catalogue.access.fields import LONGEST, FieldType, Form
from catalogue.access.form_checking import MOST_FAULTS
from catalogue.access.forms import (
    asked,
    check,
    clashes,
    digest,
    flags,
    form_of,
    forms_for,
    kept,
    questions,
    told,
    visible,
)
from catalogue.errors import InvalidInput
from vocab.form_messages import messages, said

LANGUAGES = ("en", "de", "fr", "es", "it", "pl")
OPTIONS = [{"id": "no", "title": "No"}, {"id": "yes", "title": "Yes"}]
EVERY: list[dict[str, Any]] = [
    {"id": "head", "type": "header", "title": "Head"},
    {"id": "line", "type": "text", "title": "Line", "required": True, "max_length": 20},
    {"id": "lines", "type": "texta", "title": "Lines"},
    {"id": "hours", "type": "number", "title": "Hours", "minimum": 0, "maximum": 100},
    {"id": "day", "type": "date", "title": "Day", "earliest": "2026-01-01", "latest": "2026-12-31"},
    {"id": "one", "type": "option", "title": "One", "options": OPTIONS},
    {"id": "many", "type": "multi-option", "title": "Many", "options": OPTIONS},
    {
        "id": "team",
        "type": "table",
        "title": "Team",
        "most": 3,
        "columns": [
            {"id": "name", "type": "text", "title": "Name", "required": True},
            {"id": "country", "type": "text", "title": "Country", "pattern": "country"},
            {"id": "hours", "type": "number", "title": "Hours"},
        ],
    },
    {"id": "mail", "type": "email", "title": "Mail", "private": True},
    {"id": "phone", "type": "telephone", "title": "Phone"},
    {"id": "files", "type": "attachment", "title": "Files", "most": 2},
    {"id": "who", "type": "text", "title": "Who", "pattern": "orcid"},
    {
        "id": "why",
        "type": "texta",
        "title": "Why",
        "required": True,
        "visible_when": {"field": "one", "is": "yes"},
    },
    {
        "id": "deep",
        "type": "text",
        "title": "Deep",
        "visible_when": {
            "all": [
                {"any": [{"field": "many", "one_of": ["no", "yes"]}]},
                {"not": {"field": "one", "is": "no"}},
            ]
        },
    },
]


def made(fields: Any = None, **more: Any) -> Form:
    document = {
        "id": "made",
        "part": "purpose",
        "title": "Made",
        "fields": EVERY if fields is None else fields,
    }
    return form_of({**document, **more})


def rules(answers: Any, form: Form | None = None, *, final: bool = False) -> list[tuple[str, str]]:
    found = check((form or made(),), answers, {"f1": "files", "f2": "line"}, final=final)
    return [(one.path, one.rule) for one in found]


# --- documents -------------------------------------------------------------------------------------


def test_a_form_that_is_told_is_read_back_the_same() -> None:
    form = made(flags=[{"id": "flag", "when": {"field": "one", "is": "yes"}}])
    assert form_of(json.loads(json.dumps(told(form)))) == form
    assert digest(form) == digest(form_of(told(form), 7))


@pytest.mark.parametrize(
    ("change", "said_of_it"),
    [
        ({"id": "Made"}, "form.id"),
        ({"id": "../etc"}, "form.id"),
        ({"title": {"de": "Gemacht"}}, 'one of "en"'),
        ({"title": {"en": "A", "xx": "B"}}, "'xx' is no official language"),
        ({"title": "A\u202eB"}, "U+202E"),
        ({"part": "secrets"}, "form.part"),
        ({"fields": []}, "at least one field"),
        ({"fields": [*EVERY, EVERY[1]]}, "'line' is there twice"),
        ({"fields": [{"id": "a", "type": "text", "title": "A", "regex": "(a+)+$"}]}, "unknown regex"),
        ({"fields": [{"id": "a", "type": "text", "title": "A", "pattern": "(a+)+$"}]}, "pattern"),
        ({"fields": [{"id": "a", "type": "text", "title": "A", "max_length": 10**9}]}, "from 1 to"),
        ({"fields": [{"id": "a", "type": "number", "title": "A", "minimum": math.nan}]}, "minimum"),
        ({"fields": [{"id": "a", "type": "number", "title": "A", "minimum": 10**400}]}, "minimum"),
        ({"fields": [{"id": "a", "type": "number", "title": "A", "options": OPTIONS}]}, "has none"),
        ({"fields": [{"id": "a", "type": "option", "title": "A"}]}, "at least one option"),
        ({"fields": [{"id": "a", "type": "table", "title": "A"}]}, "at least one column"),
        ({"fields": [{"id": "a", "type": "header", "title": "A", "required": True}]}, "has none"),
        ({"fields": [{**EVERY[1], "visible_when": {"field": "gone", "is": "x"}}]}, "no field of"),
        ({"fields": [*EVERY, {**EVERY[1], "id": "x", "visible_when": {"field": "one", "is": "z"}}]}, "no option z"),
        ({"fields": [*EVERY, {**EVERY[1], "id": "x", "visible_when": {"field": "day", "is": "z"}}]}, "option field"),
        ({"fields": [*EVERY, {**EVERY[1], "id": "x", "visible_when": {"field": "one"}}]}, "write {field, is}"),
        ({"flags": [{"id": "f", "when": {"field": "gone", "is": "x"}}]}, "no field of"),
        ({"applies": {"sectors": ["farming"]}}, "form.applies.sectors"),
        ({"applies": {"holder": "../x"}}, "form.applies.holder"),
        ({"surprise": 1}, "unknown surprise"),
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_used_is_refused_with_the_place(
    change: dict[str, Any], said_of_it: str
) -> None:
    with pytest.raises(InvalidInput, match="cannot be used") as refused:
        made(**change)
    assert said_of_it in str(refused.value)


def test_fields_that_wait_for_each_other_are_refused() -> None:
    option = {"type": "option", "title": "A", "options": OPTIONS}
    round_ = [
        {**option, "id": "a", "visible_when": {"field": "b", "is": "yes"}},
        {**option, "id": "b", "visible_when": {"not": {"field": "a", "is": "yes"}}},
    ]
    with pytest.raises(InvalidInput, match="wait for each other to be shown: a, b"):
        made(round_)


def test_a_condition_is_at_most_five_levels_deep() -> None:
    condition: dict[str, Any] = {"field": "one", "is": "yes"}
    for _ in range(100_000):
        condition = {"not": condition}
    with pytest.raises(InvalidInput, match="at most 5 levels"):
        made([*EVERY, {**EVERY[1], "id": "x", "visible_when": condition}])


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(ANY_JSON)
def test_any_json_as_a_document_is_read_or_refused(document: Any) -> None:
    with pytest.raises(InvalidInput):
        form_of(document)


MEMBERS = st.sampled_from(sorted({name for one in EVERY for name in one}))


@given(st.data())
def test_a_form_with_any_member_spoiled_is_read_or_refused(data: st.DataObject) -> None:
    fields = [dict(one) for one in EVERY]
    spoiled = data.draw(st.sampled_from(fields))
    spoiled[data.draw(MEMBERS)] = data.draw(ANY_JSON)
    try:
        form = made(fields)
    except InvalidInput:
        return
    assert form_of(told(form)) == form


# --- which forms -----------------------------------------------------------------------------------


def ids(*given_: Any) -> list[str]:
    return [one.id for one in forms_for(*given_)]


def test_base_parts_come_first_then_sectors_then_the_holders_own() -> None:
    own = made(id="own", applies={"holder": "north", "kinds": ["data"]})
    available = [own, *builtin_forms()]
    assert ids({"data"}, {"mobility", "health"}, {"restricted"}, "north", available) == [
        *("party", "purpose", "data", "safeguards", "terms"),
        *("health", "mobility", "own"),
    ]
    assert ids({"compute"}, set(), {None}, "south", available) == [
        *("party", "purpose", "compute", "terms")
    ]


def test_access_that_is_not_stated_fits_and_public_data_needs_no_health_form() -> None:
    forms = builtin_forms()
    assert "health" in ids({"data"}, {"health"}, {None, "public"}, "n", forms)
    assert "health" not in ids({"data"}, {"health"}, {"public"}, "n", forms)


def test_a_question_of_two_forms_is_asked_once() -> None:
    forms = forms_for({"compute"}, {"defence"}, {None}, "n", builtin_forms())
    every = [one.id for one in questions(forms)]
    assert every.count("dual-use") == 1
    assert sum(one.id == "dual-use" for form in forms for one in form.fields) == 2


def test_another_question_under_a_known_id_clashes() -> None:
    other = made([{"id": "dual-use", "type": "text", "title": "Dual use"}])
    assert "asks this field too" in clashes(other, builtin_forms())[0]
    same = made([{"id": "gpu-hours", "type": "number", "title": "Hours of GPU"}])
    assert clashes(same, builtin_forms()) == []


# --- what is shown ---------------------------------------------------------------------------------


def test_a_hidden_fields_answer_is_dropped_and_named() -> None:
    left = kept((made(),), {"one": "no", "why": "because", "line": "x", "strange": 1})
    assert left.answers == {"one": "no", "line": "x", "strange": 1}
    assert left.dropped == ("why",)


def test_a_field_behind_a_hidden_one_is_hidden() -> None:
    option = {"type": "option", "title": "A", "options": OPTIONS}
    chain = made(
        [
            {**option, "id": "a"},
            {**option, "id": "b", "visible_when": {"field": "a", "is": "yes"}},
            {**option, "id": "c", "visible_when": {"field": "b", "is": "yes"}},
        ]
    )
    assert visible((chain,), {"a": "yes", "b": "yes"}) == {"a", "b", "c"}
    assert visible((chain,), {"a": "no", "b": "yes"}) == {"a"}


def test_holders_get_what_their_forms_ask_and_reviewers_nothing_private() -> None:
    answers = {"line": "x", "mail": "a@b.example", "why": "hidden", "gpu-hours": 3}
    assert asked((made(),), answers) == {"line": "x", "mail": "a@b.example"}
    assert asked((made(),), answers, private=False) == {"line": "x"}


def test_flags_follow_from_answers_by_the_forms_own_words() -> None:
    forms = builtin_forms()
    assert flags(forms, {"dual-use": "unsure", "defence": "no"}) == {"dual-use"}
    assert flags(forms, {"personal-data": "pseudonymised", "special-categories": "yes"}) == {
        *("personal-data", "pseudonymised", "ethics")
    }
    assert flags(forms, {"special-categories": "yes"}) == set()
    assert flags(forms, {"dual-use": ["yes"] * 10**6, "defence": {"a": 1}}) == {"dual-use"}


# --- checking --------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {
    "line": "A line",
    "lines": "Two\nlines\tand ünï",
    "hours": 0.5,
    "day": "2026-02-28",
    "one": "yes",
    "many": ["yes", "no"],
    "team": [{"name": "Ada (fictional)", "country": "FI", "hours": 3}, {}],
    "mail": "ada@one.example",
    "phone": "+358 (0)9 000-000",
    "files": ["f1"],
    "who": "0000-0002-1825-0097",
    "why": "because",
}


def test_good_answers_are_good() -> None:
    assert rules(GOOD, final=True) == []


def test_a_draft_may_lack_anything_and_a_final_check_may_not() -> None:
    lacking = {"one": "yes", "line": " \n", "team": [{"country": "FI"}]}
    assert rules(lacking) == []
    assert rules(lacking, final=True) == [
        *(("/line", "required"), ("/team/0/name", "required"), ("/why", "required"))
    ]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"line": 3}, ("/line", "text")),
        ({"line": "x" * 21}, ("/line", "too-long")),
        ({"lines": "x" * 1_000_000}, ("/lines", "too-long")),
        ({"line": "a\nb"}, ("/line", "one-line")),
        ({"line": "a\x00b"}, ("/line", "character")),
        ({"lines": "a\u202eb"}, ("/lines", "character")),
        ({"lines": "a\ud800b"}, ("/lines", "character")),
        ({"line": {"a": [[[]]]}}, ("/line", "text")),
        ({"hours": "3"}, ("/hours", "number")),
        ({"hours": True}, ("/hours", "number")),
        ({"hours": math.nan}, ("/hours", "number")),
        ({"hours": math.inf}, ("/hours", "number")),
        ({"hours": 10**5000}, ("/hours", "number")),
        ({"hours": -1}, ("/hours", "too-low")),
        ({"hours": 101}, ("/hours", "too-high")),
        ({"day": "2026-02-30"}, ("/day", "date")),
        ({"day": "20260228"}, ("/day", "date")),
        ({"day": "1066-10-14"}, ("/day", "date")),
        ({"day": "2027-01-01"}, ("/day", "too-high")),
        ({"day": "٢٠٢٦-01-01"}, ("/day", "date")),
        ({"one": "maybe"}, ("/one", "option")),
        ({"one": ["yes"]}, ("/one", "text")),
        ({"many": "yes"}, ("/many", "options")),
        ({"many": ["yes", "maybe"]}, ("/many/1", "option")),
        ({"many": ["yes", "yes"]}, ("/many/1", "doubled")),
        ({"many": ["yes"] * 1_000_000}, ("/many", "too-many-options")),
        ({"many": [{}]}, ("/many/0", "option")),
        ({"team": "Ada"}, ("/team", "table")),
        ({"team": [["Ada"]]}, ("/team/0", "row")),
        ({"team": [{"name": "A", "age": 3}]}, ("/team/0", "columns")),
        ({"team": [{"name": "A", "country": "Finland"}]}, ("/team/0/country", "country")),
        ({"team": [{"name": "A", "hours": "3"}]}, ("/team/0/hours", "number")),
        ({"team": [{"name": "A"}] * 10_000}, ("/team", "too-many-rows")),
        ({"mail": "ada"}, ("/mail", "email")),
        ({"mail": "a@b@c"}, ("/mail", "email")),
        ({"mail": "a@b.example\r\nBcc: c@d.example"}, ("/mail", "one-line")),
        ({"phone": "call me"}, ("/phone", "telephone")),
        ({"who": "0000-0002-1825-0098"}, ("/who", "orcid")),
        ({"files": "f1"}, ("/files", "attachment")),
        ({"files": ["gone"]}, ("/files/0", "no-such-file")),
        ({"files": ["f2"]}, ("/files/0", "no-such-file")),
        ({"files": ["f1"] * 3}, ("/files", "too-many-files")),
        ({"strange": 1}, ("/strange", "unknown-field")),
        ({"head": "x"}, ("/head", "unknown-field")),
        ([], ("", "answers")),
        (None, ("", "answers")),
        ({str(one): 1 for one in range(100_000)}, ("", "too-many-answers")),
    ],
)  # fmt: skip
def test_a_draft_is_strict_about_shape_and_size(answers: Any, expected: tuple[str, str]) -> None:
    assert rules(answers) == [expected]


def test_every_line_of_an_acknowledgement_is_wanted_in_the_end() -> None:
    form = made(
        [{**EVERY[6], "id": "many", "required": True, "acknowledge": True}],
    )
    assert rules({"many": ["no"]}, form) == []
    assert rules({"many": ["no"]}, form, final=True) == [("/many", "acknowledge")]
    assert rules({"many": ["no", "yes"]}, form, final=True) == []


def test_a_nested_bomb_is_one_fault() -> None:
    bomb: Any = []
    for _ in range(100_000):
        bomb = [bomb]
    for name in ("line", "one", "hours", "strange"):
        assert len(rules({name: bomb})) == 1
    assert rules({"team": bomb}) == [("/team/0", "row")]


def test_only_so_many_faults_are_told_and_names_are_made_plain() -> None:
    found = check(
        (made(),), {f"{one}\u202e" + "x" * 500: 1 for one in range(1_900)}, {}, final=True
    )
    assert len(found) == MOST_FAULTS
    assert all("\u202e" not in one.field and len(one.field) < 100 for one in found)


def test_the_worst_answers_take_little_time() -> None:
    form = made([{**EVERY[1], "id": f"f{one}", "max_length": 1000, "pattern": pattern}
                 for one, pattern in enumerate(["url", "vat", "identifier", "orcid"] * 45)])  # fmt: skip
    worst = {one.id: "http://" + "a/" * 496 + "\u00a0" for one in form.fields}
    began = time.process_time()
    check((form,), worst, {}, final=True)
    check(
        (made(),),
        {"mail": "a." * 126 + "@", "phone": "+" * 40, "lines": " " * 10**6},
        {},
        final=True,
    )
    assert time.process_time() - began < 5  # a watchdog: it takes some hundredths


ANSWERS = st.dictionaries(
    st.sampled_from([one["id"] for one in EVERY]) | st.text(max_size=8),
    ANY_JSON | st.lists(ANY_JSON, max_size=5),
    max_size=8,
)


@given(ANY_JSON | ANSWERS, st.booleans(), st.sampled_from([*LANGUAGES, "bg", ""]))
@settings(max_examples=200)
def test_any_json_as_answers_is_checked_without_an_exception(
    answers: Any, final: bool, lang: str
) -> None:
    forms = (made(), *builtin_forms())
    found = check(forms, answers, {}, final=final, lang=lang)
    assert found == check(forms, answers, {}, final=final, lang=lang)
    assert all(one.message and "{" not in one.message for one in found)
    if isinstance(answers, dict):
        left = kept(forms, answers)
        assert visible(forms, left.answers) == visible(forms, answers)
        assert kept(forms, left.answers).dropped == ()
        assert flags(forms, left.answers) == flags(forms, answers)
        assert check(forms, left.answers, {}, final=final, lang=lang) == found


def test_messages_are_in_the_readers_language() -> None:
    said_ = {lang: check((made(),), {}, {}, final=True, lang=lang)[0].message for lang in LANGUAGES}
    assert len({*said_.values()}) == len(LANGUAGES)
    assert said_["de"].startswith("Bitte")
    assert check((made(),), {}, {}, final=True, lang="mt")[0].message == said_["en"]


@pytest.mark.parametrize("rule", sorted(messages()))
def test_every_message_is_in_six_languages_with_the_same_values(rule: str) -> None:
    found = messages()[rule]
    assert {*found} == {*LANGUAGES}
    holes = {
        lang: sorted(part.split("}")[0] for part in text.split("{")[1:])
        for lang, text in found.items()
    }
    assert len({str(one) for one in holes.values()}) == 1
    values = dict.fromkeys(holes["en"], "7")
    assert all(said(rule, lang, **values) for lang in LANGUAGES)


# --- the forms that come with the catalogue --------------------------------------------------------


def test_all_parts_and_sectors_have_a_built_in_form() -> None:
    assert [one.id for one in builtin_forms()] == [
        *("agritech", "cleantech", "compute", "data", "defence", "energy", "health"),
        *("manufacturing", "mobility", "party", "purpose", "safeguards", "terms"),
    ]


@pytest.mark.parametrize("form", builtin_forms(), ids=lambda one: one.id)
def test_a_built_in_form_is_whole(form: Form) -> None:
    names = [one.id for one in form.fields]
    assert len(names) == len({*names})
    for one in form.fields:
        assert {*LANGUAGES} <= {*one.title}, one.id
        assert all(option.title["en"] for option in one.options)
        for column in one.columns:
            assert {*LANGUAGES} <= {*column.title}, (one.id, column.id)
        assert one.max_length is None or one.max_length <= LONGEST[one.type.value]
    assert {*LANGUAGES} <= {*form.title}
    assert form_of(told(form)) == form


@pytest.mark.parametrize("form", builtin_forms(), ids=lambda one: one.id)
def test_every_question_of_a_built_in_form_can_be_reached(form: Form) -> None:
    shown: set[str] = set()
    options = [one for one in form.fields if one.options]
    for chosen in range(max((len(one.options) for one in options), default=1)):
        answers = {one.id: one.options[min(chosen, len(one.options) - 1)].id for one in options}
        for one in options:
            for option in one.options:
                shown |= visible((form,), {**answers, one.id: option.id})
    assert shown == {one.id for one in form.fields}


def test_the_health_form_holds_to_the_european_health_data_space() -> None:
    form = next(one for one in builtin_forms() if one.id == "health")
    purposes, prohibited = form.field("health-purposes"), form.field("health-prohibited")
    assert purposes is not None
    assert prohibited is not None
    points = [one.clause.rpartition("Article ")[2] for one in purposes.options if one.clause]
    assert points == [
        *("53(1)(a)", "53(1)(b)", "53(1)(c)", "53(1)(d)", "53(1)(e)"),
        *("53(1)(e)(i)", "53(1)(e)(ii)", "53(1)(f)"),
    ]
    assert [one.clause for one in prohibited.options] == [
        f"Regulation (EU) 2025/327, Article 54({point})" for point in "abcde"
    ]
    assert prohibited.acknowledge
    assert prohibited.required
    hidden = {"health-pseudonymised-why", "health-basis", "health-exception"}
    assert not visible((form,), {"health-form": "anonymised"}) & hidden
    assert visible((form,), {"health-form": "pseudonymised"}) >= hidden
    assert flags((form,), {"health-form": "pseudonymised", "ethics-approval": "asked"}) >= {
        *("pseudonymised", "personal-data", "ethics")
    }


def test_computing_time_for_dual_use_is_flagged_for_a_lawyer() -> None:
    form = next(one for one in builtin_forms() if one.id == "compute")
    assert flags((form,), {"dual-use": "no", "defence": "no"}) == set()
    assert flags((form,), {"dual-use": "yes", "defence": "no"}) == {"dual-use"}
    assert flags((form,), {"dual-use": "no", "defence": "yes"}) == {"defence"}


def test_what_asks_nothing_takes_no_answer() -> None:
    silent = [one.id for form in builtin_forms() for one in form.fields if not one.asks]
    assert silent
    assert {one.type for one in questions(builtin_forms())} <= {
        one for one in FieldType if one not in {FieldType.HEADER, FieldType.LABEL}
    }
