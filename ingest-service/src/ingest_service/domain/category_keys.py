"""What the classes of a category model are called in one user's tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ingest_service.domain.category_tree import FALLBACK_BY_DIRECTION
from ingest_service.domain.models import Category

_NO_ANSWERS = frozenset(FALLBACK_BY_DIRECTION.values())
"""Categories for rows of which nothing is known: to propose one would say nothing."""


class CategoryKeys:
    """Keys for the user's categories: the code where there is one, else # and the id.

    What is not in the tree has the key "": a model never proposes a category that is gone.
    """

    def __init__(self, tree: Sequence[Category]) -> None:
        self._id_by_key = {node.code or f"#{node.id}": node.id for node in tree}
        self._key_by_id = {id_: key for key, id_ in self._id_by_key.items()}

    def key_of(self, name: str) -> str:
        """The key for a model's class; a removed default category's rows go to its parent."""
        if name.startswith("#"):
            return self._key_by_id.get(int(name[1:]), "")
        while name and name not in self._id_by_key:
            name = name.rpartition(".")[0]
        return "" if name in _NO_ANSWERS else name

    def keys_of(self, names: Iterable[str]) -> dict[str, str]:
        """The keys of many classes."""
        return {name: self.key_of(name) for name in names}

    def has(self, key: str) -> bool:
        """Whether a key is that of a category that can be proposed."""
        return key in self._id_by_key and key not in _NO_ANSWERS

    def key_of_id(self, category_id: int) -> str:
        """The key of a category, "" for one that is gone or says nothing."""
        key = self._key_by_id.get(category_id, "")
        return "" if key in _NO_ANSWERS else key

    def id_of(self, key: str) -> int:
        """The category of a key that this tree gave."""
        return self._id_by_key[key]
