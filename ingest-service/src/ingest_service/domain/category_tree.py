"""The category tree that every user starts with: stable codes, Chinese and English names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest_service.domain.errors import CategoryNotFoundError
from ingest_service.domain.models import Category

MAX_DEPTH = 4
FALLBACK_BY_DIRECTION = {
    "expense": "other",
    "refund": "other",
    "neutral": "other",
    "income": "income",
    "transfer": "transfer",
}


@dataclass(frozen=True, slots=True)
class DefaultCategory:
    """One node; the parent is the part of the code before the dot."""

    code: str
    name: str
    english: str

    @property
    def parent_code(self) -> str | None:
        """The parent's code, or None at the top."""
        return self.code.rpartition(".")[0] or None


_TREE = """
food 餐饮 Dining
food.breakfast 早餐 Breakfast
food.lunch 午餐 Lunch
food.dinner 晚餐 Dinner
food.drinks 咖啡饮品 Coffee & drinks
food.snacks 零食水果 Snacks & fruit
food.delivery 外卖 Delivery
groceries 买菜日用 Groceries
groceries.fresh 生鲜 Fresh food
groceries.daily 日用百货 Household goods
shopping 购物 Shopping
shopping.clothes 服饰鞋包 Clothes & bags
shopping.digital 数码电器 Electronics
shopping.beauty 美妆护肤 Beauty
shopping.home 家居 Home
transport 交通 Transport
transport.public 公交地铁 Public transport
transport.taxi 打车 Taxi
transport.fuel 加油停车 Fuel & parking
transport.travel 火车机票 Trains & flights
housing 居住 Housing
housing.rent 房租房贷 Rent & mortgage
housing.utilities 水电燃气 Utilities
housing.property 物业 Property fees
communication 通讯 Communication
communication.phone 话费 Phone
communication.internet 宽带 Internet
entertainment 娱乐 Entertainment
entertainment.movies 电影演出 Films & shows
entertainment.games 游戏 Games
entertainment.subscriptions 会员订阅 Subscriptions
entertainment.sports 运动健身 Sports
travel 旅行 Travel
travel.hotel 酒店 Hotels
travel.tickets 门票 Tickets
health 医疗健康 Health
health.hospital 医院 Hospital
health.pharmacy 药品 Pharmacy
education 教育 Education
education.courses 课程 Courses
education.books 图书 Books
social 人情往来 Social
social.gifts 红包礼金 Gifts
social.family 亲情支出 Family
finance 金融 Finance
finance.fees 手续费 Fees
finance.insurance 保险 Insurance
finance.invest 投资理财 Investments
income 收入 Income
income.salary 工资 Salary
income.bonus 奖金 Bonus
income.transfer 收款转入 Received
transfer 转账 Transfers
other 其他 Other
"""


def _read(tree: str) -> tuple[DefaultCategory, ...]:
    rows = (line.split(" ", 2) for line in tree.strip().splitlines())
    return tuple(DefaultCategory(code, name, english) for code, name, english in rows)


DEFAULT_CATEGORIES = _read(_TREE)
"""All default nodes, parents before their children, in the order in which they are shown."""


def find(tree: Sequence[Category], category_id: int) -> Category:
    """The node of an id. Raises CategoryNotFoundError."""
    for node in tree:
        if node.id == category_id:
            return node
    raise CategoryNotFoundError(str(category_id))


def subtree_of(tree: Sequence[Category], category_id: int) -> frozenset[int]:
    """The ids of a node and of all that stands below it; the tree gives parents first."""
    found = {category_id}
    for node in tree:
        if node.parent_id in found:
            found.add(node.id)
    return frozenset(found)


def circle(tree: Sequence[Category], category_id: int, parent_id: int | None) -> bool:
    """Whether a node would stand below itself under that parent."""
    return parent_id is not None and parent_id in subtree_of(tree, category_id)


def place_problem(
    tree: Sequence[Category],
    *,
    name: str,
    parent_id: int | None,
    moved: Category | None,
    leaving_id: int | None = None,
) -> tuple[str, str, str] | None:
    """Code, detail and pointer of what bars a name from a place, None where nothing does.

    A sibling of the id leaving_id is about to go and bars no name.
    """
    above = 0 if parent_id is None else find(tree, parent_id).depth
    if above + _height(tree, moved) > MAX_DEPTH:
        return "too-deep", f"At most {MAX_DEPTH} levels.", "/json/parent_id"
    own_ids = {leaving_id, moved.id if moved is not None else None}
    if any(n.parent_id == parent_id and n.name == name and n.id not in own_ids for n in tree):
        return "name-taken", "A sibling has this name.", "/json/name"
    return None


def _height(tree: Sequence[Category], node: Category | None) -> int:
    """Levels of a node and what stands below it."""
    if node is None:
        return 1
    below = subtree_of(tree, node.id)
    return max(other.depth for other in tree if other.id in below) - node.depth + 1
