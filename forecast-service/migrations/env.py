from forecast_service.store.tables import metadata
from servicekit.sqlite import run_alembic_env

run_alembic_env(metadata)
