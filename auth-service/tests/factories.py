"""People who use the service over HTTP, each with a browser of their own."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from servicekit.sqlite import write_transaction

PASSWORD = "horse-battery-88"


class Person:
    """A browser and the access token that it holds."""

    def __init__(self, client: FlaskClient, *, identifier: str, password: str = PASSWORD) -> None:
        self.client = client
        self.identifier = identifier
        self.password = password
        self.access_token = ""
        self.id = ""

    def login(self, **changes: Any) -> TestResponse:
        body = {"identifier": self.identifier, "password": self.password, **changes}
        answer = self.client.post("/auth/login", json=body)
        if answer.status_code == 200:
            self.access_token = answer.get_json()["access_token"]
        return answer

    def refresh(self) -> TestResponse:
        return self.client.post("/auth/refresh")

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.access_token}"}
        return self.client.open(path, method=method, headers=headers, **options)

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    @property
    def cookie(self) -> str:
        cookie = self.client.get_cookie("refresh_token", path="/auth")
        return cookie.value if cookie else ""

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.client.set_cookie("refresh_token", value, path="/auth")


@dataclass
class Site:
    """The running application and its database."""

    app: Flask
    engine: Engine

    def visitor(self, identifier: str = "", password: str = PASSWORD) -> Person:
        return Person(self.app.test_client(), identifier=identifier, password=password)

    def newcomer(self, identifier: str, password: str = PASSWORD) -> Person:
        """A person who has just registered and signed in."""
        person = self.visitor(identifier, password)
        name = "email" if "@" in identifier else "phone"
        answer = person.client.post("/auth/register", json={name: identifier, "password": password})
        assert answer.status_code == 201, answer.get_data(as_text=True)
        person.id = answer.get_json()["user"]["id"]
        assert person.login().status_code == 200
        return person

    def promote(self, person: Person) -> None:
        with write_transaction(self.engine) as connection:
            connection.exec_driver_sql(
                "UPDATE users SET role = 'admin' WHERE id = ?", (int(person.id),)
            )

    def token(self, **form: str) -> TestResponse:
        body = {"grant_type": "client_credentials", **form}
        return self.app.test_client().post("/auth/token", data=body)


def problem_of(answer: TestResponse) -> tuple[int, str]:
    """Status and slug of a problem document."""
    assert answer.content_type == "application/problem+json"
    return answer.status_code, answer.get_json()["type"].removeprefix("/problems/")


def codes_of(answer: TestResponse) -> set[tuple[str, str]]:
    """Pointers and codes of a problem's errors."""
    return {(error["pointer"], error["code"]) for error in answer.get_json()["errors"]}
