"""GET /forecast/models, POST /forecast/train and GET /forecast/jobs/ID."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from forecast_service.api.present import job_document, model_document
from forecast_service.api.schemas import AcceptedSchema, JobSchema, ModelsSchema, TrainArgs
from forecast_service.domain.errors import JobNotFound
from forecast_service.domain.ports import ModelVersion
from forecast_service.domain.training import TrainingRecords
from servicekit.idempotency import IdempotencyStore, idempotent
from servicekit.identity import Identity, admin_only, current_identity, signed_in
from servicekit.jobs import JobState
from servicekit.web import Blueprint

SCOPE = "forecast:read"
TRAIN_KIND = "train"


class TrainingJobs(Protocol):
    """The queue as these routes use it."""

    def request(self, *, owner_id: str) -> int:
        """The id of the training job that is now waiting or under way."""

    def get(self, job_id: int) -> JobState | None:
        """Where a job stands."""


@dataclass(frozen=True, slots=True)
class TrainingDesk:
    """What these routes need."""

    jobs: TrainingJobs
    records: TrainingRecords
    versions: Callable[[], Sequence[ModelVersion]]
    model_name: str
    idempotency: IdempotencyStore


def training_blueprint(desk: TrainingDesk) -> Blueprint:
    """The routes about models and how they come to be."""
    blueprint = Blueprint("training", __name__, description="Model versions and training")

    @blueprint.route("/forecast/models")
    @signed_in(SCOPE)
    @blueprint.response(200, ModelsSchema)
    @blueprint.alt_response(503, description="model-unavailable")
    def get_models() -> dict[str, Any]:
        """The versions that the model server knows, newest first."""
        name = desk.model_name
        return {"items": [model_document(version, name=name) for version in desk.versions()]}

    @blueprint.route("/forecast/train", methods=["POST"])
    @admin_only
    @idempotent(lambda: desk.idempotency)
    @blueprint.arguments(TrainArgs, location="json", required=False)
    @blueprint.response(202, AcceptedSchema)
    def post_train(_args: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
        """Train a new version of the shared model; one training at a time. Administrators only."""
        job_id = desk.jobs.request(owner_id=current_identity().owner_id)
        location = f"/forecast/jobs/{job_id}"
        job = desk.jobs.get(job_id)
        status = "queued" if job is None else job.state
        accepted = {"id": str(job_id), "status": status, "location": location}
        return accepted, 202, {"Location": location}

    @blueprint.route("/forecast/jobs/<int:job_id>")
    @signed_in(SCOPE)
    @blueprint.response(200, JobSchema)
    @blueprint.alt_response(404, description="not-found")
    def get_job(job_id: int) -> dict[str, Any]:
        """How far a job is; then its figures, and whether its version serves or why not."""
        job = desk.jobs.get(job_id)
        if job is None or not _may_see(current_identity(), job):
            raise JobNotFound("There is no such job.")
        return job_document(job, desk.records.outcome(job_id))

    return blueprint


def _may_see(identity: Identity, job: JobState) -> bool:
    return job.owner_id == identity.owner_id or (
        identity.role == "admin" and not identity.is_restricted
    )
