"""The reflective checks: nothing is forgotten when a route, an error or a variable is added."""

from pathlib import Path

from flask import Flask
from sqlalchemy import MetaData, create_engine, inspect

from auth_service.api.errors import ERRORS
from auth_service.config import Config
from auth_service.domain.errors import AuthError
from auth_service.store.tables import metadata
from servicekit.testing import (
    public_routes,
    undocumented_routes,
    undocumented_variables,
    unguarded_routes,
    unmapped_errors,
)

PUBLIC = {
    "POST /auth/register",
    "POST /auth/login",
    "POST /auth/refresh",
    "POST /auth/token",
    "GET /auth/.well-known/jwks.json",
}
README = Path(__file__).resolve().parents[2] / "README.md"


def test_every_route_is_guarded_or_on_the_public_list(app: Flask) -> None:
    assert unguarded_routes(app) == set()
    assert public_routes(app) == PUBLIC


def test_every_route_is_documented(app: Flask) -> None:
    assert undocumented_routes(app) == set()


def test_every_route_says_what_it_does(app: Flask) -> None:
    paths = app.test_client().get("/openapi.json").get_json()["paths"]

    assert all(
        operation.get("summary")
        for item in paths.values()
        for method, operation in item.items()
        if method != "parameters"
    )


def test_every_domain_error_has_a_status() -> None:
    assert unmapped_errors(AuthError, ERRORS) == set()


def test_every_variable_is_in_the_readme() -> None:
    assert undocumented_variables(Config, README) == set()


def test_the_migrations_make_the_tables_of_the_code(migrated_file: Path) -> None:
    engine = create_engine(f"sqlite:///{migrated_file}")
    found = MetaData()
    found.reflect(engine)
    made = {name: set(table.columns.keys()) for name, table in found.tables.items()}
    indexes = {
        str(index["name"])
        for name in metadata.tables
        for index in inspect(engine).get_indexes(name)
    }
    engine.dispose()
    made.pop("alembic_version")

    assert made == {name: set(table.columns.keys()) for name, table in metadata.tables.items()}
    assert indexes == {str(i.name) for table in metadata.tables.values() for i in table.indexes}
