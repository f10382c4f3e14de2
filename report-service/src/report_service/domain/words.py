"""The wording of a report in each language. Both catalogues hold the same keys."""

from collections.abc import Mapping
from types import MappingProxyType

from report_service.domain.formats import CHINESE

ENGLISH = "en"
LOCALES = (CHINESE, ENGLISH)

_ZH = {
    "product": "消费分析平台",
    "title.default": "消费报告 {period}",
    "fact.period": "统计区间",
    "fact.generated": "生成时间",
    "fact.currency": "币种",
    "fact.filters": "筛选",
    "hero.label": "支出合计",
    "hero.note": "{days} 天，{count} 笔",
    "kpi.change": "与上一区间相比",
    "kpi.change.none": "没有可比的区间",
    "kpi.change.note": "上一区间 {previous}",
    "kpi.daily": "日均支出",
    "kpi.daily.note": "按 {days} 天平均",
    "kpi.category": "支出最多的分类",
    "kpi.merchant": "支出最多的商户",
    "kpi.leader.note": "{amount}，占 {share}",
    "absent": "—",
    "answer.more": "这段时间共支出 {total}，比上一区间多 {change}。",
    "answer.less": "这段时间共支出 {total}，比上一区间少 {change}。",
    "answer.same": "这段时间共支出 {total}，与上一区间持平。",
    "answer.alone": "这段时间共支出 {total}，上一区间没有支出可比。",
    "answer.empty": "这段时间没有支出，试试更长的范围。",
    "trend.heading": "趋势",
    "trend.day": "支出最高的一天是 {day}，{amount}，占全部的 {share}。",
    "trend.month": "支出最高的月份是 {month}，{amount}，占全部的 {share}。",
    "trend.year": "支出最高的年份是 {year}，{amount}，占全部的 {share}。",
    "trend.background": "深色为统计区间，浅色为此前几天，供对照。",
    "trend.alt": "支出趋势图，最高 {amount}。",
    "axis.amount": "金额（{unit}）",
    "categories.heading": "分类占比",
    "categories.one": "支出全部在“{name}”。",
    "categories.two": "“{first}”和“{second}”最多，合计占 {share}。",
    "categories.many": "“{name}”最多，占 {first}；前三类合计占 {three}。",
    "categories.alt": "分类占比环形图，合计 {total}。",
    "categories.table": "各分类支出（{currency}）",
    "categories.total": "合计",
    "categories.other": "其他",
    "merchants.heading": "商户",
    "merchants.answer": "在“{name}”花得最多：{amount}，{count} 笔，占全部的 {share}。",
    "merchants.none": "这些流水没有写明商户。",
    "merchants.alt": "商户支出条形图，最高 {amount}。",
    "merchants.caption": "前 {count} 家商户，按支出金额",
    "merchants.table": "支出最多的商户（{currency}）",
    "expenses.heading": "大额支出",
    "expenses.answer": "最大的一笔是“{name}”的 {amount}，占全部的 {share}。",
    "expenses.dated": "最大的一笔是 {day} 在“{name}”的 {amount}，占全部的 {share}。",
    "expenses.table": "金额最大的单笔支出（{currency}）",
    "expenses.unnamed": "（未写明商户）",
    "column.category": "分类",
    "column.merchant": "商户",
    "column.date": "日期",
    "column.count": "笔数",
    "column.amount": "金额",
    "column.share": "占比",
    "column.rank": "序号",
    "column.payee": "收款方",
    "column.next": "下次",
    "column.interval": "周期",
    "forecast.heading": "预测",
    "forecast.answer": "预计 {period} 支出约 {amount}，八成可能在 {low} 到 {high} 之间。",
    "forecast.alt": "每日支出预测图，预计合计 {amount}。",
    "forecast.today": "预测起点",
    "forecast.history": "已发生",
    "forecast.expected": "预计",
    "forecast.band80": "80% 区间",
    "forecast.band95": "95% 区间",
    "forecast.days": "单日金额起伏很大，请以合计和区间为准。",
    "forecast.card": "检验：最近 {origins} 次回测，合计的典型误差为 {error}（{percent}），"
    "实际值有 {hits} 次落在 80% 区间内。",
    "forecast.card.nopercent": "检验：最近 {origins} 次回测，合计的典型误差为 {error}，"
    "实际值有 {hits} 次落在 80% 区间内。",
    "forecast.card.better": "用平时的日均推算，误差为 {percent}，模型更准。",
    "forecast.card.worse": "用平时的日均推算，误差为 {percent}，不比模型差，请谨慎参考。",
    "forecast.card.none": "历史还不够长，暂时无法检验预测误差。",
    "forecast.recurring": "即将到来的固定支出（{currency}）",
    "forecast.model": "模型版本 {version}。",
    "forecast.not-enough-history": "历史流水太少，还不能预测；再多导入几周的账单后重新生成即可。",
    "forecast.unavailable": "生成报告时预测服务不可用，本节从缺；其他各节不受影响。",
    "forecast.filtered": "预测只针对全部支出或单个分类；本报告带有其他筛选，故不作预测。",
    "forecast.other-currency": "预测服务目前只预测另一种币种的支出，本节从缺。",
    "interval.weekly": "每周",
    "interval.biweekly": "每两周",
    "interval.monthly": "每月",
    "interval.quarterly": "每季度",
    "interval.yearly": "每年",
    "notes.heading": "统计口径",
    "notes.net": "支出按扣除退款后的净额计算，退款冲减它所对应的那一笔。",
    "notes.transfers": "本人账户之间的转账、收入以及未实际付款的交易不计入。",
    "notes.currency": "只统计 {currency}；没有其他币种的流水。",
    "notes.others": "只统计 {currency}；其他币种未换算、未计入：{list}。",
    "notes.others.item": "{code} {count} 笔",
    "notes.others.join": "、",
    "notes.days": "日期按导入时所用时区的当地日期归属，统计区间首尾两天都包含在内。",
    "notes.previous": "“上一区间”为 {period}。",
    "notes.stale": "生成时仍有新流水在处理，最近导入的流水可能尚未计入。",
    "notes.filters": "本报告只统计符合筛选条件的流水：{list}。",
    "filter.category": "分类为“{value}”",
    "filter.merchant": "商户为“{value}”",
    "filter.min": "金额不低于 {value}",
    "filter.max": "金额不高于 {value}",
    "filter.q": "文字含“{value}”",
    "filter.join": "；",
    "page": "第 {page} 页，共 {pages} 页",
    "list.join": " · ",
    "colon": "：",
}

_EN = {
    "product": "Consumption Analytics",
    "title.default": "Spending report, {period}",
    "fact.period": "Period",
    "fact.generated": "Generated",
    "fact.currency": "Currency",
    "fact.filters": "Filters",
    "hero.label": "Total spent",
    "hero.note": "{days}, {count}",
    "kpi.change": "Against the period before",
    "kpi.change.none": "Nothing to compare with",
    "kpi.change.note": "{previous} before",
    "kpi.daily": "Per day",
    "kpi.daily.note": "Average over {days}",
    "kpi.category": "Top category",
    "kpi.merchant": "Top merchant",
    "kpi.leader.note": "{amount}, {share}",
    "absent": "—",
    "answer.more": "You spent {total}, {change} more than in the period before.",
    "answer.less": "You spent {total}, {change} less than in the period before.",
    "answer.same": "You spent {total}, the same as in the period before.",
    "answer.alone": "You spent {total}. Nothing was spent in the period before to compare with.",
    "answer.empty": "Nothing spent in this period; try a longer one.",
    "trend.heading": "Trend",
    "trend.day": "The most expensive day was {day}: {amount}, {share} of the total.",
    "trend.month": "The most expensive month was {month}: {amount}, {share} of the total.",
    "trend.year": "The most expensive year was {year}: {amount}, {share} of the total.",
    "trend.background": "Dark columns are the period; pale ones are the days before, to compare.",
    "trend.alt": "Spending over time, at most {amount}.",
    "axis.amount": "Amount ({unit})",
    "categories.heading": "Categories",
    "categories.one": "All spending was on {name}.",
    "categories.two": "{first} and {second} lead with {share} together.",
    "categories.many": "{name} leads with {first}; the first three together make {three}.",
    "categories.alt": "Doughnut of categories, {total} in all.",
    "categories.table": "Spending by category ({currency})",
    "categories.total": "Total",
    "categories.other": "Other",
    "merchants.heading": "Merchants",
    "merchants.answer": "Most went to {name}: {amount}, {count}, {share} of the total.",
    "merchants.none": "None of these transactions names a merchant.",
    "merchants.alt": "Bars of merchants, at most {amount}.",
    "merchants.caption": "The first {count} by amount",
    "merchants.table": "Merchants with the most spending ({currency})",
    "expenses.heading": "Largest expenses",
    "expenses.answer": "The largest was {amount} at {name}, {share} of the total.",
    "expenses.dated": "The largest was {amount} at {name} on {day}, {share} of the total.",
    "expenses.table": "Largest single expenses ({currency})",
    "expenses.unnamed": "(no merchant)",
    "column.category": "Category",
    "column.merchant": "Merchant",
    "column.date": "Date",
    "column.count": "Count",
    "column.amount": "Amount",
    "column.share": "Share",
    "column.rank": "No.",
    "column.payee": "Payee",
    "column.next": "Next",
    "column.interval": "Interval",
    "forecast.heading": "Forecast",
    "forecast.answer": "Expect about {amount} for {period}; "
    "in four cases of five between {low} and {high}.",
    "forecast.alt": "Forecast of daily spending, {amount} in all.",
    "forecast.today": "Forecast starts",
    "forecast.history": "Actual",
    "forecast.expected": "Expected",
    "forecast.band80": "80% range",
    "forecast.band95": "95% range",
    "forecast.days": "Single days vary widely; rely on the total and its range.",
    "forecast.card": "Checked on the last {origins}: the total was typically off by {error} "
    "({percent}), and within the 80% range {hits}.",
    "forecast.card.nopercent": "Checked on the last {origins}: the total was typically off by "
    "{error}, and within the 80% range {hits}.",
    "forecast.card.better": "A plain daily average was off by {percent}, so the model did better.",
    "forecast.card.worse": "A plain daily average was off by {percent}, so it did no worse than "
    "the model: read this with care.",
    "forecast.card.none": "There is not yet enough history to check the forecast's error.",
    "forecast.recurring": "Bills due soon ({currency})",
    "forecast.model": "Model version {version}.",
    "forecast.not-enough-history": "There is too little history to forecast. "
    "Import a few more weeks of statements, then make the report again.",
    "forecast.unavailable": "Forecasting was unavailable when this report was made, "
    "so this section is missing; the others are complete.",
    "forecast.filtered": "Forecasts cover all spending or one category; "
    "this report has other filters, so none is given.",
    "forecast.other-currency": "The forecast covers another currency, so none is given here.",
    "interval.weekly": "Weekly",
    "interval.biweekly": "Every two weeks",
    "interval.monthly": "Monthly",
    "interval.quarterly": "Quarterly",
    "interval.yearly": "Yearly",
    "notes.heading": "How the figures are counted",
    "notes.net": "Spending is net of refunds; a refund reduces the purchase that it belongs to.",
    "notes.transfers": "Transfers between your own accounts, income, and orders that were never "
    "paid do not count.",
    "notes.currency": "Only {currency} counts; there are no transactions in other currencies.",
    "notes.others": "Only {currency} counts. Not converted and left out: {list}.",
    "notes.others.item": "{count} in {code}",
    "notes.others.join": ", ",
    "notes.days": "Days are local days in the time zone used at import; both ends of the period "
    "are included.",
    "notes.previous": "The period before is {period}.",
    "notes.stale": "New transactions were still being processed; the latest import may not be "
    "counted yet.",
    "notes.filters": "Only transactions that match the filters count: {list}.",
    "filter.category": "category {value}",
    "filter.merchant": "merchant is “{value}”",
    "filter.min": "at least {value}",
    "filter.max": "at most {value}",
    "filter.q": "text contains “{value}”",
    "filter.join": "; ",
    "page": "Page {page} of {pages}",
    "list.join": " · ",
    "colon": ": ",
}

# The default tree's top categories; the names on the wire are the owner's, made in Chinese.
_EN_CATEGORIES = {
    "food": "Dining", "groceries": "Groceries", "shopping": "Shopping", "transport": "Transport",
    "housing": "Housing", "communication": "Communication", "entertainment": "Entertainment",
    "travel": "Travel", "health": "Health", "education": "Education", "social": "Social",
    "finance": "Finance", "income": "Income", "transfer": "Transfers", "other": "Other",
}  # fmt: skip

CATALOGUES: Mapping[str, Mapping[str, str]] = MappingProxyType({CHINESE: _ZH, ENGLISH: _EN})


class Words:
    """The catalogue of one locale."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self._catalogue = CATALOGUES[locale]

    def __call__(self, key: str, **values: str) -> str:
        """The text of a key with its values put in."""
        return self._catalogue[key].format(**values)

    def counted(self, count: int, noun: str) -> str:
        """A number with its noun: 3 笔, 1 transaction, 3 transactions.

        Args:
            count: How many.
            noun: The English singular; Chinese measure words stand in the templates.
        """
        if self.locale == CHINESE:
            return f"{count:,}"
        return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"

    def category(self, name: str, code: str | None) -> str:
        """The name of a category: the default ones are translated, the owner's own are not."""
        if self.locale == CHINESE or code is None:
            return name
        return _EN_CATEGORIES.get(code, name)

    def interval(self, interval: str) -> str:
        """The name of a recurring payment's interval."""
        return self._catalogue.get(f"interval.{interval}", interval)
