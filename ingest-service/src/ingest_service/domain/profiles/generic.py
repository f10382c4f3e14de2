"""Any other table whose headers are known words and whose cells leave no doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest_service.domain.mapping.guess import Guess, guess_table
from ingest_service.domain.mapping.model import mapping_of
from ingest_service.domain.mapping.words import PART, name_score
from ingest_service.domain.profiles.base import Recognition, Sample, clean_header, is_rule_line

if TYPE_CHECKING:
    import pandas as pd


class Generic:
    """The profile for tables that nobody else claims; what is doubtful is asked (needs_mapping)."""

    id = "generic"
    name = "通用 CSV/XLSX / Generic table"
    formats: tuple[str, ...] = ("csv", "xlsx")

    def recognise(self, sample: Sample) -> Recognition | None:
        """Half sure wherever the columns' names and cells leave no doubt."""
        guess = guess_table(sample.rows)
        return None if guess is None or not guess.certain else certain_recognition(guess)

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:
        """Draft columns of a chunk."""
        from ingest_service.domain.mapping.profile import mapped_draft

        return mapped_draft(frame, mapping_of(recognition.options["mapping"]))

    def ends_at(self, cells: Sequence[str]) -> bool:
        """A line of dashes ends the table."""
        return is_rule_line(cells)


def certain_recognition(guess: Guess) -> Recognition:
    """The recognition of a table by a guess that leaves no doubt."""
    columns = {
        role: at
        for role, at in guess.mapping.columns.items()
        if role != "category" or _names_categories(guess, at)
    }
    mapping = replace(guess.mapping, columns=columns, source=PROFILE.id)
    return Recognition(
        min(0.55, 0.3 + 0.05 * len(mapping.columns)),
        guess.header_index,
        PROFILE.id,
        {"mapping": mapping.text()},
        columns=guess.header,
    )


def _names_categories(guess: Guess, at: int | str) -> bool:
    """Whether the header says category and no more: unasked, no tree is filled with other words."""
    return isinstance(at, int) and name_score("category", clean_header(guess.header[at])) > PART


PROFILE = Generic()
