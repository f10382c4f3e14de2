import importlib
import subprocess
import sys
from pathlib import Path

from flask.testing import FlaskClient

from report_service.api.errors import MAPPING
from report_service.app import SERVICE
from report_service.config import MIGRATIONS_DIR, Config
from report_service.domain.errors import ReportError
from report_service.store.tables import metadata
from servicekit.sqlite import open_engine
from servicekit.testing import (
    public_routes,
    undocumented_routes,
    undocumented_variables,
    unguarded_routes,
    unmapped_errors,
)

README = Path(__file__).resolve().parents[2] / "README.md"
HEAVY = ("matplotlib", "numpy", "reportlab", "docx", "fontTools", "PIL", "pandas")


def test_every_route_knows_its_caller(client: FlaskClient) -> None:
    assert unguarded_routes(client.application) == set()
    assert public_routes(client.application) == set()


def test_every_route_is_documented(client: FlaskClient) -> None:
    assert undocumented_routes(client.application) == set()


def test_every_error_of_the_domain_has_a_status() -> None:
    assert unmapped_errors(ReportError, MAPPING) == set()


def test_every_variable_is_documented() -> None:
    assert undocumented_variables(Config, README) == set()


def test_the_web_process_loads_nothing_that_draws() -> None:
    code = (
        "import sys, report_service.app\n"
        f"found = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(', '.join(found) or 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


def test_the_migrations_make_the_tables_of_the_code(config: Config) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = open_engine(config.database_path)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    assert found == []
    assert MIGRATIONS_DIR.is_dir()


def test_the_entries_can_be_imported() -> None:
    assert importlib.import_module("report_service.worker").SERVICE == SERVICE
    assert importlib.import_module("report_service.cli").main
