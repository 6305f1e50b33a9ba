"""What findings and scores say: whole in every official language, with the same places to fill."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from catalogue.align import align
from catalogue.align.contacts import RULE, _finding
from catalogue.model import Finding, Severity
from catalogue.quality.metrics import DIMENSIONS, METRICS
from catalogue.validate.telling import own_message, spoken, tongue, words
from vocab import findings, scores
from vocab.languages import OFFICIAL
from vocab.namespaces import DCAT, DCT

OTHERS = [one for one in OFFICIAL if one != "en"]
# Components of SHACL Core that have a check (section 4); what has no words of its own has those of any.
COMPONENTS = (
    *("Class", "Datatype", "NodeKind", "MinCount", "MaxCount"),
    *("MinExclusive", "MinInclusive", "MaxExclusive", "MaxInclusive"),
    *("MinLength", "MaxLength", "Pattern", "LanguageIn", "UniqueLang"),
    *("Equals", "Disjoint", "LessThan", "LessThanOrEquals"),
    *("Not", "And", "Or", "Xone", "Node", "QualifiedMinCount", "QualifiedMaxCount"),
    *("Closed", "HasValue", "In"),
)


def holes(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w*)\}", text))


def tables(told: Any) -> dict[str, Mapping[str, str]]:
    return {one.name: getattr(told, one.name) for one in fields(told) if one.name != "language"}


@pytest.mark.parametrize("of", [findings, scores], ids=["findings", "scores"])
@pytest.mark.parametrize("language", OFFICIAL)
def test_every_language_has_every_text_with_the_same_placeholders(of: Any, language: str) -> None:
    known, english = of.words(language), tables(of.words("en"))
    assert known.language == language
    for name, texts in tables(known).items():
        assert list(texts) == list(english[name]), name
        for key, text in texts.items():
            assert holes(text) == holes(english[name][key]), (name, key)
            assert not re.search(r"[{}]", re.sub(r"\{\w+\}", "", text)), (name, key)
            assert text == text.strip() != "", (name, key)
            if language != "en" and len(text) > 20:
                assert text != english[name][key], (name, key)


@pytest.mark.parametrize("of", [findings, scores], ids=["findings", "scores"])
def test_no_two_languages_say_the_same(of: Any) -> None:
    seen: dict[str, str] = {}
    for language in OFFICIAL:
        for name, texts in tables(of.words(language)).items():
            for key, text in texts.items():
                if len(text) > 40:
                    told = seen.setdefault(f"{name}.{key}: {text}", language)
                    assert told == language, (language, told, text)


def test_every_component_and_every_metric_has_words() -> None:
    said = findings.words("en")
    assert set(COMPONENTS) <= set(said.message)
    assert set(said.hint) <= set(said.message)
    told = scores.words("en")
    assert list(told.dimension) == list(DIMENSIONS)
    for texts in (told.label, told.missing, told.mend):
        assert list(texts) == [one.name for one in METRICS]


def test_an_unknown_language_is_english() -> None:
    assert findings.words("xx").language == findings.words(None).language == "en"
    assert scores.words("tlh").language == "en"


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_runs_finding_without_what_was_asked_for_is_told_in_the_readers_language(
    component: str,
) -> None:
    rule, path = f"sh:{component}ConstraintComponent", f"{DCT}title"
    message, hint = words(rule, path, f"{DCAT}Dataset, 3", "en")
    kept = Finding(rule, Severity.WARNING, message, path=path, hint=hint, profile="p")
    for language in OTHERS:
        expected = words(rule, path, f"{DCAT}Dataset, 3", language)
        found = spoken(kept, language)
        assert (found.message, found.hint) == expected
        assert tongue(found, language) == language
    assert spoken(spoken(kept, "el"), "en").message == message


def test_what_our_own_shapes_say_is_told_in_every_language() -> None:
    told = "\n".join(one.read_text() for one in files("vocab").joinpath("shapes").iterdir())
    messages = set(re.findall(r'sh:message "([^"]*)"@en', told))
    assert len(messages) > 20
    for language in OFFICIAL:
        for message in messages:
            found = findings.translated(message, language)
            assert found is not None, message
            assert "{" not in found
            assert (found == message) is (language == "en")
            terms = re.findall(r"(?:table|list|vocabulary) ([\w-]+)[. ]", message)
            assert all(term in found for term in terms if term != "of"), (message, found)
            assert own_message([f'"{message}"@en'], language) == found


def test_a_message_of_a_shapes_own_is_left_as_it_is() -> None:
    own = Finding("sh:InConstraintComponent", Severity.WARNING, "Only {path} (x).", profile="p")
    assert spoken(own, "de") == own
    assert tongue(own, "de") is None


DATASET = "<https://portal.example/d>"
GIVEN = [
    f'{DATASET} <{DCT}language> "German" .',
    f'{DATASET} <{DCT}issued> "31.05.2024" .',
    f'{DATASET} <{DCAT}byteSize> "12 MB"^^<http://www.w3.org/2001/XMLSchema#decimal> .',
    f'{DATASET} <{DCAT}keyword> "transport"@en .',
    f'{DATASET} <{DCT}accrualPeriodicity> "weekly" .',
]


def test_what_alignment_says_is_told_in_every_language() -> None:
    _lines, found = align(GIVEN)
    found.append(_finding(f"{DCAT}contactPoint"))
    assert {one.rule.split(".")[0] for one in found} == {"align", "rdf", RULE.split(".")[0]}
    assert len({one.message for one in found}) >= 4
    for language in OTHERS:
        for one in found:
            told = spoken(one, language)
            assert told.message != one.message, (one.rule, language)
            assert (told.hint is None) == (one.hint is None)
            assert one.hint is None or told.hint != one.hint
            assert tongue(told, language) == language
            assert (told.rule, told.value, told.mended) == (one.rule, one.value, one.mended)


READING = (
    "catalogue/rdf",
    "catalogue/harvest",
    "catalogue/align",
    "catalogue/adapters/sql",
    "harvesters",
)
FILLED = "7"  # in the places of a sentence


def sentences() -> Iterator[str]:
    """What the code that reads sources says in its findings: messages and hints, their places filled."""
    for folder in READING:
        for path in sorted(Path(folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                for one in said_by(node):
                    if (text := text_of(one)) and " " in text:
                        yield text


def said_by(node: ast.AST) -> list[ast.expr]:
    """Message and hint of a call that makes a finding, and of a table of such."""
    if isinstance(node, ast.Dict):
        pairs = [one.elts for one in node.values if isinstance(one, ast.Tuple)]
        ruled = all("." in (text_of(key) or "") for key in node.keys if key)
        return [one for pair in pairs if len(pair) == 2 for one in pair] if ruled else []
    if not isinstance(node, ast.Call):
        return []
    called = ast.unparse(node.func)
    named = [one.value for one in node.keywords if one.arg in {"message", "hint"}]
    if called == "Finding":
        return [*named, *node.args[2:3]]
    return [*named, *node.args[1:2]] if called.endswith(".find") else []


def text_of(node: ast.expr | None) -> str | None:
    """A text that is written in the code; None for what is made elsewhere."""
    if isinstance(node, ast.Subscript):  # [:500]
        return text_of(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(one) or FILLED for one in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_what_reading_a_source_says_is_told_in_every_language() -> None:
    said = set(sentences())
    assert len(said) > 60
    untold = [one for one in said if findings.translated(one, "de") is None]
    assert untold == []
    for language in OTHERS:
        for one in said:
            told = findings.translated(one, language)
            assert told != one
            assert told
            assert told.count(FILLED) == one.count(FILLED)
            assert findings.is_said(told, language)


def test_what_fills_a_sentence_stays_as_it_is() -> None:
    kept = Finding(
        "feed.count-differs",
        Severity.WARNING,
        "The source declares 12 records and lists {listed} (sic); nothing is withdrawn.",
        hint="What a plug-in says.",
    )
    for language in OTHERS:
        told = spoken(kept, language)
        assert told.message != kept.message
        assert "12" in told.message
        assert "{listed} (sic)" in told.message
        assert told.hint == kept.hint
        assert tongue(told, language) == language


def test_a_sentence_that_nobody_knows_stays_english_and_says_so() -> None:
    kept = Finding("x.y", Severity.VIOLATION, "What a plug-in says of line 3.")
    assert spoken(kept, "el") == kept
    assert tongue(kept, "el") == "en"
