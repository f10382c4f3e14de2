"""/rules/classify and /expenses/suggestions: the category model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.views import MethodView

from ingest_service.api.context import idempotency_store, owner, parts
from ingest_service.api.representations import Body
from ingest_service.api.schemas_guesses import (
    ClassificationSchema,
    ClassifyOrder,
    SuggestionListSchema,
    SuggestionOrder,
)
from ingest_service.usecases import guesses as usecases
from servicekit.idempotency import idempotent
from servicekit.identity import signed_in
from servicekit.web import Blueprint

blp = Blueprint("guesses", "guesses", description="What the category model says")


@blp.route("/rules/classify")
class Classifications(MethodView):
    """The model on the rows that are there."""

    @signed_in()
    @idempotent(idempotency_store)
    @blp.arguments(ClassifyOrder)
    @blp.response(202, ClassificationSchema)
    def post(self, body: Mapping[str, Any]) -> Body:
        """Let the model decide rows that neither a person, a file nor a rule decided."""
        asked = usecases.ask_classification(parts().database, owner(), dry_run=body["dry_run"])
        return _classification_body(asked)


@blp.route("/rules/classify/<int:job_id>")
class ClassificationItem(MethodView):
    """Such work."""

    @signed_in()
    @blp.response(200, ClassificationSchema)
    def get(self, job_id: int) -> Body:
        """How far it has come, and what it did."""
        found = usecases.get_classification(parts().database, owner(), job_id)
        return _classification_body(found)


@blp.route("/expenses/suggestions")
class Suggestions(MethodView):
    """Guesses that are too unsure to be applied."""

    @signed_in("expenses:read")
    @blp.arguments(SuggestionOrder)
    @blp.response(200, SuggestionListSchema)
    def post(self, body: Mapping[str, Any]) -> Body:
        """What rows might be whose category nobody has decided; nothing is changed."""
        found = usecases.suggest_categories(
            parts().database, parts().shipped_model, owner(), [int(id_) for id_ in body["ids"]]
        )
        items = [
            {
                "expense_id": str(guess.expense_id),
                "category_id": str(guess.category_id),
                "confidence": guess.confidence,
            }
            for guess in found
        ]
        return {"items": items, "next_cursor": None}


def _classification_body(found: usecases.Classification) -> Body:
    return {
        "id": str(found.id),
        "status": found.status,
        "dry_run": found.dry_run,
        "open_rows": found.open_rows,
        "decided": found.decided,
        "last_seq": found.last_seq,
        "location": f"/rules/classify/{found.id}",
    }
