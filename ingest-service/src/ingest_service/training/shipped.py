"""The model that ships, as `python -m ingest_service.training.categories` made it."""

from __future__ import annotations

from functools import cache
from importlib import resources

from ingest_service.domain.category_model import CategoryModel, from_bytes

FILE_NAME = "shipped.model"


@cache
def shipped_model() -> CategoryModel:
    """The model for users who have corrected little or nothing yet."""
    return from_bytes((resources.files(__package__) / FILE_NAME).read_bytes())
