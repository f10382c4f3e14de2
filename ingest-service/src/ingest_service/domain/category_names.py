"""Paths of categories as they stand in files: 餐饮/早餐, exact where a name alone could mislead.

A name that holds a separator stands in double quotes. A path that begins with "/" is the whole
path; any other text may also be a name, a code or the English name of a default category. An
export writes the whole path only where the shorter text would be taken for another category.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest_service.domain.category_tree import DEFAULT_CATEGORIES, MAX_DEPTH
from ingest_service.domain.models import Category

MAX_NAME_CHARS = 60
Names = tuple[str, ...]
"""The names from the top of the tree down to a category."""
_SEPARATORS = r">／\\|/"
_NEEDS_QUOTES = re.compile(rf'[{_SEPARATORS}"]')
_PART = re.compile(rf'\s*"((?:[^"]|"")*)"\s*(?=[{_SEPARATORS}]|$)|([^{_SEPARATORS}]*)')
_NAMELESS = "其他"


@dataclass(frozen=True, slots=True)
class Meanings:
    """What texts mean in a tree: whole paths as they are, and all else in lower case."""

    whole: dict[Names, int]
    loose: dict[Names, int]

    def find(self, path: str) -> int | None:
        """The category that a text means, if there is one."""
        names = names_of(path)
        if is_whole(path):
            return self.whole.get(names)
        # As it stands first: a statement's own "A|B" may be the name of a category.
        as_it_stands = (path.strip(),)
        found = self.whole.get(as_it_stands) or self.whole.get(names)
        return found or self.loose.get(_low(as_it_stands)) or self.loose.get(_low(names))

    def above(self, names: Names, *, whole: bool) -> int | None:
        """The category of a part of a path, below which the rest is to be made."""
        return self.whole.get(names) or (None if whole else self.loose.get(_low(names)))

    def learn(self, names: Names, id_: int) -> None:
        """Add a category."""
        self.whole.setdefault(names, id_)
        self.loose.setdefault(_low(names), id_)


def names_of(path: str) -> Names:
    """The names of a path, from the top; never empty."""
    names: list[str] = []
    at = 0
    while at <= len(path):
        found = _PART.match(path, at)
        if found is None:
            break
        quoted, plain = found.groups()
        names.append(plain.strip() if quoted is None else quoted.replace('""', '"'))
        at = found.end() + 1
    kept = tuple(name[:MAX_NAME_CHARS] for name in names if name)
    return kept[:MAX_DEPTH] or (_NAMELESS,)


def is_whole(path: str) -> bool:
    """Whether the text says itself that it is a whole path."""
    return path.lstrip().startswith("/")


def meanings_of(tree: Sequence[Category]) -> Meanings:
    """What texts mean in a user's tree."""
    names = _names_by_id(tree)
    return _meanings(names, {node.id: node.code for node in tree})


def exported_paths(tree: Sequence[Category], *, english: bool = False) -> dict[int, str]:
    """The path of every category, so that its text means this category and no other.

    In English the default categories stand under their English names, as the pages show them,
    unless their owner renamed them. Whoever imports the file has the default ones at least.
    """
    own = _names_by_id(tree)
    shown = _english_names(tree, own) if english else own
    claims = Counter(key for id_ in own for key in {_low(own[id_]), _low(shown[id_])})
    numbered: dict[int, str | None] = dict(enumerate((d.code for d in DEFAULT_CATEGORIES), 1))
    default_names = {number: _default_names(code or "") for number, code in numbered.items()}
    defaults = _meanings(default_names, numbered)
    paths = {}
    for id_, names in shown.items():
        meant = [defaults.above(names[: count + 1], whole=False) for count in range(len(names))]
        clear = claims[_low(names)] == 1 and all(
            default is None or default_names[default] == own[id_][: count + 1]
            for count, default in enumerate(meant)
        )
        text = "/".join(map(_quoted, names if clear else own[id_]))
        paths[id_] = text if clear else f"/{text}"
    return paths


def _english_names(tree: Sequence[Category], own: Mapping[int, Names]) -> dict[int, Names]:
    """The names with those of default categories in English, below default ones only."""
    given = {default.code: default for default in DEFAULT_CATEGORIES}
    code_of = {node.id: node.code for node in tree}
    parent_of = {node.id: node.parent_id for node in tree}
    shown: dict[int, Names] = {}
    for id_, names in own.items():
        parent, default = parent_of[id_], given.get(code_of[id_] or "")
        kept = default is not None and names == _default_names(default.code)
        last = default.english if default is not None and kept else names[-1]
        shown[id_] = (*(() if parent is None else shown[parent]), last)
    return shown


def _names_by_id(tree: Iterable[Category]) -> dict[int, Names]:
    """The names of every node; the tree gives parents first."""
    names: dict[int, Names] = {}
    for node in tree:
        above = names[node.parent_id] if node.parent_id is not None else ()
        names[node.id] = (*above, node.name)
    return names


def _meanings(
    names: Mapping[int, Names], codes: Mapping[int, str] | Mapping[int, str | None]
) -> Meanings:
    english = {default.code: default.english for default in DEFAULT_CATEGORIES}
    known = Meanings({}, {})
    for id_, own in names.items():
        known.learn(own, id_)
    for id_, code in codes.items():
        if code:
            parts = code.split(".")
            above = [".".join(parts[: count + 1]) for count in range(len(parts))]
            translated = tuple(english.get(one, one) for one in above)
            for text in ((code,), translated, translated[-1:]):
                known.loose.setdefault(_low(text), id_)
    for id_, own in names.items():
        known.loose.setdefault(_low(own[-1:]), id_)
    return known


def _default_names(code: str) -> Names:
    name_of = {default.code: default.name for default in DEFAULT_CATEGORIES}
    parts = code.split(".")
    return tuple(name_of[".".join(parts[: count + 1])] for count in range(len(parts)))


def _quoted(name: str) -> str:
    if not _NEEDS_QUOTES.search(name):
        return name
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _low(names: Names) -> Names:
    return tuple(name.lower() for name in names)
