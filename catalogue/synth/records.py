"""One synthetic record before it takes a portal's form."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field, replace
from functools import lru_cache
from random import Random

import vocab
from catalogue.synth import measured as m
from catalogue.synth.words import TECHNICAL, lexicon

PUBLISHERS = 40  # of each language; their shares fall with the rank
SHARED_TEXTS = 30  # of each language, used word for word by many records
COUNTRIES = {
    "bg": "BG", "cs": "CZ", "da": "DK", "de": "DE", "el": "GR", "en": "IE", "es": "ES", "et": "EE",
    "fi": "FI", "fr": "FR", "ga": "IE", "hr": "HR", "hu": "HU", "it": "IT", "lt": "LT", "lv": "LV",
    "mt": "MT", "nl": "NL", "pl": "PL", "pt": "PT", "ro": "RO", "sk": "SK", "sl": "SI", "sv": "SE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """A distribution; `format` as somebody typed it."""

    id: str
    name: str
    description: str
    url: str
    format: str
    media_type: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes; made up, as the name says."""

    id: str
    name: str
    country: str
    iso: bool  # describes its data by ISO 19139


@dataclass(frozen=True, slots=True)
class Record:
    """One record. Dates are ISO 8601 in UTC, but where a defect is one of the date."""

    number: int
    id: str
    language: str
    tag: str  # of its texts, as the portal writes it; empty where it does not
    title: str
    description: str
    english: tuple[str, str] | None
    keywords: list[str]
    themes: list[str]
    publisher: Publisher
    issued: str
    modified: str
    year: int
    box: tuple[float, float, float, float] | None
    spatial: str  # geojson, box or text
    license: str
    access: str
    frequency: str
    files: list[File] = field(default_factory=list)


def record(seed: int, number: int) -> Record:
    """Record `number` of a seed: always the same."""
    random = _random(seed, number)
    language = m.LANGUAGES.draw(random)
    rank = int(PUBLISHERS ** random.random())  # 1 to PUBLISHERS; a share falls as 1 / rank
    owner = _publisher(language, rank)
    year = 2005 + int(20 * random.random() ** 0.6)
    made = Record(
        number=number,
        id=identifier(seed, number),
        language=language,
        tag=_tag(random, language),
        title=_title(random, language, year),
        description=_description(random, language),
        english=None,
        keywords=_keywords(random, language),
        themes=_themes(random),
        publisher=owner,
        issued=_date(random, year),
        modified=_date(random, min(year + int(3 * random.random()), 2025)),
        year=year,
        box=_box(random) if random.random() < m.WITH_SPATIAL else None,
        spatial=m.SPATIAL.draw(random),
        license=m.LICENSES.draw(random),
        access="" if random.random() < 0.6 else _access(random),
        frequency=("", "ANNUAL", "MONTHLY", "IRREG", "DAILY")[int(5 * random.random() ** 2)],
        files=[
            _file(random, language, owner, f"{number}-{place}")
            for place in range(m.RESOURCES.draw(random))
        ],
    )
    if random.random() < m.SECOND_LANGUAGE and language != "en":
        made = replace(made, english=(_title(random, "en", year), _sentence(random, "en", 300)))
    if number and random.random() < m.DUPLICATE:
        first = record(seed, int(random.random() * number))
        made = replace(made, title=first.title, language=first.language, tag=first.tag,
                       description=first.description, english=first.english)  # fmt: skip
    return made


def identifier(seed: int, *parts: object) -> str:
    """A UUID that depends on the seed and the parts only."""
    digest = hashlib.md5(repr((seed, parts)).encode(), usedforsecurity=False).digest()
    return str(uuid.UUID(bytes=digest, version=4))


def _random(*parts: object) -> Random:
    digest = hashlib.md5(repr(parts).encode(), usedforsecurity=False).digest()
    return Random(int.from_bytes(digest[:8], "big"))  # noqa: S311 nothing secret


@lru_cache(maxsize=2000)
def _publisher(language: str, rank: int) -> Publisher:
    random = _random("publisher", language, rank)
    words = lexicon(language)
    name = " ".join(words.heavy(random) for _ in range(2 + int(2 * random.random())))
    return Publisher(
        id=f"{language}-{rank}",
        name=f"{name.capitalize()} ({rank})",
        country=COUNTRIES[language],
        iso=random.random() < m.ISO,
    )


def _tag(random: Random, language: str) -> str:
    chance = random.random()
    if chance < m.UNTAGGED:
        return ""
    if chance < m.UNTAGGED + m.OLD_LANGUAGE_CODE:
        found = next(one for one in vocab.scheme("language") if one.code == language)
        return f"{language}_{COUNTRIES[language]}" if random.random() < 0.5 else found.key.lower()
    return language


def _title(random: Random, language: str, year: int) -> str:
    length = m.TITLE.draw(random)
    words = lexicon(language)
    parts = [words.heavy(random).capitalize()]
    while sum(map(len, parts)) + len(parts) < length - 5:
        parts += words.draw(random, 1) if random.random() < 0.4 else [words.heavy(random)]
    if random.random() < 0.04:
        parts.append(TECHNICAL[int(random.random() * len(TECHNICAL))])
    if random.random() < 0.4 and length > 12:
        parts.append(str(year))
    return " ".join(parts)


def _description(random: Random, language: str) -> str:
    if random.random() < m.NO_DESCRIPTION:
        return ""
    if random.random() < m.SHARED_DESCRIPTION / (1 - m.NO_DESCRIPTION):
        return _shared(language, int(SHARED_TEXTS * random.random() ** 3))
    text = _sentence(random, language, m.DESCRIPTION.draw(random))
    if random.random() < m.HTML_IN_TEXT:
        text = f'<p>{text}</p><ul><li><a href="https://portal.example/?a=1&b=2">{language}</a></li></ul>'
    if random.random() < m.WRONG_CHARACTER:
        text = text.replace(" ", " \x92", 1)
    return text


@lru_cache(maxsize=20_000)
def _shared(language: str, place: int) -> str:
    random = _random("shared", language, place)
    return _sentence(random, language, m.DESCRIPTION.draw(random))


def _sentence(random: Random, language: str, length: int) -> str:
    """Sentences of about that many characters."""
    words = lexicon(language)
    sentences: list[str] = []
    size = 0
    while size < length:
        said = words.draw(random, 6 + int(14 * random.random()))
        if random.random() < 0.05:
            said.append(TECHNICAL[int(random.random() * len(TECHNICAL))])
        text = " ".join(said)
        sentences.append(f"{text[:1].upper()}{text[1:]}.")
        size += len(text) + 2
    text = " ".join(sentences)
    if len(text) > length > 0:
        text = text[: max(text.rfind(" ", 0, length), 1)]
    return text


def _keywords(random: Random, language: str) -> list[str]:
    words = lexicon(language)
    found = (
        " ".join(words.heavy(random) for _ in range(1 + int(2 * random.random())))
        for _ in range(m.KEYWORDS.draw(random))
    )
    return list(dict.fromkeys(found))


def _themes(random: Random) -> list[str]:
    chance = random.random()
    count = 0 if chance < 0.2 else 1 if chance < 0.8 else 2
    return list(dict.fromkeys(m.THEMES.draw(random) for _ in range(count)))


def _date(random: Random, year: int) -> str:
    month, day = 1 + int(12 * random.random()), 1 + int(28 * random.random())
    chance = random.random()
    if chance < m.WRONG_DATE:
        wrong = (
            f"{month:02d}/{day:02d}/{year}",
            f'"{year}"',
            f"{year}-{month:02d}-{day:02d}T",
            "R/P1D",
        )
        return wrong[int(4 * random.random())]
    if chance < 0.5:
        return f"{year}-{month:02d}-{day:02d}"
    return f"{year}-{month:02d}-{day:02d}T{int(24 * random.random()):02d}:15:00Z"


def _box(random: Random) -> tuple[float, float, float, float]:
    west, south = -10 + 38 * random.random(), 35 + 30 * random.random()
    wide = 0.05 + 8 * random.random() ** 3
    return round(west, 4), round(south, 4), round(west + wide, 4), round(south + wide / 2, 4)


def _access(random: Random) -> str:
    return ("PUBLIC", "PUBLIC", "PUBLIC", "RESTRICTED", "NON_PUBLIC")[int(5 * random.random())]


def _file(random: Random, language: str, owner: Publisher, place: str) -> File:
    words = lexicon(language)
    form = m.FORMATS.draw(random)
    return File(
        id=identifier(0, owner.id, place, random.random()),
        name=_cut(words.draw(random, 10), m.FILE_NAME.draw(random)),
        description=""
        if random.random() < m.NO_FILE_TEXT
        else _cut(words.draw(random, 40), m.FILE_TEXT.draw(random)),
        url=_address(random, owner, words.heavy(random), place, form),
        format=form,
        media_type=form if "/" in form else "",
        size=int(10 ** (2 + 8 * random.random())) if random.random() < 0.3 else None,
    )


def _cut(words: list[str], length: int) -> str:
    return " ".join(words)[:length].strip()


def _address(random: Random, owner: Publisher, word: str, place: str, form: str) -> str:
    host = f"data-{owner.id}.example"
    if random.random() < 0.2:  # one page for very many files, as portals have
        return f"https://{host}/help/{int(5 * random.random())}.html"
    path = f"{host}/files/{word.encode('ascii', 'ignore').decode() or 'file'}/{place}"
    ending = form.lower() if form.isalpha() else "bin"
    chance = random.random()
    if chance < m.ILLEGAL_ADDRESS:
        return f"http://{path}/{word} {{{place}}}|{owner.name}.{ending}"
    if chance < m.ILLEGAL_ADDRESS + m.FTP_ADDRESS:
        return f"ftp://ftp.{path}.{ending}"
    if chance < m.ILLEGAL_ADDRESS + m.FTP_ADDRESS + m.NO_SCHEME:
        return f"K:\\data\\{place}\\{word}"
    return f"https://{path}.{ending}"
