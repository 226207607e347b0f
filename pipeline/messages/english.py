"""What rooms write in Chinese, in English: lines of commands that pages and messages have, too.

Most texts of the program are English and have their Chinese in the catalogue. Some are Chinese in the
code, since the pages and the night's message are, or since the store keeps them. Those that a command
prints stand here as templates. Values stay, unless they are texts of this table themselves."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pipeline.messages.english_rules import RULE_MISTAKES
from pipeline.messages.english_sheets import SHEET_MISTAKES

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = re.compile(r"\{(\d+)\}")
LISTS = ("；", "，", "、")
"""Signs at which a text of several parts is cut."""
SENTENCE = re.compile("[，；：。]")
"""A text with one of these is more than a clause: a value in it may be a list itself."""
NAMES = re.compile(r"[!-~ ]+(?:、[!-~ ]+)+")
"""Keys of files, one after the other."""

_EVENTS: Mapping[str, str] = {
    "{0}没有工号，也没有班组；请填写其中一个": "{0}no agent and no team; give one of them",
    "{0}没有工号为“{1}”的客服；请更正工号，或先导入客服名单（callqa import agents）；没有保存任何内容": (
        "{0}no agent has the number “{1}”; correct it, or list the agent first with callqa import "
        "agents; nothing was saved"
    ),
    "{0}没有工号为“{1}”的客服，但有“{2}”；表格软件会丢掉前面的 0，请把工号列存成文本；没有保存任何内容": (
        "{0}no agent has the number “{1}”, but there is “{2}”; spreadsheets drop zeros ahead: save "
        "the column of agents as text; nothing was saved"
    ),
    "{0}: 名单里叫“{1}”的有几位（{2}）；请写工号；没有导入任何内容": (
        "{0}: several agents have the name “{1}” ({2}); give the number; nothing was imported"
    ),
    "{0}: 客服名单里没有“{1}”；请写工号，或先导入客服名单（callqa import agents）；没有导入任何内容": (
        "{0}: no agent has the name “{1}”; give the number, or list the agent first with callqa import "
        "agents; nothing was imported"
    ),
    "{0}: 工号 {1} 在客服名单里是“{2}”，这一行写的是“{3}”；请核对是谁；没有导入任何内容": (
        "{0}: agent {1} is “{2}” in the list, and “{3}” in this line; check who it is; nothing was "
        "imported"
    ),
    "{0}: {1}：{2}；请填唯一的通话编号；没有导入任何内容": (
        "{0}: {1}: {2}; give the id of one call; nothing was imported"
    ),
    "不止一通电话叫这个名字": "several calls have this name",
    "没有这通电话": "there is no such call",
    "{0}没有名为“{1}”的班组；请更正；没有保存任何内容": (
        "{0}no team has the name “{1}”; correct it; nothing was saved"
    ),
    "兑现的时间 {0} 早于作出承诺的通话；请更正": (
        "the time {0} is before the call with the promise; correct it"
    ),
    "兑现的日期 {0} 还没有到；最晚填今天 {1}": "the day {0} has not come; today, {1}, is the last",
}
_PEOPLE: Mapping[str, str] = {
    "密码应为 {0} 至 {1} 个字符": "a password has {0} to {1} characters",
    "密码不能只由一个字符重复而成": "a password is not one character again and again",
    "密码不能只是用户名、单位名称、姓名或常用词再加数字，请换一个": (
        "a password is not just a user's, company's or person's name or a common word with figures; "
        "take another"
    ),
    "这个密码太常见，很容易被猜中，请换一个；几个不相干的词连起来最好记": (
        "this password is common and easily guessed; take another: some words that have nothing to "
        "do with each other are best to remember"
    ),
    "用户名 {0} 不能用：应为 1 至 {1} 个字符": "user name {0}: expected 1 to {1} characters",
    "用户名 {0} 不能用：不能含空格和看不见的字符": "user name {0}: no spaces, no invisible characters",
    "角色 agent 的用户 {0} 要有工号（--agent），否则看不到任何通话": (
        "user {0} with the role agent needs --agent, else there are no calls to see"
    ),
    "没有用户 {0}": "there is no user {0}",
    "已有用户 {0}；请换一个名字，或用 callqa user change 修改": (
        "there is a user {0} already; take another name, or use callqa user change"
    ),
    "没有令牌 {0}": "there is no token {0}",
    "数据库中的密码记录已损坏，请用 callqa user change 重新设置密码": (
        "the password in the database is damaged; set it anew with callqa user change"
    ),
    "用户 {0} 已停用": "user {0} is disabled",
    "用户 {0} 没有启用两步验证": "user {0} has no second factor",
    "{0} 是最后一个可用的管理员，不能停用或改为其他角色": (
        "{0} is the last administrator in force, and cannot be disabled or get another role"
    ),
}
_LABELS: Mapping[str, str] = {
    "{0}：读不出来（{1}），应为 UTF-8 编码的 CSV": "{0}: cannot be read ({1}); expected a CSV in UTF-8",
    "{0}：缺少列 {1}，应有 {2}": "{0}: no column {1}; expected {2}",
    "{0}：grade 为“{1}”，应为 平稳、激动、平淡 之一": (
        "{0}: the grade is “{1}”; expected one of calm, raised, flat"
    ),
    "{0}：role 为“{1}”，应为 客服 或 客户": "{0}: the role is “{1}”; expected agent or customer",
    "{0}：缺少 reviewer（评判人）": "{0}: no reviewer",
    "{0}：start_s 应小于 end_s，且不小于 0": "{0}: start_s is below end_s, and not below 0",
    "{0}：start_s、end_s 应为秒数，例如 12.5": "{0}: start_s and end_s are seconds, such as 12.5",
    "{0}：数据库里没有通话“{1}”": "{0}: the database has no call “{1}”",
}
_SAMPLES: Mapping[str, str] = {
    "答对": "right",
    "答错": "wrong",
    "漏说": "left out",
    "没有答复": "no answer",
    "无法核对": "cannot be checked",
    "没有认出这个问题": "the question was not recognised",
    "随机抽取": "drawn at random",
    "分层抽取：{0}": "by groups: {0}",
    "机器拿不准：{0} 处待人工判断（{1}）": "the machine is not sure: {0} places for a person ({1})",
    "机器拿不准：{0} 处待人工判断，且有一票否决项（{1}）": (
        "the machine is not sure: {0} places for a person, and an auto-fail ({1})"
    ),
    "无队列": "no queue",
    "上午": "morning",
    "下午": "afternoon",
    "晚上": "evening",
    "夜间": "night",
    "时间未知": "time unknown",
    "未评分": "not scored",
    "60 分以下": "below 60",
    "60–80 分": "60 to 80",
    "80–95 分": "80 to 95",
    "95 分及以上": "95 and more",
    "一票否决": "auto-fail",
    "说了禁语": "a forbidden phrase",
    "缺少规定用语": "a required phrase is missing",
}
_LEXICON: Mapping[str, str] = {
    "{0}：“{1}”规则“{2}”里已有，可以删去": "{0}: “{1}” is in the rule “{2}” already; it can go",
    "{0}：“{1}”里面已有同一条规则的“{2}”，不写也能查到，可以删去": (
        "{0}: “{1}” holds “{2}” of the same rule, and is found without being written; it can go"
    ),
    "{0}：里面已有更短的短语，多半不写也能查到": (
        "{0}: phrases that hold shorter ones, and are mostly found without being written"
    ),
    "“{0}”（已有“{1}”）": "“{0}” (“{1}” is there)",
    "{0}：“{1}”含有字母或数字，只能按原样查找，不能按读音查找；数字请写成汉字": (
        "{0}: “{1}” has letters or figures, and is searched as written only, not by sound; write "
        "figures as Chinese characters"
    ),
    "{0}：含有字母或数字，只能按原样查找；数字请写成汉字": (
        "{0}: letters or figures, which are searched as written only; write figures as Chinese "
        "characters"
    ),
    "{0}：共有 {1} 个短语，超过 {2} 个，读取会变慢，也难以维护": (
        "{0}: {1} phrases, more than {2}: slow to read and hard to look after"
    ),
    "字面": "as written",
    "读音": "by sound",
    "录音": "in the recording",
    "意思": "by meaning",
    "条件": "by condition",
    "已被同一处更长的短语包含，不重复计算": "within a longer phrase at the same place, counted once",
    "这条规则不看这一方说的话": "the rule does not look at this side",
    "只是读音相近：有录音时与录音比对，没有录音时不算（读音相差 {0}）": (
        "only sounds alike: compared with a recording where there is one, else it does not count "
        "(sounds differ by {0})"
    ),
    "规则的例外覆盖了此处": "an exception of the rule covers this place",
    "前面是否定，并没有这样说": "a negation stands before it: this was not said",
    "是转述别人的话或在谈论这句话": "quotes somebody else, or speaks about the phrase",
}
_PROMISES: Mapping[str, str] = {
    "已兑现": "kept",
    "逾期兑现": "kept late",
    "到期未见兑现": "overdue",
    "未到期": "open",
    "待人工看": "for a person",
    "回电回复": "call back",
    "上门": "visit",
    "退款送达": "refund or delivery",
    "处理完成": "be done",
    "没有说期限": "no term was said",
    "后来联系过客户；没有期限": "the customer was called later; there is no term",
    "期限内联系了客户": "the customer was called in time",
    "过了期限才联系客户": "the customer was called after the term",
    "到期后没有看到兑现的记录，请核实": "the term has passed and nothing tells that it was kept; check",
    "还没有到期": "the term has not come",
    "{0}（按客户、话题和时间推测是同一件事）": "{0} (taken for the same matter by customer, topic, time)",
    "{0} 登记：{1}": "noted by {0}: {1}",
    "{0} 登记": "noted by {0}",
    "不知道通话是什么时候开始的，算不出期限": "the start of the call is not known, so there is no term",
    "期限从另一件事算起，要由人来看": "the term runs from another event; a person has to look",
    "说的时间在通话之前": "the time that was said is before the call",
    "时间太远": "the time is too far away",
}
_FILES: Mapping[str, str] = {
    "{0}：没有读取这些列：{1}": "{0}: these columns were not read: {1}",
    "{0}：不认识这些列或键，没有读取：{1}": (
        "{0}: these columns or keys are not known and were not read: {1}"
    ),
    "没有读取 {0} 个文件：{1}。": "{0} files were not read: {1}.",
    "{0} {1} 个（{2}）": "{0} {1} ({2})",
    "{0} {1} 个": "{0} {1}",
    "其他 {0} 个": "{0} others",
    "没有扩展名": "no suffix",
    "是录音，但这种格式不能解码": "a recording whose format cannot be decoded",
    "是没有文件头的声音，[ingest] raw 里没有写它的采样率": (
        "sound without a head, whose sample rate is not in [ingest] raw"
    ),
    "是压缩包，请先解压": "an archive; unpack it first",
    "还没有传完": "still being copied",
    "不是录音": "not a recording",
    "是隐藏文件或隐藏文件夹": "a hidden file or folder",
    "是混音，这通的两侧各有文件": "a mix of a call whose sides have files of their own",
    "是断开的链接": "a broken link",
}
_RUNS: Mapping[str, str] = {
    "正在评分": "scoring",
    "完成": "done",
    "有录音失败": "some recordings failed",
    "申诉{0}，请尽快处理。": "appeals {0}: please see to them.",
    "已逾期 {0} 件": "overdue {0}",
    "即将到期 {0} 件": "due soon {0}",
    "定期报告 {0}：待生成": "report {0}: to be written",
    "定期报告 {0}：已生成 {1}": "report {0}: written to {1}",
    "! 定期报告 {0}：写入失败 {1} 次，下次运行再试（{2}）": (
        "! report {0}: could not be written, {1} times; the next run tries again ({2})"
    ),
    "! 定期报告 {0}：已生成 {1}，没有全部发出，下次运行再试": (
        "! report {0}: written to {1}, but not sent to everybody; the next run tries again"
    ),
    "{0}还没有开始，没有得分": "{0} has not begun; there is no score",
    "{0}未结束，得分为暂计，截至 {1}": "{0} has not ended; scores are as of {1} and may change",
    "当天": "the day",
    "本周": "the week",
    "本月": "the month",
    "本季": "the quarter",
    "本年": "the year",
    "本期": "the period",
}
ENGLISH: Mapping[str, str] = {
    **RULE_MISTAKES, **SHEET_MISTAKES, **_EVENTS, **_PEOPLE, **_LABELS, **_SAMPLES, **_LEXICON,
    **_PROMISES, **_FILES, **_RUNS,
    "未知": "unknown",
    "{0} 第 {1} 行": "{0}, line {1}",
}  # fmt: skip


def in_english(text: str) -> str:
    """A Chinese text of the program in English; what the table does not have stays as it is.

    >>> in_english("分层抽取：无队列、下午、95 分及以上")
    'by groups: no queue, afternoon, 95 and more'
    >>> in_english(".nmf 1 个（是录音，但这种格式不能解码）；.txt 2 个（不是录音）")
    '.nmf 1 (a recording whose format cannot be decoded); .txt 2 (not a recording)'
    """
    if "\n" in text:
        return "\n".join(map(in_english, text.split("\n")))
    if text in ENGLISH:
        return ENGLISH[text]
    for pattern, english, quoted in _templates():
        if found := pattern.fullmatch(text):
            values = zip(found.groups(), quoted, strict=True)
            return english.format(*(value if own else _value(value) for value, own in values))
    for sign in LISTS:
        if sign in text and (parts := text.split(sign)) != (told := [*map(in_english, parts)]):
            return ("; " if sign == "；" else ", ").join(told)
    return text


def _value(text: str) -> str:
    """A value in English; names of keys with the signs of an English list."""
    return text.replace("、", ", ") if NAMES.fullmatch(text) else in_english(text)


@cache
def _templates() -> tuple[tuple[re.Pattern[str], str, tuple[bool, ...]], ...]:
    """The texts with places, those with the most words of their own first; whether each place is in
    quotes, where a value is somebody's own and stays as it is."""
    made = [pair for pair in ENGLISH.items() if PLACE.search(pair[0])]
    made.sort(key=lambda pair: -len(PLACE.sub("", pair[0])))
    return tuple((_pattern(chinese), english, _quoted(chinese)) for chinese, english in made)


def _quoted(chinese: str) -> tuple[bool, ...]:
    return tuple(words.endswith("“") for words in PLACE.split(chinese)[:-1:2])


def _pattern(chinese: str) -> re.Pattern[str]:
    parts = PLACE.split(chinese)
    clause = "(.*?)" if SENTENCE.search("".join(parts[::2])) else "([^；，]*?)"
    value = {"“": "(.*?)", "（": "([^；]*?)"}  # by the sign ahead: in brackets may be commas
    made = [
        value.get(parts[at - 1][-1:], clause) if at % 2 else re.escape(part)
        for at, part in enumerate(parts)
    ]
    return re.compile("".join(made), re.DOTALL)
