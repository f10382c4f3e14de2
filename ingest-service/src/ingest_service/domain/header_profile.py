"""The common part of profiles that are known by their header row alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from ingest_service.domain.profiles.base import Recognition, Sample, clean_header, find_header

if TYPE_CHECKING:
    import pandas as pd


class HeaderProfile:
    """A profile that recognises its table where one row has a name of every required set."""

    id: str
    name: str
    formats: tuple[str, ...] = ("csv",)
    required: ClassVar[Sequence[frozenset[str]]]
    own: ClassVar[frozenset[str]] = frozenset()
    """Names that make it surer."""
    confidence: ClassVar[float] = 0.8

    def recognise(self, sample: Sample) -> Recognition | None:
        """Sure where the required names stand in one row, surer with each of its own."""
        header = find_header(sample, self.required)
        if header is None:
            return None
        names = [clean_header(cell) for cell in sample.rows[header]]
        sure = min(0.99, self.confidence + 0.03 * len(self.own & set(names)))
        return Recognition(sure, header, self.generation(names), self.options(sample, header))

    def generation(self, names: Sequence[str]) -> str:  # noqa: ARG002 - most have one
        """Which generation of columns the names are."""
        return self.id

    def options(self, sample: Sample, header: int) -> Mapping[str, str]:  # noqa: ARG002 - most need none
        """What parse must know of the whole table."""
        return {}

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:
        """Draft columns of a chunk."""
        raise NotImplementedError

    def ends_at(self, cells: Sequence[str]) -> bool:  # noqa: ARG002 - most have no footer
        """Never: the table has no footer."""
        return False
