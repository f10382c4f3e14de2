"""A user's categories as a tree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NO_CATEGORY = 0
"""Stands for a row without a category."""
ALL_CATEGORIES = -1
"""Stands for all of a user's rows, whatever their category."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category; `code` is set where the front end has a translated name for it."""

    id: int
    name: str
    code: str | None = None
    parent_id: int | None = None


class CategoryTree:
    """The categories of one user; unknown ids count as nameless roots, cycles are cut."""

    def __init__(self, categories: Iterable[Category]) -> None:
        self._by_id: dict[int, Category] = {category.id: category for category in categories}
        self._paths: dict[int, tuple[int, ...]] = {}
        self._children: dict[int, list[int]] = {}
        for category_id in self._by_id:
            path = self.path(category_id)
            if len(path) > 1:
                self._children.setdefault(path[-2], []).append(category_id)

    def get(self, category_id: int) -> Category:
        """The category of that id, nameless where the tree does not know it."""
        return self._by_id.get(category_id) or Category(id=category_id, name="")

    def path(self, category_id: int) -> tuple[int, ...]:
        """The ids from the root down to the category itself."""
        known = self._paths.get(category_id)
        if known is None:
            known = self._paths[category_id] = self._walk(category_id)
        return known

    def _walk(self, category_id: int) -> tuple[int, ...]:
        path = [category_id]
        parent = self._parent(category_id)
        while parent is not None:
            if parent in path:  # a cycle: its smallest id is taken for the root
                cycle = path[path.index(parent) :]
                return tuple(reversed(path[: path.index(min(cycle)) + 1]))
            path.append(parent)
            parent = self._parent(parent)
        return tuple(reversed(path))

    def _parent(self, category_id: int) -> int | None:
        category = self._by_id.get(category_id)
        if category is None or category.parent_id not in self._by_id:
            return None
        return category.parent_id

    def has_children(self, category_id: int) -> bool:
        """Whether other categories stand below it."""
        return category_id in self._children

    def at_level(self, category_id: int, level: int) -> int:
        """The ancestor (or the category itself) that stands for it at a level, 1 = root."""
        return self.path(category_id)[:level][-1]

    def subtree(self, category_id: int) -> frozenset[int]:
        """The category and everything below it."""
        found = {category_id}
        waiting = [category_id]
        while waiting:
            for child in self._children.get(waiting.pop(), ()):
                if child not in found:
                    found.add(child)
                    waiting.append(child)
        return frozenset(found)

    def fold(self, amounts: Mapping[int, "Tally"], level: int) -> dict[int, "Tally"]:
        """The figures of each category added up to the ancestors of a level."""
        folded: dict[int, Tally] = {}
        for category_id, tally in amounts.items():
            key = self.at_level(category_id, level)
            folded[key] = folded.get(key, Tally()) + tally
        return folded


@dataclass(frozen=True, slots=True)
class Tally:
    """A number of rows and their sum in minor units."""

    count: int = 0
    amount_minor: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.count + other.count, self.amount_minor + other.amount_minor)
