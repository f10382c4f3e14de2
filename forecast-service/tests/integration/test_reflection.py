from pathlib import Path

from conftest import Api

from forecast_service.api.errors import PROBLEMS
from forecast_service.config import SERVICE_DIR, Config
from forecast_service.domain.errors import ForecastError
from servicekit.testing import (
    public_routes,
    route_access,
    undocumented_routes,
    undocumented_variables,
    unmapped_errors,
)


def test_every_route_checks_its_caller(api: Api) -> None:
    assert None not in route_access(api.app).values()
    assert public_routes(api.app) == set()


def test_every_route_is_in_the_openapi_document(api: Api) -> None:
    assert undocumented_routes(api.app) == set()


def test_every_domain_error_is_mapped() -> None:
    assert unmapped_errors(ForecastError, PROBLEMS) == set()


def test_every_variable_is_documented() -> None:
    assert undocumented_variables(Config, SERVICE_DIR / "README.md") == set()


def test_machines_need_the_scope_and_an_owner(api: Api) -> None:
    client = api.app.test_client()
    without = api.mint.headers(role="service", scopes=["changes:read"])
    ownerless = api.mint.headers(owner_id="", role="service", scopes=["forecast:read"])
    allowed = api.mint.headers(role="service", scopes=["forecast:read"])

    assert client.get("/forecast/models", headers=without).status_code == 403
    assert client.get("/forecast/models", headers=ownerless).status_code == 403
    assert client.get("/forecast/models", headers=allowed).status_code == 200
    assert client.get("/forecast/models").status_code == 401


def test_ready_once_migrated(api: Api) -> None:
    assert api.app.test_client().get("/readyz").status_code == 200


def test_the_web_process_loads_no_heavy_library() -> None:
    import subprocess
    import sys

    banned = ("pandas", "pyarrow", "sklearn", "statsforecast", "numba", "tensorflow", "matplotlib")
    program = (
        "import sys, forecast_service.app; "
        f"print([name for name in {banned!r} if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "[]"


def test_migrations_make_exactly_the_tables_of_the_code(config: Config) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from forecast_service.store.tables import metadata
    from servicekit.sqlite import open_engine, read_transaction

    engine = open_engine(config.database_path)
    with read_transaction(engine) as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()

    assert differences == []


def test_the_readme_names_every_route(api: Api) -> None:
    text = Path(SERVICE_DIR / "README.md").read_text(encoding="utf-8")

    for route in route_access(api.app):
        path = route.partition(" ")[2]
        if path.startswith("/forecast"):
            assert path.replace("<int:job_id>", "ID") in text
