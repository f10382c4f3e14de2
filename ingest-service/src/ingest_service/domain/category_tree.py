"""The category tree that every user starts with: stable codes, Chinese and English names."""

from __future__ import annotations

from dataclasses import dataclass

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
