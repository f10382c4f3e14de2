"""A process that dies around the commit of a keyed POST: sent again, it is done once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import factories as f
import pytest
from factories import Row
from fakes import Client, Clock
from sqlalchemy import Column, Engine, Table, select

from ingest_service.app import MIGRATIONS, create_app, create_worker
from ingest_service.config import Config
from ingest_service.store.tables import metadata
from servicekit.idempotency import IdempotencyStore
from servicekit.sqlite import migrate, open_engine, read_transaction
from servicekit.testing import TokenMint

ROWS = [
    Row(merchant="瑞幸咖啡", number=f"N{number}", order=f"O{number}", amount=f"{number + 10}.00")
    for number in range(6)
]
UNKNOWN = b"Tag;Was;Summe\n03.04.2024;Brot;-2,50\n05.04.2024;Lohn;900,00\n"
KILLED = 9
Order = tuple[str, str, Any]


@dataclass(frozen=True)
class Service:
    client: Client
    engine: Engine

    def state(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table but the keys themselves, without what is drawn by lot."""
        with read_transaction(self.engine) as connection:
            return {
                table.name: sorted(
                    map(tuple, connection.execute(select(*_told(table)))),
                    key=repr,
                )
                for table in metadata.sorted_tables
                if table.name not in {"idempotency_keys", "meta"}
            }

    def ask(self, order: Order) -> Any:
        method, path, body = order
        return self.client.call(method, path, json=body, headers={"Idempotency-Key": "once"})

    def killed(self, order: Order, *, at: str) -> None:
        """Let a process of its own take the request and die."""
        child = os.fork()
        if child == 0:
            try:
                self.engine.dispose(close=False)
                if at == "before the answer":
                    IdempotencyStore.finish = lambda *_args: os._exit(KILLED)  # type: ignore[method-assign]
                self.ask(order)
            finally:
                os._exit(KILLED)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


def _told(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if column.name != "file_path"]


@contextmanager
def service(folder: Path, clock: Clock, mint: TokenMint) -> Iterator[Service]:
    config = Config(data_dir=folder, auth_url="http://auth.invalid", max_upload_bytes=1 << 20)
    migrate(database_path=config.database_path, migrations_dir=MIGRATIONS)
    engine = open_engine(config.database_path)
    app = create_app(config, clock=clock, jwks=mint.jwks, engine=engine)
    worker = create_worker(config, clock=clock, engine=engine)
    client = Client(app=app, worker=worker, mint=mint)
    client.import_file(f.alipay_2023(ROWS))
    yield Service(client, engine)
    engine.dispose()


def categories(client: Client) -> dict[str, str]:
    return {node["path"]: node["id"] for node in client.json("/categories")["items"]}


def expense_ids(client: Client) -> list[str]:
    return [row["id"] for row in client.expenses()]


def add_expense(_client: Client) -> Order:
    return "POST", "/expenses", {"amount": "3.50", "merchant": "包子铺"}


def change_many(client: Client) -> Order:
    changes = {"category_id": categories(client)["交通"], "note": "合并"}
    return "POST", "/expenses/bulk", {"ids": expense_ids(client)[:4], "changes": changes}


def delete_many(client: Client) -> Order:
    return "POST", "/expenses/bulk", {"ids": expense_ids(client)[:4], "delete": True}


def restore(client: Client) -> Order:
    body = {"ids": expense_ids(client)[:4], "delete": True}
    deletion = client.call("POST", "/expenses/bulk", json=body).get_json()["deletion_id"]
    return "POST", f"/expenses/deletions/{deletion}/restore", None


def add_category(_client: Client) -> Order:
    return "POST", "/categories", {"name": "宠物医院"}


def merge_category(client: Client) -> Order:
    known = categories(client)
    dining = client.expenses()[0]["category_id"]
    return "POST", f"/categories/{dining}/merge", {"into_id": known["交通"]}


def coffee_rule(client: Client) -> dict[str, Any]:
    conditions = [{"field": "merchant", "op": "contains", "value": "瑞幸"}]
    return {"conditions": conditions, "category_id": categories(client)["交通"]}


def add_rule(client: Client) -> Order:
    return "POST", "/rules", coffee_rule(client)


def apply_rules(client: Client) -> Order:
    client.call("POST", "/rules", json=coffee_rule(client))
    return "POST", "/rules/apply", {}


def learn_rule(client: Client) -> Order:
    id_ = expense_ids(client)[0]
    client.call("PATCH", f"/expenses/{id_}", json={"category_id": categories(client)["交通"]})
    return "POST", "/rules/from-correction", {"expense_id": id_, "apply": True}


def classify(_client: Client) -> Order:
    return "POST", "/rules/classify", {"dry_run": False}


def refund(client: Client) -> dict[str, Any]:
    answer = client.call("POST", "/expenses", json={"amount": "4.00", "direction": "refund"})
    return {
        "kind": "refund",
        "from_id": answer.get_json()["id"],
        "to_id": expense_ids(client)[-1],
    }


def make_link(client: Client) -> Order:
    return "POST", "/links", refund(client)


def confirm_link(client: Client) -> Order:
    link = client.call("POST", "/links", json=refund(client)).get_json()
    return "PATCH", f"/links/{link['id']}", {"status": "confirmed"}


def split_link(client: Client) -> Order:
    link = client.call("POST", "/links", json=refund(client)).get_json()
    return "PATCH", f"/links/{link['id']}", {"status": "rejected"}


def undo(_client: Client) -> Order:
    return "DELETE", "/data/imports/1", None


def map_columns(client: Client) -> Order:
    asked = client.import_file(UNKNOWN, "umsatz.csv")
    assert asked["status"] == "needs_mapping"
    mapping = client.json(f"/data/imports/{asked['id']}/preview")["mapping"]
    body = {"mapping": {**mapping, "sign": "expense_negative"}, "remember": True}
    return "POST", f"/data/imports/{asked['id']}/mapping", body


@pytest.mark.parametrize("at", ["before the answer", "after the commit"])
@pytest.mark.parametrize(
    "prepare",
    [
        add_expense, change_many, delete_many, restore, add_category, merge_category, add_rule,
        apply_rules, learn_rule, classify, make_link, confirm_link, split_link, undo, map_columns,
    ],
)  # fmt: skip
def test_a_request_sent_again_after_a_kill_is_done_once(
    tmp_path: Path, clock: Clock, mint: TokenMint, prepare: Callable[[Client], Order], at: str
) -> None:
    with (
        service(tmp_path / "killed", clock, mint) as killed,
        service(tmp_path / "undisturbed", clock, mint) as undisturbed,
    ):
        order = prepare(killed.client)
        assert prepare(undisturbed.client) == order
        killed.killed(order, at=at)
        answers = [one.ask(order) for one in (killed, undisturbed)]
        assert [answer.status_code // 100 for answer in answers] == [2, 2]
        assert answers[0].get_json() == answers[1].get_json()
        for one in (killed, undisturbed):
            one.client.work()
        assert killed.state() == undisturbed.state()
