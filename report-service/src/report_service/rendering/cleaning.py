"""Texts without the characters that the typeface cannot draw; merchants love emoji."""

import dataclasses
from collections.abc import Callable
from typing import Any

from report_service.domain.document import Document
from report_service.rendering.fonts import Typeface


def cleaned(document: Document, typeface: Typeface) -> Document:
    """The document with every text drawable, so that no page shows empty boxes."""
    result = _clean(document, typeface.printable)
    if not isinstance(result, Document):
        raise TypeError
    return result


def _clean(value: Any, printable: Callable[[str], str]) -> Any:
    # Exactly str: the members of StrEnum are names, not texts.
    if type(value) is str:
        return printable(value)
    if isinstance(value, tuple):
        return tuple(_clean(item, printable) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {
            field.name: _clean(getattr(value, field.name), printable)
            for field in dataclasses.fields(value)
        }
        return dataclasses.replace(value, **changes)
    return value
