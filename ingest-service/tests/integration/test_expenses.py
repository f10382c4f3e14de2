from __future__ import annotations

from typing import Any

import factories as f
import pyarrow as pa
import pytest
from factories import Row
from fakes import Client

from servicekit.contracts import assert_matches_contract

LUNCH: dict[str, Any] = {
    "amount": "28.50", "time": "2024-03-05T12:21:00", "merchant": "兰州拉面",
    "location": {"lat": 31.2304, "lon": 121.4737, "text": "上海市黄浦区"}, "note": "=1+1",
}  # fmt: skip


def enter(client: Client, **changes: Any) -> Any:
    response = client.call("POST", "/expenses", json=LUNCH | changes)
    assert response.status_code == 201, response.get_data(as_text=True)
    return response.get_json()


def test_a_row_is_entered_corrected_and_removed(client: Client) -> None:
    row = enter(client)
    assert_matches_contract(row, "ingest/expense")
    assert (row["time"], row["local_date"], row["source"]) == (
        "2024-03-05T04:21:00Z", "2024-03-05", "manual",
    )  # fmt: skip
    assert row["category_source"] == "rule"
    category = next(c for c in client.json("/categories")["items"] if c["code"] == "social")
    changed = client.call(
        "PATCH", f"/expenses/{row['id']}", json={"amount": "30.00", "category_id": category["id"]}
    ).get_json()
    assert (changed["amount"], changed["category_id"], changed["category_source"]) == (
        "30.00", category["id"], "user",
    )  # fmt: skip
    assert client.call("DELETE", f"/expenses/{row['id']}").status_code == 204
    assert client.get(f"/expenses/{row['id']}").status_code == 404


@pytest.mark.parametrize(
    "changes",
    [{"amount": "1.005"}, {"amount": "-1"}, {"amount": 5}, {"time": "yesterday"}, {"colour": "red"},
     {"direction": "loan"}, {"currency": "yuan"}, {"time": "1900-01-01T00:00:00"}],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_its_field(client: Client, changes: dict[str, Any]) -> None:
    response = client.call("POST", "/expenses", json=LUNCH | changes)
    assert response.status_code == 422
    assert response.get_json()["errors"][0]["pointer"]


def test_another_users_things_are_not_found(client: Client) -> None:
    row = enter(client)
    record = client.import_file(f.alipay_2023([Row()]))
    rule = client.call(
        "POST", "/rules", json={"field": "any", "contains": "x", "category_id": row["category_id"]}
    ).get_json()
    other = client.as_user("2")
    assert other.expenses() == []
    for method, path in [
        ("GET", f"/expenses/{row['id']}"), ("DELETE", f"/expenses/{row['id']}"),
        ("GET", f"/data/imports/{record['id']}"), ("DELETE", f"/data/imports/{record['id']}"),
        ("GET", f"/data/imports/{record['id']}/errors"),
        ("DELETE", f"/categories/{row['category_id']}"), ("DELETE", f"/rules/{rule['id']}"),
    ]:  # fmt: skip
        assert other.call(method, path).status_code == 404, path
    assert other.call("PATCH", f"/expenses/{row['id']}", json={"note": "x"}).status_code == 404
    foreign = other.call("POST", "/expenses", json=LUNCH | {"category_id": row["category_id"]})
    assert foreign.status_code == 404
    filtered = other.json("/expenses", category_id=row["category_id"])
    assert filtered["items"] == []


def test_filters_narrow_and_ranges_are_half_open(client: Client) -> None:
    enter(client)
    enter(client, amount="9.00", merchant="瑞幸咖啡", note="", time="2024-03-06T09:00:00")
    enter(client, amount="9000", merchant="公司", direction="income", time="2024-03-07T09:00:00")
    merchants = lambda **query: [row["merchant"] for row in client.expenses(**query)]  # noqa: E731 - short
    assert merchants(to="2024-03-06") == ["兰州拉面"]
    assert merchants(**{"from": "2024-03-06", "to": "2024-03-07"}) == ["瑞幸咖啡"]
    assert merchants(direction="income") == ["公司"]
    assert merchants(min_amount="9.01", max_amount="100") == ["兰州拉面"]
    assert merchants(merchant="瑞幸咖啡") == ["瑞幸咖啡"]
    assert merchants(q="黄浦", merchant="兰州拉面") == ["兰州拉面"]
    assert merchants(q="%") == []
    assert merchants(source="alipay") == []
    assert merchants(month="3", weekday="1", hour="12") == ["兰州拉面"]
    assert merchants(month="4") == []
    food = next(c["id"] for c in client.json("/categories")["items"] if c["code"] == "food")
    assert merchants(category_id=food) == ["瑞幸咖啡", "兰州拉面"]
    assert merchants(sort="amount") == ["瑞幸咖啡", "兰州拉面", "公司"]
    assert client.get("/expenses?colour=red").status_code == 422


@pytest.mark.parametrize("sort", ["time", "-time", "amount", "-amount"])
def test_pages_give_every_row_once_in_order(client: Client, sort: str) -> None:
    for number in range(7):
        enter(client, amount=f"{number % 3 + 1}.00", note=str(number))
    seen: list[Any] = []
    cursor: str | None = None
    for _ in range(4):
        query = {"sort": sort, "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.json("/expenses", **query)
        seen += page["items"]
        cursor = page["next_cursor"]
    assert cursor is None
    assert len({row["id"] for row in seen}) == len(seen) == 7
    key = [(float(row["amount"]) if "amount" in sort else 0, int(row["id"])) for row in seen]
    assert key == sorted(key, reverse=sort.startswith("-"))
    assert client.get("/expenses?cursor=rubbish").status_code == 400
    first = client.json("/expenses", sort=sort, limit=2)["next_cursor"]
    other = "time" if sort != "time" else "amount"
    assert client.get(f"/expenses?sort={other}&cursor={first}").status_code == 400


def test_a_row_by_hand_is_created_once_for_one_key(client: Client) -> None:
    answers = [
        client.call("POST", "/expenses", json=LUNCH, headers={"Idempotency-Key": "abc"})
        for _ in range(2)
    ]
    assert answers[0].get_json() == answers[1].get_json()
    assert len(client.expenses()) == 1


def test_the_tree_is_the_users_own(client: Client) -> None:
    tree = client.json("/categories")
    assert_matches_contract(tree, "ingest/categories")
    assert len(tree["items"]) == 54
    assert tree["items"][1]["path"] == "餐饮/早餐"
    food = tree["items"][0]["id"]
    made = client.call("POST", "/categories", json={"name": "夜宵", "parent_id": food})
    assert made.status_code == 201
    assert_matches_contract(made.get_json(), "ingest/category")
    again = client.call("POST", "/categories", json={"name": "夜宵", "parent_id": food})
    assert again.get_json()["errors"][0]["code"] == "name-taken"
    circle = client.call("PATCH", f"/categories/{food}", json={"parent_id": made.get_json()["id"]})
    assert circle.get_json()["errors"][0]["code"] == "circle"
    renamed = client.call("PATCH", f"/categories/{food}", json={"name": "吃饭"}).get_json()
    assert (renamed["name"], renamed["code"]) == ("吃饭", "food")
    assert client.call("DELETE", f"/categories/{food}").status_code == 409
    assert client.as_user("2").json("/categories")["items"][0]["name"] == "餐饮"


def test_rows_of_a_removed_category_go_to_its_parent(client: Client) -> None:
    row = enter(client)
    tree = {c["id"]: c for c in client.json("/categories")["items"]}
    lunch = tree[row["category_id"]]
    child = client.call(
        "POST", "/categories", json={"name": "面", "parent_id": lunch["id"]}
    ).get_json()
    client.call("PATCH", f"/expenses/{row['id']}", json={"category_id": child["id"]})
    before = client.changes()["next"]
    assert client.call("DELETE", f"/categories/{child['id']}").status_code == 204
    assert client.expenses()[0]["category_id"] == lunch["id"]
    changed = client.changes(after=before)
    assert changed["columns"]["id"] == [row["id"]]
    assert changed["categories"]["deleted"] == [True]
    other = next(c["id"] for c in tree.values() if c["code"] == "other")
    assert client.call("DELETE", f"/categories/{other}").status_code == 409


def test_a_users_rule_goes_before_the_shipped_ones(client: Client) -> None:
    tree = {c["code"]: c["id"] for c in client.json("/categories")["items"]}
    made = client.call(
        "POST",
        "/rules",
        json={"field": "merchant", "contains": "拉面", "category_id": tree["travel"]},
    )
    assert made.status_code == 201
    assert_matches_contract(made.get_json(), "ingest/rule")
    assert_matches_contract(client.json("/rules"), "ingest/rules")
    client.import_file(f.alipay_2023([Row()]))
    row = client.expenses()[0]
    assert (row["category_id"], row["category_source"]) == (tree["travel"], "rule")
    rule = f"/rules/{made.get_json()['id']}"
    assert client.call("PATCH", rule, json={"contains": "面条"}).get_json()["contains"] == "面条"
    assert client.call("DELETE", rule).status_code == 204
    assert client.json("/rules")["items"] == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_an_export_imports_again_unchanged(client: Client, kind: str, locale: str) -> None:
    enter(client, note="=HYPERLINK(1)", merchant="'@某")
    enter(client, amount="12", currency="JPY", merchant="東京駅", location={"text": "東京"})
    closed = Row(number="5", order="M5", status="交易关闭", time="2024-03-04 10:00:00")
    client.import_file(
        f.alipay_2023(
            [Row(), Row(number="2", flow="收入"), Row(number="3", flow="不计收支"), closed]
        )
    )
    client.import_file(f.wechat_csv([Row(number="9", status="已退款(￥12.00)")]))
    mine = client.as_user("1", locale=locale)
    response = mine.get(f"/data/export?format={kind}")
    assert response.status_code == 200
    data = response.get_data()
    if kind == "csv":
        assert data.startswith(b"\xef\xbb\xbf")
        assert b"'=HYPERLINK(1)" in data
        assert "时间,金额".encode() in data or locale == "en"
    same = mine.import_file(data, f"export.{kind}")
    assert (same["profile"], same["rows_duplicate"], same["rows_success"]) == ("platform", 7, 0)
    other = client.as_user("2", locale=locale)
    copied = other.import_file(data, f"export.{kind}")
    assert (copied["rows_success"], copied["rows_failed"]) == (7, 0)
    assert [essence(client, row) for row in client.expenses()] == [
        essence(other, row) for row in other.expenses()
    ]


def essence(client: Client, row: dict[str, Any]) -> dict[str, Any]:
    paths = {c["id"]: c["path"] for c in client.json("/categories")["items"]}
    kept = {
        k: v
        for k, v in row.items()
        if k not in {"id", "import_id", "category_source", "created_at"}
    }
    return kept | {"category_id": paths[row["category_id"]]}


def test_an_export_takes_the_filters_of_the_list(client: Client) -> None:
    enter(client)
    enter(client, merchant="瑞幸咖啡")
    text = client.get("/data/export?merchant=瑞幸咖啡").get_data(as_text=True)
    assert len(text.strip().splitlines()) == 2
    assert client.get("/data/export?format=pdf").status_code == 422


def test_unknown_categories_of_a_file_are_made(client: Client) -> None:
    lines = [["时间", "金额", "分类"], ["2024-03-05", "5", "宠物/猫粮"],
             ["2024-03-05", "6", "Dining/Lunch"],
             ["2024-03-05", "7", "午餐"]]  # fmt: skip
    client.import_file(f.table_csv(lines))
    paths = {c["id"]: c["path"] for c in client.json("/categories")["items"]}
    rows = sorted(client.expenses(), key=lambda row: float(row["amount"]))
    assert [paths[row["category_id"]] for row in rows] == ["宠物/猫粮", "餐饮/午餐", "餐饮/午餐"]
    assert {row["category_source"] for row in rows} == {"file"}


def test_the_feed_gives_every_change_once_in_pages(client: Client) -> None:
    client.import_file(f.alipay_2023([Row(number=str(n)) for n in range(5)]))
    whole = client.changes()
    assert_matches_contract(whole, "ingest/changes")
    assert whole["has_more"] is False
    after, expenses, categories = 0, [], []
    while True:
        page = client.changes(after=after, limit=7)
        assert page["epoch"] == whole["epoch"]
        expenses += page["columns"]["id"]
        categories += page["categories"]["id"]
        assert len(page["columns"]["id"]) + len(page["categories"]["id"]) <= 7
        after = page["next"]
        if not page["has_more"]:
            break
    assert expenses == whole["columns"]["id"]
    assert categories == whole["categories"]["id"]
    assert after == whole["next"]
    empty = client.changes(after=after)
    assert (empty["next"], empty["columns"]["id"], empty["has_more"]) == (after, [], False)


def test_the_feed_in_arrow_says_the_same_as_in_json(client: Client) -> None:
    enter(client)
    client.import_file(f.alipay_2023([Row()]))
    token = client.mint.headers("", role="service", scopes=["changes:read"])
    response = client.app.test_client().get(
        "/internal/changes", headers={**token, "Accept": "application/vnd.apache.arrow.stream"}
    )
    table = pa.ipc.open_stream(response.get_data()).read_all()
    plain = client.changes()
    assert table.schema.metadata[b"epoch"].decode() == plain["epoch"]
    assert table.schema.metadata[b"next"] == str(plain["next"]).encode()
    assert table.schema.metadata[b"has_more"] == b"false"
    assert table.column_names == list(plain["columns"])
    assert str(table.schema.field("local_date").type) == "date32[day]"
    told = table.to_pydict()
    assert [str(value) for value in told["id"]] == plain["columns"]["id"]
    assert [value.isoformat() for value in told["local_date"]] == plain["columns"]["local_date"]
    assert told["amount_minor"] == plain["columns"]["amount_minor"]


def test_the_feed_is_closed_to_people_and_wrong_scopes(client: Client) -> None:
    assert client.get("/internal/changes").status_code == 403
    wrong = client.mint.headers("", role="service", scopes=["expenses:read"])
    assert client.app.test_client().get("/internal/changes", headers=wrong).status_code == 403


def test_a_service_with_the_scope_reads_for_its_owner(client: Client) -> None:
    enter(client)
    token = client.mint.headers("1", role="service", scopes=["expenses:read"])
    answer = client.app.test_client().get("/expenses", headers=token)
    assert len(answer.get_json()["items"]) == 1
    assert client.app.test_client().post("/expenses", json=LUNCH, headers=token).status_code == 403


@pytest.mark.parametrize("sort", ["time", "-time", "amount", "-amount"])
@pytest.mark.parametrize("rows", [49, 100, 117])
def test_the_pages_that_positions_open_are_the_list(client: Client, sort: str, rows: int) -> None:
    client.import_file(
        f.alipay_2023(
            [
                Row(number=f"2024030522001{n:08d}", amount=f"{1 + n % 3}.00", merchant=f"店{n % 2}",
                    time=f"2024-03-{1 + n % 20:02d} 12:00:00")
                for n in range(rows)
            ]
        )
    )  # fmt: skip
    for given in ({}, {"merchant": "店0"}, {"q": "店"}, {"min_amount": "2"}):
        opened = client.json("/expenses/positions", every=50, sort=sort, **given)
        assert_matches_contract(opened, "ingest/expenses_positions")
        whole = client.expenses(sort=sort, **given)
        pages = [
            client.json("/expenses", limit=50, sort=sort, **given, **({"cursor": at} if at else {}))
            for at in opened["cursors"]
        ]
        assert opened["count"] == len(whole)
        assert [row["id"] for page in pages for row in page["items"]] == [r["id"] for r in whole]
