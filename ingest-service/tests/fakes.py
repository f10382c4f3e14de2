"""A clock that stands still, and a client that speaks for a user and lets the worker work."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from servicekit.jobs import Worker
from servicekit.testing import TokenMint


@dataclass
class Clock:
    now: dt.datetime

    def __call__(self) -> dt.datetime:
        return self.now


@dataclass
class Client:
    app: Flask
    worker: Worker
    mint: TokenMint
    owner_id: str = "1"
    locale: str = "zh-CN"
    zone: str = "Asia/Shanghai"

    def as_user(
        self, owner_id: str, *, locale: str = "zh-CN", zone: str = "Asia/Shanghai"
    ) -> Client:
        return Client(self.app, self.worker, self.mint, owner_id, locale, zone)

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = self.mint.headers(self.owner_id, locale=self.locale, tz=self.zone) | options.pop(
            "headers", {}
        )
        return self.app.test_client().open(path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def json(self, path: str, **query: Any) -> Any:
        response = self.get(path, query_string=query)
        assert response.status_code == 200, response.get_data(as_text=True)
        return response.get_json()

    def json_of_link(self, **query: str) -> Any:
        response = self.get("/data/export", query_string={**query, "link": "true"})
        assert response.status_code == 201, response.get_data(as_text=True)
        return response.get_json()

    def upload(self, data: bytes, name: str = "statement.csv", **form: Any) -> TestResponse:
        headers = form.pop("headers", {})
        fields = {**form, "file": (io.BytesIO(data), name)}
        return self.call("POST", "/data/import", data=fields, headers=headers)

    def work(self) -> None:
        while self.worker.run_once():
            pass

    def import_file(self, data: bytes, name: str = "statement.csv", **form: Any) -> Any:
        response = self.upload(data, name, **form)
        assert response.status_code == 202, response.get_data(as_text=True)
        self.work()
        return self.json(response.get_json()["location"])

    def expenses(self, **query: Any) -> list[Any]:
        items: list[Any] = []
        cursor = None
        while True:
            page = self.json(
                "/expenses", **{"limit": 500, **query, **({"cursor": cursor} if cursor else {})}
            )
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    def changes(self, after: int = 0, limit: int = 10_000) -> Any:
        token = self.mint.headers("", role="service", scopes=["changes:read"])
        response = self.app.test_client().get(
            f"/internal/changes?after={after}&limit={limit}", headers=token
        )
        assert response.status_code == 200, response.get_data(as_text=True)
        return response.get_json()
