"""What the shipped model learns from: payees and purposes made of this project's own words."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from ingest_service.domain.category_model import UNKNOWN
from ingest_service.domain.shipped_rules import INCOME_RULES, KEYWORD_RULES
from ingest_service.training import words_en, words_zh

SEED = 20_240_601
_PEOPLE = 700
_COMPANIES = 700
_CODES = 200


@dataclass(frozen=True, slots=True)
class Example:
    """A row's texts, its category's code, and the word that it is made of (its group)."""

    merchant: str
    note: str
    code: str
    word: str
    weight: float = 1.0


def outgoing_examples(seed: int = SEED) -> list[Example]:
    """Examples of money out, the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    chinese, english = _words(words_zh.WORDS), _words(words_en.WORDS)
    known = {word for _, word in (*chinese, *english)}
    shipped = [(code, word) for code, words in KEYWORD_RULES for word in words]
    chinese += [pair for pair in shipped if pair[1] not in known and not pair[1].isascii()]
    return [*_chinese(chinese, rng), *_english(english, rng), *_nothing(rng)]


def incoming_examples(seed: int = SEED) -> list[Example]:
    """Examples of money in, the same for the same seed."""
    rng = random.Random(seed + 1)  # noqa: S311 - no secret
    chinese, english = _words(words_zh.INCOMING), _words(words_en.INCOMING)
    known = {word for _, word in (*chinese, *english)}
    shipped = [(code, word) for code, words in INCOME_RULES for word in words]
    chinese += [pair for pair in shipped if pair[1] not in known and not pair[1].isascii()]
    return [*_chinese(chinese, rng), *_english(english, rng), *_nothing(rng)]


def _words(text: str) -> list[tuple[str, str]]:
    """Code and word of every entry; a word that stands in two lines of one code counts once."""
    found: dict[tuple[str, str], None] = {}
    for line in text.strip().splitlines():
        code, _, words = line.partition(": ")
        found |= {(code, word.strip()): None for word in words.split(",") if word.strip()}
    return list(found)


def _chinese(pairs: Sequence[tuple[str, str]], rng: random.Random) -> Iterator[Example]:
    place, name, branch = map(listed, (words_zh.PLACES, words_zh.NAMES, words_zh.BRANCHES))
    ending, nothing = listed(words_zh.ENDINGS), listed(words_zh.NOTHING)
    for code, word in pairs:
        yield Example(word, "", code, word)
        yield Example(rng.choice(name) + word, "", code, word)
        yield Example(
            f"{rng.choice(place)}{rng.choice(name)}{word}{rng.choice(ending)}", "", code, word
        )
        yield Example(f"{word}({rng.choice(place)}{rng.choice(branch)}店)", "", code, word)
        yield Example(rng.choice((_person(rng), rng.choice(nothing))), word, code, word)


def _english(pairs: Sequence[tuple[str, str]], rng: random.Random) -> Iterator[Example]:
    places, names, nothing = map(listed, (words_en.PLACES, words_en.NAMES, words_en.NOTHING))
    endings = listed(words_en.ENDINGS)
    for code, word in pairs:
        place, name = rng.choice(places), rng.choice(names)
        prefix, ending = rng.choice(words_en.PREFIXES), rng.choice(endings)
        yield Example(word, "", code, word)
        yield Example(f"{name} {word}", "", code, word)
        yield Example(f"{word} #{rng.randint(10, 9999)} {place}", "", code, word)
        yield Example(f"{prefix}{word} {ending}", "", code, word)
        yield Example(rng.choice(nothing), word, code, word)


def _nothing(rng: random.Random) -> Iterator[Example]:
    """Payees that say nothing: persons, companies, numbers."""
    for number in range(_PEOPLE):
        person = _person(rng) if number % 2 else " ".join(rng.choices(listed(words_en.PEOPLE), k=2))
        yield Example(person, rng.choice(("", "", "转账", "payment")), UNKNOWN, person)
    for number in range(_COMPANIES):
        company = _chinese_company(rng) if number % 2 else _english_company(rng)
        note = rng.choice(("", rng.choice(listed(words_zh.NOTHING))))
        yield Example(company, note, UNKNOWN, company)
    for words in (words_zh, words_en):
        for text in (words.NOTHING, words.ENDINGS, words.PLACES, words.NAMES):
            yield from (Example(said, "", UNKNOWN, said) for said in listed(text))
    for _ in range(_CODES):
        code = "".join(rng.choices(string.ascii_lowercase + string.digits, k=rng.randint(3, 12)))
        yield Example(code, "", UNKNOWN, code)


@cache
def listed(text: str) -> tuple[str, ...]:
    """The entries of a list."""
    return tuple(word.strip() for word in text.replace("\n", ", ").split(",") if word.strip())


def _chinese_company(rng: random.Random) -> str:
    place, kind = rng.choice(listed(words_zh.PLACES)), rng.choice(listed(words_zh.NOTHING))
    return f"{place}{_given(rng)}{kind}"


def _english_company(rng: random.Random) -> str:
    lists = (words_en.NAMES, words_en.NOTHING, words_en.PLACES)
    return " ".join(rng.choice(listed(text)) for text in lists)


def _given(rng: random.Random) -> str:
    return "".join(rng.choices(words_zh.GIVEN, k=rng.randint(1, 2)))


def _person(rng: random.Random) -> str:
    return rng.choice(words_zh.SURNAMES) + _given(rng)
