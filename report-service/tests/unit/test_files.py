import hashlib
from pathlib import Path

import pytest

from report_service.config import Config, ConfigError, WorkerConfig
from report_service.store.files import ORPHAN_AGE_S, ReportFolder


def test_a_file_is_stored_whole_with_its_digest(tmp_path: Path) -> None:
    files = ReportFolder(tmp_path)

    stored = files.write(owner_id="1", name="7.pdf", content=b"%PDF")

    assert (stored.path, stored.size) == ("files/1/7.pdf", 4)
    assert stored.sha256 == hashlib.sha256(b"%PDF").hexdigest()
    assert [path.name for path in (tmp_path / "files/1").iterdir()] == ["7.pdf"]


def test_a_file_made_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    files = ReportFolder(tmp_path)
    files.write(owner_id="1", name="7.pdf", content=b"old")

    stored = files.write(owner_id="1", name="7.pdf", content=b"new")

    assert files.absolute(stored.path).read_bytes() == b"new"


def test_a_sweep_takes_what_is_old_and_unknown(tmp_path: Path) -> None:
    files = ReportFolder(tmp_path)
    known = files.write(owner_id="1", name="1.pdf", content=b"1")
    files.write(owner_id="1", name="2.pdf.99.part", content=b"2")
    made_at = files.absolute(known.path).stat().st_mtime

    assert files.sweep({known.path}, now=made_at) == 0
    assert files.sweep({known.path}, now=made_at + ORPHAN_AGE_S + 10) == 1
    assert files.absolute(known.path).is_file()


@pytest.mark.parametrize("name", ["DATA_DIR", "AUTH_URL"])
def test_a_missing_setting_is_named(name: str) -> None:
    environ = {"DATA_DIR": "/d", "AUTH_URL": "http://auth:8000"}
    del environ[name]

    with pytest.raises(ConfigError, match=name):
        Config.from_env(environ)


@pytest.mark.parametrize("name", ["ANALYTICS_URL", "FORECAST_URL", "FONT_DIR"])
def test_the_worker_needs_its_neighbours_and_its_fonts(name: str) -> None:
    environ = {
        "ANALYTICS_URL": "http://a",
        "FORECAST_URL": "http://f",
        "SERVICE_CLIENT_SECRET": "s",
        "FONT_DIR": "/fonts",
    }
    del environ[name]

    with pytest.raises(ConfigError, match=name):
        WorkerConfig.from_env(environ)


def test_a_redirect_that_nginx_would_not_know_is_refused() -> None:
    environ = {"DATA_DIR": "/d", "AUTH_URL": "http://a", "DOWNLOAD_REDIRECT": "_reports"}

    with pytest.raises(ConfigError, match="DOWNLOAD_REDIRECT"):
        Config.from_env(environ)
