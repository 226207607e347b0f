"""Mistakes in files of sheets, months, knowledge, topics and regulations, in English; those of every
file are in ``english_rules.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHEETS: Mapping[str, str] = {
    '{0}：没有适用于所有队列（queues: ["*"]）的评分表，其他队列的通话将无法评分': (
        '{0}: no sheet is for all queues (queues: ["*"]), so calls of other queues get no score; add one'
    ),
    "{0}：评分表编号“{1}”已经用于 {2}": "{0}: the sheet id “{1}” is that of {2} already",
    "{0}：队列“{1}”从同一天起已有评分表“{2}”（{3}），请改 queues 或 starts": (
        "{0}: the queue “{1}” has the sheet “{2}” ({3}) from the same day; change queues or starts"
    ),
    "{0}：没有编号为“{1}”的评分表，现有：{2}；请改正，或删去这一条": (
        "{0}: there is no sheet “{1}”; expected one of {2}; correct the entry, or delete it"
    ),
    "{0}：没有编号为“{1}”的评分表，现有：{2}": "{0}: there is no sheet “{1}”; expected one of {2}",
    "{0}：没有任何考核要素的 dimension 属于 attitude，无法计算服务态度得分": (
        "{0}: no item has a dimension of attitude, so attitude cannot be scored"
    ),
    "低于上一等级的分数（{0}）": "a score below that of the grade above ({0})",
    "职责规则（kind: missing）的编号，现有：{0}": "the id of a duty (kind: missing), one of {0}",
    "{0}：考核要素编号“{1}”重复": "{0}: the item id “{1}” is there twice",
    "{0}：各考核要素满分合计为 {1} 分，应为 {2} 分（{3}）": (
        "{0}: the full points of all items sum to {1}; expected {2} ({3})"
    ),
    "分数：有权重（weight）的考核项目不能用 rule，请写出分数": (
        "points: a project with a weight cannot have rule; write the number"
    ),
    "{0}：{1} 应当写 above（高于）或 below（低于），二者选一": (
        "{0}: {1} has either above or below; choose one"
    ),
    "规则文件中已有的规则编号，可用“*”结尾表示一组，例如 forbidden.*": (
        "the id of a rule in the rule files, or with “*” at its end a group, such as forbidden.*"
    ),
}
_MONTHS: Mapping[str, str] = {
    "{0}：事项编号“{1}”重复": "{0}: the event id “{1}” is there twice",
    "{0}：“{1}”已经是“{2}”的名称，每个词只能表示一种事项": (
        "{0}: “{1}” is a name of “{2}” already; a word names one kind of event"
    ),
    "{0}：规则“{1}”只能提示一种事项": "{0}: the rule “{1}” can hint at one kind of event only",
    "{0}：考核分（sort: mark）要有 value（分值范围）或 levels（等级）": (
        "{0}: a mark (sort: mark) needs value (from and to) or levels"
    ),
    "{0}：等级的词“{1}”重复，每个词只能表示一个等级": (
        "{0}: the word “{1}” names two levels; a word names one"
    ),
    "{0}：findings 里的规则{1}不在规则文件中，请改为已有的规则编号": (
        "{0}: rules in findings that the rule files do not have: {1}; give ids that they have"
    ),
    '{0}：没有适用于所有队列（queues: ["*"]，不写 starts）的月度考核表，其他队列的客服将没有月度成绩': (
        '{0}: no monthly sheet is for all queues (queues: ["*"], without starts), so agents of other '
        "queues get no monthly result; add one"
    ),
    "{0}：月度考核表编号“{1}”已经用于 {2}": "{0}: the monthly sheet id “{1}” is that of {2} already",
    "{0}：队列“{1}”从同一天起已有月度考核表“{2}”（{3}），请改 queues 或 starts": (
        "{0}: the queue “{1}” has the monthly sheet “{2}” ({3}) from the same day; change queues or starts"
    ),
    "{0}：各表权重（weight）合计为 {1}，应为 1（{2}）": "{0}: the weights sum to {1}; expected 1 ({2})",
    "{0}：各考核项目满分合计为 {1} 分，应为 {2} 分": (
        "{0}: the full points of all projects sum to {1}; expected {2}"
    ),
    "{0}：考核项目“{1}”满分 {2} 分，各要素合计为 {3} 分（{4}）；请改分值，或用 rest 写明没有列出要素的分数和理由": (
        "{0}: the project “{1}” has {2} points, its items sum to {3} ({4}); change the points, or give "
        "in rest the points of items that are not listed, with the reason"
    ),
    "{0}：calls（按通话）和 mark（按考核分）只能写一个": "{0}: there are both calls and mark; choose one",
    "mean（{0} 是比例，没有分位数）": "mean ({0} is a share, and has no percentiles)",
    "{0}：“{1}”的等级{2}没有分数，请写在 levels 里": (
        "{0}: levels of “{1}” without points: {2}; write them in levels"
    ),
    "至少一条计分（每条写 event 和 points）": "at least one line with event and points",
    "分数：“{0}”的记录没有分值，不能用 value": "points: records of “{0}” have no value, so it cannot be value",
    "{0}：“{1}”不分是否重复，请去掉 repeat": "{0}: “{1}” is not told apart by repeat; delete it",
    "{0}：“{1}”不分等级，请去掉 level": "{0}: “{1}” has no levels; delete level",
    "{0}：写了 per，还应写 above（超过几倍）": "{0}: there is per, but no above (how many times); add it",
    "{0} 中 sort 为 {1} 的编号：{2}": "the id of a {1} in {0}: {2}",
    "{0}：编号“{1}”重复，同一张表里必须不同": (
        "{0}: the id “{1}” is there twice; ids differ within a sheet"
    ),
}
_KNOWLEDGE: Mapping[str, str] = {
    "{0}：例句应判为{1}（{2}），实际判为{3}：问“{4}”，答“{5}”。请改例句、问法或事实": (
        "{0}: the example should be judged {1} ({2}), and is judged {3}: asked “{4}”, answered “{5}”; "
        "correct the example, its wording or the fact"
    ),
    "至少一个事实": "at least one fact",
    "至少一个问法": "at least one wording of the question",
    "至少三个字的问法，几个词都要出现时用“+”连接，例如 月租+多少": (
        "a question of three characters or more; words that must all occur are joined by “+”, such as "
        "fee+month"
    ),
    "{0}：事实“{1}”应当写 value（数值）或 says（必须说到的词），二者选一": (
        "{0}: the fact “{1}” has either value (an amount) or says (words that must occur); choose one"
    ),
    "{0}：never（说了就错的词）只能和 says 写在一起": (
        "{0}: never (words that are wrong if said) goes only with says"
    ),
    "至少一个词，同义的词用“/”隔开，例如 身份证/证件原件": (
        "at least one word; words of one meaning have “/” between, such as card/paper"
    ),
    "时间段，例如 9:00-17:00，几段用逗号隔开": (
        "a span of time such as 9:00-17:00, several with commas between"
    ),
    "一天之内的时间，例如 9:00-17:00": "times within a day, such as 9:00-17:00",
    "先写开始、后写结束的时间段（前后颠倒了）": (
        "a span of time with its begin first (it is the wrong way round)"
    ),
    "数和单位，例如 25 元/月、3-5 个工作日、3.5%、9:00-17:00": (
        "a number with its unit, such as 3.5% or 9:00-17:00; docs/knowledge.md has the units"
    ),
    "{0}：不认识的单位“{1}”，应为以下之一：{2}": "{0}: the unit “{1}” is not known; expected one of {2}",
    "{0}：不认识的“/{1}”，应为以下之一：{2}": "{0}: “/{1}” is not known; expected one of {2}",
    "先小后大的范围（{0} 大于 {1}，前后颠倒了）": (
        "a range with the smaller number first ({0} is above {1}: it is the wrong way round)"
    ),
    "{0}：主题编号“{1}”已经用于 {2}": "{0}: the subject id “{1}” is that of {2} already",
    "{0}：事实“{1}”在{2}已有另一个值“{3}”（{4}），请给旧值写 ends、给新值写 starts，不要重叠": (
        "{0}: the fact “{1}” has another value {2}, “{3}” ({4}); give the old one ends and the new one "
        "starts, so that they do not overlap"
    ),
    "每一天": "on every day",
    "{0} 这一天": "on {0}",
}
_TOPICS: Mapping[str, str] = {
    "{0}：还没有通用话题（不写 trade 的文件，如 general.yaml），行业话题要归到它们里面": (
        "{0}: there are no general topics yet (a file without trade, such as general.yaml), to which "
        "those of a trade belong"
    ),
    "还没有文件的行业；同一个行业请写在一个文件里": (
        "a trade that has no file yet; write one trade in one file"
    ),
    "{0}：写了 trade（行业），就要写 signs（行业用词）或 queues（队列），否则不知道哪些通话属于它": (
        "{0}: there is trade, but neither signs (its words) nor queues, which say which calls are its; "
        "add one"
    ),
    "{0}：{1} 只写在行业文件里，请在文件开头加上 trade: 行业名称": (
        "{0}: {1} is only for files of a trade; begin the file with trade: and its name"
    ),
    "{0}：{1} 只写在{2}话题里": "{0}: {1} is only for {2} topics",
    "通用": "general",
    "行业": "trade",
    "两个字以上的短语，单字会误伤别的词": (
        "a phrase of two characters or more; a single one is found in other words"
    ),
    "{0}：话题编号“{1}”重复，已经写在 {2}": "{0}: the topic id “{1}” is that of {2} already",
    "{0}：话题名称“{1}”重复，已经写在 {2}": "{0}: the topic name “{1}” is that of {2} already",
    "{0}：简称“{1}”重复，每份规定的简称必须不同": (
        "{0}: the short name “{1}” is there twice; give each regulation its own"
    ),
    "{0}：条款“{1}”重复，只能写一次": "{0}: the clause “{1}” is there twice; write it once",
    "{0}：依据“{1} {2}”不对，《{3}》没有这一条{4}；应为 {5} 列出的条款，说明写在后面的括号里，没有条款可依的写 {6}: 理由": (
        "{0}: the source “{1} {2}” is wrong, 《{3}》 has no such clause{4}; expected a clause that {5} "
        "lists, with words in brackets behind it; without a clause write {6}: and the reason"
    ),
    "（是不是 {0}？）": " (is {0} meant?)",
}
SHEET_MISTAKES: Mapping[str, str] = {**_SHEETS, **_MONTHS, **_KNOWLEDGE, **_TOPICS}
