"""What the demo household buys: habits, regular payments and places.

Names are invented or generic; coordinates are those of city districts, to about a kilometre.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A district with its WGS-84 coordinates in degrees."""

    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Habit:
    """Something bought now and then.

    Rates are events a day of an ordinary household; hours are (centre, spread) pairs of local
    time; amounts are log-normal with the given median in yuan and sigma.
    """

    category: str
    merchants: tuple[str, ...]
    hours: tuple[tuple[float, float], ...]
    median_yuan: float
    sigma: float
    workday_rate: float
    off_rate: float
    note: str = ""
    round_to_minor: int = 10
    feast_boost: float = 1.0
    festival_factor: float = 0.4
    travel_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class RegularPayment:
    """A payment that comes back every month on about the same day."""

    category: str
    merchant: str
    note: str
    day_of_month: int
    hour: float
    yuan: float
    variation: float = 0.0
    direction: str = "expense"
    seasonal: float = 0.0
    raise_to_yuan: float | None = None
    rolls_to_workday: bool = False


HOME = (
    Place("上海市徐汇区", 31.188, 121.437),
    Place("上海市静安区", 31.229, 121.448),
    Place("上海市浦东新区", 31.222, 121.544),
    Place("上海市长宁区", 31.220, 121.424),
    Place("上海市杨浦区", 31.260, 121.526),
)
HOMETOWN = (
    Place("成都市锦江区", 30.657, 104.083),
    Place("成都市武侯区", 30.642, 104.043),
    Place("成都市青羊区", 30.674, 104.062),
)
TRIPS = (
    (Place("杭州市西湖区", 30.259, 120.130), Place("杭州市上城区", 30.242, 120.169)),
    (Place("西安市雁塔区", 34.222, 108.949), Place("西安市碑林区", 34.257, 108.940)),
    (Place("厦门市思明区", 24.446, 118.083), Place("厦门市湖里区", 24.513, 118.147)),
    (Place("北京市东城区", 39.929, 116.416), Place("北京市海淀区", 39.960, 116.298)),
    (Place("三亚市吉阳区", 18.281, 109.579), Place("三亚市天涯区", 18.299, 109.452)),
)

MORNING, NOON, EVENING, DAYTIME, NIGHT = (
    ((8.0, 0.5),),
    ((12.2, 0.4),),
    ((18.8, 0.8),),
    ((11.0, 1.5), (16.0, 2.0)),
    ((21.3, 1.0),),
)

HABITS = (
    Habit(
        "餐饮/早餐",
        ("巷口豆浆铺", "晨光包子", "便利蜂鸟", "阿婆粢饭团"),
        MORNING,
        11,
        0.35,
        0.62,
        0.40,
        "早餐",
        50,
        festival_factor=0.3,
    ),
    Habit(
        "餐饮/午餐",
        ("三江面馆", "蜀香小炒", "轻禾沙拉", "公司食堂", "老港烧腊", "一碗牛肉面"),
        NOON,
        32,
        0.35,
        0.92,
        0.45,
        "午餐",
        100,
        festival_factor=0.5,
        travel_factor=1.6,
    ),
    Habit(
        "餐饮/晚餐",
        ("鱼米之乡酒家", "川渝火锅", "潮汕牛肉店", "禾木日料", "家常小馆"),
        EVENING,
        86,
        0.65,
        0.28,
        0.48,
        "晚餐",
        100,
        festival_factor=0.8,
        travel_factor=2.2,
    ),
    Habit(
        "餐饮/咖啡饮品",
        ("山野咖啡", "豆仓咖啡", "青柠茶铺", "满杯鲜茶"),
        ((9.3, 0.6), (14.8, 1.0)),
        22,
        0.25,
        0.55,
        0.35,
        "饮品",
        50,
    ),
    Habit(
        "餐饮/外卖",
        ("快送外卖", "食速达外卖"),
        ((12.0, 0.6), (19.0, 0.9)),
        38,
        0.4,
        0.33,
        0.30,
        "外卖订单",
        10,
    ),
    Habit(
        "餐饮/零食水果",
        ("果林鲜生", "街角便利店", "零食小站"),
        ((15.5, 2.0), (20.5, 1.2)),
        24,
        0.6,
        0.26,
        0.32,
        "零食",
        10,
    ),
    Habit(
        "买菜日用/生鲜",
        ("邻里菜场", "盒子生鲜", "鲜到家超市"),
        ((10.0, 1.2), (18.3, 1.0)),
        62,
        0.55,
        0.30,
        0.62,
        "买菜",
        1,
        festival_factor=0.7,
        travel_factor=0.1,
    ),
    Habit(
        "买菜日用/日用百货",
        ("万家超市", "名品生活馆", "日用小铺"),
        DAYTIME,
        48,
        0.7,
        0.13,
        0.24,
        "日用品",
        10,
        feast_boost=3.0,
        travel_factor=0.2,
    ),
    Habit(
        "购物/服饰鞋包",
        ("云衣优选旗舰店", "北岸服饰", "轻步运动旗舰店"),
        NIGHT,
        219,
        0.65,
        0.075,
        0.14,
        "服饰",
        100,
        feast_boost=9.0,
    ),
    Habit(
        "购物/数码电器",
        ("极点数码旗舰店", "百电商城"),
        NIGHT,
        420,
        1.0,
        0.02,
        0.03,
        "数码",
        100,
        feast_boost=12.0,
    ),
    Habit(
        "购物/美妆护肤",
        ("花间美妆", "水之本护肤旗舰店"),
        NIGHT,
        168,
        0.6,
        0.025,
        0.035,
        "护肤",
        100,
        feast_boost=9.0,
    ),
    Habit(
        "购物/家居",
        ("木语家居", "宜室家居旗舰店"),
        DAYTIME,
        135,
        0.8,
        0.018,
        0.05,
        "家居",
        100,
        feast_boost=7.0,
    ),
    Habit(
        "交通/公交地铁",
        ("上海地铁", "公共交通乘车码"),
        ((8.5, 0.4), (18.4, 0.6)),
        4.2,
        0.2,
        1.55,
        0.40,
        "乘车",
        100,
        festival_factor=0.15,
        travel_factor=0.6,
    ),
    Habit(
        "交通/打车",
        ("顺道出行", "橙子打车"),
        ((9.0, 1.0), (21.5, 1.5)),
        29,
        0.45,
        0.20,
        0.30,
        "打车",
        1,
        travel_factor=2.5,
    ),
    Habit(
        "交通/加油停车", ("中石加油站", "城市停车"), DAYTIME, 60, 0.9, 0.07, 0.14, "加油停车", 100
    ),
    Habit(
        "交通/火车机票",
        ("铁路客票", "云程机票"),
        ((10.5, 2.0), (20.0, 1.5)),
        480,
        0.4,
        0.006,
        0.006,
        "车票机票",
        50,
        festival_factor=45.0,
        travel_factor=35.0,
    ),
    Habit(
        "娱乐/电影演出",
        ("光影影城", "大麦田演出"),
        ((19.5, 1.2),),
        92,
        0.4,
        0.02,
        0.13,
        "电影票",
        10,
    ),
    Habit("娱乐/游戏", ("掌上游戏中心",), NIGHT, 30, 0.8, 0.03, 0.05, "充值", 100),
    Habit(
        "娱乐/运动健身",
        ("动力健身", "羽林羽毛球馆"),
        ((19.8, 0.8),),
        55,
        0.4,
        0.06,
        0.11,
        "运动",
        100,
    ),
    Habit("医疗健康/药品", ("康民大药房", "百草堂药店"), DAYTIME, 46, 0.6, 0.03, 0.04, "药品", 10),
    Habit(
        "医疗健康/医院",
        ("市第六人民医院",),
        ((9.8, 1.0),),
        180,
        0.8,
        0.012,
        0.004,
        "门诊",
        1,
        festival_factor=0.2,
    ),
    Habit(
        "教育/图书",
        ("博雅书店", "知新图书旗舰店"),
        NIGHT,
        58,
        0.5,
        0.02,
        0.04,
        "图书",
        10,
        feast_boost=5.0,
    ),
    Habit(
        "人情往来/红包礼金",
        ("微信红包", "亲友转赠"),
        ((20.0, 1.5),),
        100,
        0.8,
        0.015,
        0.03,
        "红包",
        100,
        festival_factor=14.0,
    ),
    Habit(
        "旅行/酒店",
        ("云栖酒店", "山海民宿"),
        ((14.5, 1.5),),
        430,
        0.35,
        0.0006,
        0.0012,
        "住宿",
        100,
        travel_factor=420.0,
    ),
    Habit(
        "旅行/门票",
        ("景区售票处", "城市博物馆"),
        ((10.0, 1.0),),
        95,
        0.5,
        0.001,
        0.004,
        "门票",
        100,
        travel_factor=160.0,
    ),
)

REGULAR_PAYMENTS = (
    RegularPayment(
        "收入/工资",
        "星河科技有限公司",
        "工资",
        10,
        10.0,
        23_600,
        0.01,
        "income",
        rolls_to_workday=True,
    ),
    RegularPayment("居住/房租房贷", "安居公寓", "房租", 1, 9.2, 6_200, rolls_to_workday=True),
    RegularPayment("居住/水电燃气", "市电力公司", "电费", 16, 10.5, 210, 0.12, seasonal=0.55),
    RegularPayment("居住/水电燃气", "城市燃气", "燃气费", 18, 10.8, 86, 0.15, seasonal=0.2),
    RegularPayment("居住/物业", "绿城物业服务", "物业费", 5, 11.0, 268),
    RegularPayment("通讯/话费", "移动通信营业厅", "话费", 3, 9.5, 98, 0.03),
    RegularPayment("通讯/宽带", "电信宽带", "宽带", 12, 9.8, 129),
    RegularPayment("娱乐/会员订阅", "云听音乐", "连续包月会员", 7, 6.1, 15),
    RegularPayment("娱乐/会员订阅", "奇光视频", "连续包月会员", 21, 6.4, 25, raise_to_yuan=30),
    RegularPayment("娱乐/会员订阅", "云盘空间", "200GB 存储", 27, 3.2, 21),
    RegularPayment("教育/课程", "启明少儿英语", "课程费", 9, 19.0, 680),
    RegularPayment("金融/保险", "安泰保险", "家庭保险", 22, 8.8, 356),
    RegularPayment("人情往来/亲情支出", "父母", "给父母", 11, 20.2, 2_000),
)
