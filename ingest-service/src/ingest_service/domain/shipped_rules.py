"""The rules that ship: words in the payee or the goods, and the statements' own categories.

Data only. Rules are tried in order and the first that holds wins, so the special stands before
the general. All words are lower case and are sought in lower-case text.
"""

from __future__ import annotations

_OUTGOING = """
food.delivery: 外卖, 饿了么, 美团订单, 美团平台商户, 朴朴超市外送, 拉扎斯
groceries.fresh: 盒马, 叮咚买菜, 每日优鲜, 生鲜, 菜市场, 农贸, 买菜, 朴朴, 钱大妈, 水产, 蔬菜
groceries.fresh: 肉铺, 百果园, 多多买菜, 小象超市
food.drinks: 瑞幸, luckin, 星巴克, starbucks, 咖啡, coffee, manner, 奶茶, 喜茶, 奈雪, 茶百道
food.drinks: 蜜雪冰城, 古茗, 霸王茶姬, coco都可, 一点点, 沪上阿姨, 库迪, tims, 茶饮, 茶颜悦色
food.drinks: 书亦
food.drinks: 饮品, 茶铺, 鲜茶, 果茶, 茶舍
food.breakfast: 早餐, 早点, 包子, 豆浆, 煎饼, 油条, 肠粉, breakfast
food.snacks: 零食, 水果, 面包, 蛋糕, 甜品, 良品铺子, 三只松鼠, 来伊份, 好利来, 鲍师傅, 冰淇淋
food.snacks: 卤味, 绝味, 周黑鸭, 赵一鸣
food: 餐厅, 餐饮, 饭店, 酒楼, 食堂, 小吃, 米线, 拉面, 面馆, 牛肉面, 火锅, 烧烤, 烤肉, 烤鱼
food: 串串, 麻辣烫, 麦当劳, mcdonald, 肯德基, kfc, 必胜客, 汉堡, 海底捞, 西贝, 老乡鸡, 沙县
food: 黄焖鸡, 饺子, 馄饨, 粥, 寿司, 料理, 披萨, 食府, 快餐, 餐馆, 私房菜, 真功夫, 吉野家
food: 萨莉亚, 华莱士, 塔斯汀, 美食, 和府捞面, 太二, 酸菜鱼, restaurant, dining, 午餐, 晚餐
food: 宵夜, 螺蛳粉, 米粉, 盖饭, 炒饭, 便当, 南城香
transport.taxi: 滴滴, 打车, 出租车, 高德打车, 曹操出行, t3出行, 享道, 首汽, 花小猪, 网约车
transport.taxi: 嘀嗒, uber, taxi
transport.fuel: 加油, 中国石化, 中国石油, 中石化, 中石油, 壳牌, 停车, 充电桩, 特来电, 高速, etc
transport.fuel: 洗车, 星星充电, 汽车保养
transport.travel: 12306, 铁路, 火车票, 高铁, 机票, 航空, airlines, 航班, 中铁, 客运
transport.public: 地铁, 公交, 轨道交通, 一卡通, 交通卡, 共享单车, 哈啰, 青桔, 摩拜, 美团单车
transport.public: metro, 巴士
transport.public: 公共交通, 乘车, 单车
travel.hotel: 酒店, 民宿, 宾馆, 客栈, 旅馆, 华住, 如家, 全季, 亚朵, 汉庭, hotel, airbnb, 途家
travel.tickets: 门票, 景区, 乐园, 迪士尼, 欢乐谷, 博物馆, 动物园
travel: 携程, 去哪儿, 飞猪, 同程旅行, 旅行社, 旅游, 马蜂窝
housing.rent: 房租, 租金, 房东, 月租, 自如, 贝壳租, 公寓, 房贷, 按揭, rent, mortgage
housing.utilities: 电费, 水费, 燃气, 供电, 国家电网, 南方电网, 自来水, 暖气, 供暖, 热力, 水务
housing.utilities: utilities
housing.property: 物业
communication.internet: 宽带, 光纤, broadband
communication.phone: 话费, 中国移动, 中国联通, 中国电信, 手机充值, 流量包, mobile plan
entertainment.subscriptions: 会员, 腾讯视频, 爱奇艺, 优酷, 芒果tv, 哔哩哔哩, bilibili
entertainment.subscriptions: 网易云音乐, qq音乐, netflix, spotify, icloud, apple music
entertainment.subscriptions: app store, itunes, 百度网盘, 订阅, 续费, 大会员, 喜马拉雅
entertainment.subscriptions: subscription
entertainment.subscriptions: 云盘, 网盘, 云存储
entertainment.movies: 电影, 影城, 影院, 猫眼, 淘票票, 演出, 大麦, 话剧, 演唱会, 剧场, cinema
entertainment.games: 游戏, steam, 王者荣耀, 原神, 米哈游, 网易游戏, 点券, nintendo, playstation
entertainment.sports: 健身, 瑜伽, 游泳, 羽毛球, 篮球, keep, 迪卡侬, 运动, 球馆, gym
entertainment: ktv, 酒吧, 剧本杀, 密室, 网吧, 桌游, 台球
health.pharmacy: 药房, 药店, 大药房, 医药, 药品, 阿里健康, 叮当快药, pharmacy
health.hospital: 医院, 门诊, 诊所, 挂号, 体检, 口腔, 牙科, 卫生院, hospital, clinic
education.courses: 课程, 培训, 学费, 网课, 得到, 驾校, 学而思, 新东方, 辅导, 幼儿园, course
education.courses: tuition
education.books: 书店, 图书, 书城, 当当, 新华书店, kindle, 微信读书, 教材, bookstore
social.gifts: 公益, 慈善, 捐款, 捐赠
finance.insurance: 保险, 保费, 平安人寿, 众安, 相互宝, insurance
finance.fees: 手续费, 服务费, 年费, 利息, 滞纳金, fee
finance.invest: 基金, 理财, 股票, 证券, 黄金, 定投
social.family: 亲情卡, 亲属卡, 爸爸, 妈妈, 父母, 孝敬, 零花钱
social.gifts: 红包, 礼金, 份子, 随礼, 礼物, 鲜花, 花店, 捐, 公益, 慈善, 赞赏
shopping.clothes: 服饰, 服装, 优衣库, uniqlo, zara, h&m, 耐克, nike, 阿迪达斯, adidas, 鞋, 箱包
shopping.clothes: 女装, 男装, 海澜之家, 内衣, 李宁, 安踏
shopping.beauty: 美妆, 护肤, 化妆, 屈臣氏, 丝芙兰, 完美日记, 美容, 美发, 理发, 造型, 美甲
shopping.beauty: 欧莱雅, 雅诗兰黛, 兰蔻
shopping.digital: 数码, 电器, 手机, 电脑, 小米, 华为, apple store, 苏宁, 国美, 联想, 大疆, 耳机
shopping.digital: 家电, 索尼
shopping.home: 家居, 家具, 宜家, ikea, 无印良品, muji, 家纺, 装修, 建材, 名创优品
groceries.daily: 超市, 便利店, 全家, 罗森, 7-eleven, 711, 沃尔玛, 永辉, 大润发, 家乐福, 物美
groceries.daily: 华润万家, 山姆, costco, 开市客, 日用, 纸巾, 洗衣, 便利蜂, 美宜佳, grocery
groceries.daily: supermarket
shopping: 淘宝, 天猫, 京东, 拼多多, 唯品会, 抖音电商, 抖音商城, 快手小店, 闲鱼, 得物, 亚马逊
shopping: amazon, 商城, 旗舰店, 专卖店, 百货, 购物, 小红书
"""
_INCOMING = """
income.bonus: 奖金, 年终奖, 绩效, bonus
income.salary: 工资, 薪资, 薪酬, 代发, 月薪, salary, payroll, wage
finance.invest: 收益发放, 余额宝收益, 分红, 利息, 基金, dividend, interest
income.transfer: 转账, 收款, 红包, 二维码, 收钱, 退税
"""


def _read(rules: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Code and words of every line; lines of one code that follow each other are one rule."""
    read: list[tuple[str, tuple[str, ...]]] = []
    for line in rules.strip().splitlines():
        code, _, words = line.partition(": ")
        split = tuple(word.strip() for word in words.split(","))
        if read and read[-1][0] == code:
            split = (*read.pop()[1], *split)
        read.append((code, split))
    return tuple(read)


KEYWORD_RULES = _read(_OUTGOING)
"""Category code and the words that point to it, for money that goes out (or comes back)."""

INCOME_RULES = _read(_INCOMING)
"""The same for money that comes in."""

STATEMENT_CATEGORIES: dict[str, str] = {
    "餐饮美食": "food", "服饰装扮": "shopping.clothes", "日用百货": "groceries.daily",
    "家居家装": "shopping.home", "数码电器": "shopping.digital", "运动户外": "entertainment.sports",
    "美容美发": "shopping.beauty", "母婴亲子": "shopping", "宠物": "shopping",
    "交通出行": "transport",
    "爱车养车": "transport.fuel", "住房物业": "housing", "酒店旅游": "travel",
    "文化休闲": "entertainment", "教育培训": "education", "医疗健康": "health",
    "公益捐赠": "social.gifts", "互助保障": "finance.insurance", "投资理财": "finance.invest",
    "保险": "finance.insurance", "信用借还": "finance", "充值缴费": "communication.phone",
    "转账红包": "social.gifts", "亲友代付": "social.family", "微信红包": "social.gifts",
    "亲属卡交易": "social.family", "分分捐": "social.gifts", "赞赏码": "social.gifts",
}  # fmt: skip
"""What a statement's own category (交易分类, 交易类型) means where no word decides."""

MEALS_BY_HOUR: tuple[tuple[int, int, str], ...] = (
    (5, 10, "food.breakfast"),
    (10, 15, "food.lunch"),
    (16, 22, "food.dinner"),
)
"""Hours [from, to) at which plain dining is this meal, where the row tells an hour."""
