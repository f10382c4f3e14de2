"""The handler of make-report jobs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from report_service.domain.errors import AnalyticsRefused, AnalyticsUnavailable
from report_service.domain.ports import AnalyticsPort, ForecastPort, ReportRenderer
from report_service.domain.report import StoredFile
from report_service.store.files import ReportFolder
from report_service.store.repository import SqliteReportStore
from report_service.usecases import STEPS, make_report
from servicekit.jobs import JobContext, PermanentJobError

# With the pauses of the kit (1, 2, 4 ... 60 s) analytics may be away for two minutes.
MAX_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class ReportMaker:
    """Makes the file of a report; making it twice leaves one file."""

    store: SqliteReportStore
    files: ReportFolder
    analytics: AnalyticsPort
    forecast: ForecastPort
    renderer: ReportRenderer
    clock: Callable[[], datetime]

    def __call__(self, context: JobContext) -> None:
        """Make the report of the job, unless it was deleted or has its file already."""
        report_id = int(context.job.payload["report_id"])
        report = self.store.find(owner_id=context.job.owner_id, report_id=report_id)
        if report is None or report.file is not None:
            return

        def progress(done: int, stage: str) -> None:
            context.progress(done=done, total=STEPS, stage=stage)

        try:
            file = make_report(
                report,
                analytics=self.analytics,
                forecast=self.forecast,
                renderer=self.renderer,
                files=self.files,
                now=self.clock(),
                progress=progress,
            )
        except AnalyticsRefused as error:
            raise PermanentJobError("analytics-refused", str(error)) from error
        except AnalyticsUnavailable as error:
            if context.job.attempts < MAX_ATTEMPTS:
                raise
            raise PermanentJobError("analytics-unavailable", str(error)) from error
        self._finish(report_id, file, context)

    def _finish(self, report_id: int, file: StoredFile, context: JobContext) -> None:
        kept = self.store.finish(
            report_id=report_id, file=file, finished_at=self.clock(), fence=context.fence
        )
        if not kept:
            # Deleted while it was being made.
            self.files.delete(file.path)
            return
        context.progress(done=STEPS, total=STEPS, stage="done")
