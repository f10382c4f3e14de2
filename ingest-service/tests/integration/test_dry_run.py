"""A dry run says what would happen, and leaves nothing but what it says."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import factories as f
import pytest
from factories import Row
from fakes import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from ingest_service.config import Config
from ingest_service.store.tables import metadata
from ingest_service.usecases.uploads import sweep_uploads

OWNERS = itertools.count(500)
SAID = {"imports", "import_errors", "jobs", "idempotency_keys"}
COUNTS = (
    "rows_total", "rows_success", "rows_failed", "rows_duplicate", "rows_ignored", "rows_updated",
    "status", "profile",
)  # fmt: skip


def all_rows(engine: Engine) -> dict[str, list[Any]]:
    """What stands in every table but those that tell of the run itself."""
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table)).all()]
            for table in metadata.sorted_tables
            if table.name not in SAID
        }


STATEMENTS = {
    "known profile": f.alipay_2023([Row(), Row(number="2", status="已退款(￥12.00)")]),
    "own categories": f.table_csv([["时间", "金额", "分类"], ["2024-03-05", "5", "宠物/猫粮"]]),
    "broken rows": f.table_csv([["时间", "金额"], ["2024-03-05", "5"], ["2025/13/05", "6"]]),
    "no transactions": f.table_csv([["时间", "金额"]]),
    "no statement": b"nothing that is known",
    "a workbook": f.wechat_xlsx([Row()]),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_dry_run_leaves_no_row_and_no_file(
    client: Client, engine: Engine, config: Config, name: str
) -> None:
    before = all_rows(engine)
    record = client.import_file(STATEMENTS[name], dry_run="true")
    assert record["dry_run"] is True
    if record["status"] == "needs_mapping":
        return
    assert all_rows(engine) == before
    assert list(config.uploads_dir.iterdir()) == []
    assert list(config.temporary_dir.iterdir()) == []


def test_a_dry_run_beside_earlier_imports_changes_none_of_their_rows(
    client: Client, engine: Engine, config: Config
) -> None:
    client.import_file(f.alipay_2023([Row(), Row(number="2", order="M2", status="等待确认收货")]))
    before, files = all_rows(engine), sorted(config.uploads_dir.iterdir())
    later = f.alipay_2023([Row(number="2", order="M2"), Row(number="3"), Row(account="另一张卡")])
    record = client.import_file(later, dry_run="true")
    assert record["status"] == "succeeded"
    assert all_rows(engine) == before
    assert sorted(config.uploads_dir.iterdir()) == files


def test_the_file_of_a_dry_run_is_kept_while_it_waits_for_an_answer(
    client: Client, config: Config
) -> None:
    table = f.table_csv([["Buchung", "Wer", "Wieviel"], ["2024-03-05", "Bäcker", "-5,00"]])
    record = client.import_file(table, dry_run="true")
    assert record["status"] == "needs_mapping"
    assert len(list(config.uploads_dir.iterdir())) == 1


def test_the_file_of_a_killed_dry_run_is_swept(
    client: Client, engine: Engine, config: Config
) -> None:
    record = client.import_file(f.alipay_2023([Row()]), dry_run="true")
    with engine.connect() as connection:
        query = select(metadata.tables["imports"].c.file_path)
        name = connection.execute(query).scalar_one()
    left = config.uploads_dir / name
    left.write_bytes(b"what a worker left that died after its last commit")
    sweep_uploads(
        client.app.extensions["ingest"].database,
        client.app.extensions["ingest"].uploads,
        older_than_s=-1,
    )
    assert record["status"] == "succeeded"
    assert not left.exists()


def test_a_dry_run_cannot_be_repaired_for_it_kept_nothing(client: Client) -> None:
    record = client.import_file(STATEMENTS["broken rows"], dry_run="true")
    again = client.upload(f.table_csv([["时间", "金额"]]), repair_of=record["id"])
    assert again.status_code == 409


def test_the_same_bytes_after_a_dry_run_are_imported(client: Client) -> None:
    data = STATEMENTS["known profile"]
    client.import_file(data, dry_run="true")
    assert client.import_file(data)["rows_success"] == 2
    assert client.import_file(data, dry_run="true")["rows_duplicate"] == 2
    assert client.upload(data).get_json()["status"] == "duplicate_file"


def test_a_key_replays_its_answer_and_a_forced_repeat_takes_another_one(client: Client) -> None:
    data, key = STATEMENTS["known profile"], {"Idempotency-Key": "k1"}
    first = client.upload(data, headers=key)
    client.work()
    again = client.upload(data, headers=key)
    assert (again.status_code, again.get_json()) == (202, first.get_json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert client.upload(data, headers=key, force="true").status_code == 422
    assert client.upload(data, headers=key, dry_run="true").status_code == 422
    other = client.as_user("2").upload(data, headers=key)
    assert other.get_json()["id"] != first.get_json()["id"]
    forced = client.upload(data, headers={"Idempotency-Key": "k2"}, force="true")
    assert forced.status_code == 202


ROWS = st.lists(
    st.builds(
        Row,
        time=st.sampled_from(
            ["2024-03-05 12:21:00", "2024-03-05 12:22:00", "2024-03-06 08:00:00", "2024/13/45"]
        ),
        merchant=st.sampled_from(["兰州拉面", "瑞幸咖啡"]),
        amount=st.sampled_from(["28.50", "9.90", "x"]),
        flow=st.sampled_from(["支出", "收入", "不计收支"]),
        status=st.sampled_from(
            ["交易成功", "等待确认收货", "交易关闭", "退款成功", "已退款(￥5.00)"]
        ),
        number=st.sampled_from(["N1", "N2", "N3", "N1_R1"]),
        order=st.sampled_from(["M1", "M2"]),
        remark=st.sampled_from(["", "备注"]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(earlier=ROWS, later=ROWS)
def test_what_a_dry_run_says_is_what_the_import_does(
    client: Client, engine: Engine, earlier: Sequence[Row], later: Sequence[Row]
) -> None:
    user = client.as_user(str(next(OWNERS)))
    user.import_file(f.alipay_2023(earlier))
    data = f.alipay_2023(later)
    before = all_rows(engine)
    said = user.import_file(data, dry_run="true", force="true")
    assert all_rows(engine) == before
    done = user.import_file(data, force="true")
    assert {name: said[name] for name in COUNTS} == {name: done[name] for name in COUNTS}
