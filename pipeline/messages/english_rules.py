"""Mistakes in the files of rules, sheets, topics and knowledge, in English.

The rooms write them in Chinese: QA staff edit these files, and the review pages show their mistakes,
too. Templates as in ``english.py``; a value in “quotes” stays as it is in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILES: Mapping[str, str] = {
    "{0}：没有任何规则，应有至少一个含 rules 的 .yaml 文件": (
        "{0}: no rules; expected at least one .yaml file with rules"
    ),
    "{0}：无法读取（{1}），请检查文件和权限": "{0}: cannot be read ({1}); check the file and the permissions",
    "{0}：无法读取（{1}），请检查文件、权限和编码（UTF-8）": (
        "{0}: cannot be read ({1}); check the file, its permissions and its encoding (UTF-8)"
    ),
    "{0}：不是 UTF-8 编码，请另存为 UTF-8": "{0}: is not in UTF-8; save it as UTF-8",
    "{0}：YAML 格式错误（{1}），请检查缩进、冒号和引号": (
        "{0}: no valid YAML ({1}); check indents, colons and quotes"
    ),
    "{0} 第 {1} 行：有 YAML 不允许的字符（U+{2}），请删去": (
        "{0}, line {1}: a character that YAML does not allow (U+{2}); delete it"
    ),
    "{0} 第 1 行：文件是空的，应为键值表": "{0}, line 1: the file is empty; expected a table",
    "{0} 第 {1} 行：{2}，应为{3}": "{0}, line {1}: {2}; expected {3}",
    "{0} 的值“{1}”不对": "{0} is “{1}”",
    "{0} 是列表": "{0} is a list",
    "{0} 是键值表": "{0} is a table",
    "{0} 第 {1} 行：{2} 缺少“{3}”": "{0}, line {1}: {2} has no “{3}”; add it",
    "{0}：不认识的键“{1}”，应为以下之一：{2}": "{0}: the key “{1}” is not known; expected one of {2}",
    "{0} 第 {1} 行：键“{2}”重复，只能写一次": "{0}, line {1}: the key “{2}” is there twice; write it once",
    "{0}：“{1}”重复，只能写一次": "{0}: “{1}” is there twice; write it once",
    "文件": "the file",
}
_EXPECTED: Mapping[str, str] = {
    "键值表（每行“键: 值”）": "a table (each line “key: value”)",
    "键值表（每行“名称: 内容”）": "a table (each line “name: content”)",
    "列表（每行以“- ”开头）": "a list (each line begins with “- ”)",
    "非空的文字": "a text that is not empty",
    "以下之一：{0}": "one of {0}",
    "{0} 到 {1} 之间的数": "a number from {0} to {1}",
    "大于 least（{0}）的数": "a number above least ({0})",
    "不低于 least（{0}）的数": "a number not below least ({0})",
    "整数": "a whole number",
    "日期，例如 2026-01-31": "a day such as 2026-01-31",
    "不早于 starts（{0}）的日期": "a day not before starts ({0})",
    "小写字母、数字、下划线，例如 complaint": (
        "small letters, figures and underscores, such as complaint"
    ),
    "小写字母、数字、下划线，用点分段，例如 cable.monthly_fee": (
        "small letters, figures and underscores, in parts with dots between, such as cable.monthly_fee"
    ),
    "小写字母、数字、下划线，用点分段，例如 forbidden.shirk": (
        "small letters, figures and underscores, in parts with dots between, such as forbidden.shirk"
    ),
    "小写字母开头的条件名称，例如 wait": (
        "the name of a condition, which begins with a small letter, such as wait"
    ),
    "name 和以下之一：{0}": "name and one of {0}",
    "含有 {0} 之一的键值表": "a table with one of {0}",
    "first 或 last 其中一个": "either first or last",
    "正确的正则表达式（{0}）": "a regular expression without mistakes ({0})",
    "不能匹配空文字的正则表达式，否则处处都会命中": (
        "a regular expression that does not match an empty text, else it hits everywhere"
    ),
    "无": "none",
}
_RULES: Mapping[str, str] = {
    "{0}：规则编号“{1}”重复，每条规则的编号必须不同": (
        "{0}: the rule id “{1}” is there twice; give each rule an id of its own"
    ),
    "{0}：规定用语“{1}”缺少“phrase”（结果中显示的名称）": (
        "{0}: the required phrase “{1}” has no “phrase”, its name in results; add it"
    ),
    "{0}：规则“{1}”：kind 为 missing 的规则才写 duty（职责），也必须写": (
        "{0}: the rule “{1}”: a rule has a duty if its kind is missing, and only then"
    ),
    "{0}：职责“{1}”不写 phrases 和 meaning，写在 any_of 所指的规定用语里": (
        "{0}: the duty “{1}” has no phrases and no meaning; write them in the required phrases that "
        "any_of names"
    ),
    "{0}：规则“{1}”应当写 phrases（短语），或者写 conditions 和 when（条件），二者选一": (
        "{0}: the rule “{1}” has both phrases and conditions with when; choose one"
    ),
    "{0}：规则“{1}”应当写 phrases（短语）、meaning（含义）或 conditions 和 when（条件）": (
        "{0}: the rule “{1}” has nothing to look for; expected phrases, meaning, or conditions with when"
    ),
    "{0}：“{1}”不再写在用语里；没说就算缺少的，请另写一条 kind: missing、带 duty 的规则（见 docs/rules.md）": (
        "{0}: “{1}” is not written in phrases any longer; for one that is missing if it was not said, "
        "write a rule of kind: missing with a duty (see docs/rules.md)"
    ),
    "只写在 forbidden 或 process 规则里：没说的话要到会话结束才知道": (
        "it only in rules of forbidden or process: what was not said is known at the end"
    ),
    "至少两个例句": "at least two examples",
    "至少一个短语": "at least one phrase",
    "两个字以上的短语；单字必须写成 {say: 字, word: true}，否则会误伤别的词": (
        "a phrase of two characters or more; write a single one as {say: X, word: true}, else it is "
        "found in other words"
    ),
    "不含标点和空格的文字，可用 (甲|乙) 表示任选其一、(甲|乙)? 表示可有可无": (
        "a text without punctuation and spaces; (X|Y) is one of both, (X|Y)? may be left out"
    ),
    "不含标点和空格的文字，且不能整个都可有可无": (
        "a text without punctuation and spaces that cannot be left out as a whole"
    ),
    "不超过 {0} 种说法的短语（现有 {1} 种），请分开写": (
        "a phrase of at most {0} wordings (it has {1}); write several"
    ),
    "{0} 第 {1} 行：“{2}”在同一条规则里写了两次": "{0}, line {1}: “{2}” is in the same rule twice; delete one",
    "{0}：短语“{1}”已经在规则“{2}”中": "{0}: the phrase “{1}” is in the rule “{2}” already",
    "{0}：正则表达式“{1}”可能永远算不完，请去掉套在一起的 + 和 *": (
        "{0}: the regular expression “{1}” may never end; take out + and * within each other"
    ),
    "{0}：正则表达式“{1}”一直没有算完，请去掉套在一起的 + 和 *": (
        "{0}: the regular expression “{1}” did not end; take out + and * within each other"
    ),
    "{0}：正则表达式“{1}”超过 {2} 秒还没有算完，请去掉套在一起的 + 和 *": (
        "{0}: the regular expression “{1}” did not end in {2} s; take out + and * within each other"
    ),
    "{0}：正则表达式“{1}”超过 {2} 秒还没有算完，请去掉套在一起的 + 和 *，或改用 any": (
        "{0}: the regular expression “{1}” did not end in {2} s; take out + and * within each other, "
        "or use any"
    ),
    "例句“{0}”：（{1} {2}）里应当有一个数": "example “{0}”: expected a number in ({1} {2})",
}
_CONDITIONS: Mapping[str, str] = {
    "{0} 第 {1} 行：条件“{2}”应当只有一个判断（{3}），现有 {4} 个": (
        "{0}, line {1}: the condition “{2}” has {4} tests; expected exactly one of {3}"
    ),
    "{0}：有 when 就应当有 conditions（条件）": "{0}: there is when, but no conditions; add them",
    "{0}：“{1}”不是这条规则的条件": "{0}: “{1}” is no condition of this rule",
    "{0}：“{1}”不是这条规则的条件，现有条件：{2}": (
        "{0}: “{1}” is no condition of this rule; expected one of {2}"
    ),
    "{0}：条件“{1}”用到的“{2}”不是这条规则的条件": (
        "{0}: the condition “{1}” uses “{2}”, which is no condition of this rule"
    ),
    "{0}：when 的值“{1}”不对：{2}": "{0}: when is “{1}”, which is wrong: {2}",
    "“{0}”之前应有“and”“or”，或者多了一个括号": "“and” or “or” is missing before “{0}”, or a bracket is too much",
    "“{0}”看不懂，应为条件名称、and、or、not 和括号": (
        "“{0}” is not understood; expected names of conditions, and, or, not and brackets"
    ),
    "括号或 not 套了超过 {0} 层，请拆成几条规则": (
        "brackets or not are more than {0} within each other; make several rules of it"
    ),
    "末尾缺少条件名称": "the name of a condition is missing at the end",
    "缺少右括号": "a closing bracket is missing",
    "“{0}”的位置不对，这里应为条件名称": "“{0}” is in the wrong place; expected the name of a condition",
    "{0}：{1}互相引用成环：{2}": "{0}: {1} name each other in a circle: {2}",
    "条件": "conditions",
    "规则": "rules",
    "{0}：没有编号为“{1}”的规则": "{0}: there is no rule “{1}”",
    "{0}：within: {1} 要有 mark，说明从哪里数起": (
        "{0}: within: {1} needs a mark, which says where counting begins"
    ),
    "{0}：职责应当写 any_of（哪些用语算做到）或 share（比例），二者选一": (
        "{0}: a duty has either any_of (the phrases that fulfil it) or share; choose one"
    ),
    "{0}：“{1}”不是规定用语（kind: required），不能用来履行职责": (
        "{0}: “{1}” is no required phrase (kind: required), and cannot fulfil a duty"
    ),
    "至少一个规定用语的编号，例如 required.greeting": (
        "at least one id of a required phrase, such as required.greeting"
    ),
}
_OVERLAY: Mapping[str, str] = {
    "{0}：没有编号为“{1}”的规则；请改成规则文件中有的编号，或删去这一条": (
        "{0}: there is no rule “{1}”; give an id that the rule files have, or delete the entry"
    ),
    "{0}：规则“{1}”由条件或职责组成，不能补充 phrases 和 exceptions；请改规则文件里的条件，或删去这一条": (
        "{0}: the rule “{1}” is made of conditions or a duty, and takes no phrases and exceptions; "
        "change its conditions in the rule file, or delete the entry"
    ),
    "{0}：规则“{1}”要到会话结束才知道有没有说，不能实时告警；请删去 alarm": (
        "{0}: whether “{1}” was said is known at the end of a conversation, so it raises no alarm; "
        "delete alarm"
    ),
    "{0}：这个文件只写对已有规则的补充（rule: 规则编号）；整条规则（id）请写在另一个文件里": (
        "{0}: this file only adds to rules that are there (rule: its id); write whole rules (id) in "
        "another file"
    ),
    "{0}：要写 rule（规则）、figure（指标）或 kind（类别），说明改的是哪一项扣分": (
        "{0}: rule, figure or kind is missing, which says which deduction is changed"
    ),
    "{0}：这个文件的写法比较特别，网页不能自动改，请手工改：{1}": (
        "{0}: the pages cannot change a file of this form; change it by hand: {1}"
    ),
    "{0} 的 {1} {2}“{3}”": "{0}, {1}: {2} “{3}”",
    "加上": "add",
    "删去": "delete",
    "{0} 的 points 改为 {1}": "{0}: set points to {1}",
    "不写": "nothing",
    "{0}：里面已经没有“{1}”了，不用撤销": "{0}: “{1}” is not in it any longer; there is nothing to undo",
    "{0}：这一项的分值后来又改过（现在{1}），请刷新页面再看": (
        "{0}: the points were changed since (now {1}); load the page again"
    ),
    "没有写": "not written",
    "{0}：这个文件写的是整条规则，网页不能往里写；请把它改成别的文件名，如 own.yaml": (
        "{0}: the file has whole rules, so the pages cannot write in it; give it another name, such as "
        "own.yaml"
    ),
    "这条建议里的文字已随客户资料删除，不能再试算、采纳或撤销": (
        "the wording of this proposal was erased with a customer's data; it cannot be tried, accepted "
        "or undone"
    ),
    "这样改与规则“{0}”的例句矛盾：“{1}”{2}。请换一种更窄的说法": (
        "the change contradicts an example of the rule “{0}”: “{1}” {2}; take a narrower wording"
    ),
    "应当查到，改后却查不到了": "should be found, and no longer is",
    "不应查到，改后却查到了": "should not be found, and now is",
    "{0}：{1} 的这一项按规则扣分（points: rule），请改规则的分值，或删去这一条": (
        "{0}: the deduction in {1} takes the points of its rule (points: rule); change these, or delete "
        "the entry"
    ),
    "{0}：评分表“{1}”没有考核要素“{2}”；请改成表中有的编号，或删去这一条": (
        "{0}: the sheet “{1}” has no item “{2}”; give an id that the sheet has, or delete the entry"
    ),
    "{0}：评分表“{1}”的考核要素“{2}”{3}符合“{4}”的扣分，应当正好一项；可用 {5} 说明是哪一项，或删去这一条": (
        "{0}: sheet “{1}”, item “{2}”: {3} deductions fit “{4}”; expected exactly one; say which by {5}, "
        "or delete the entry"
    ),
    "没有": "no",
    "有 {0} 项": "{0}",
    "[scoring] review_only：没有编号为“{0}”的规则{1}；请改正，或删去": (
        "[scoring] review_only: there is no rule “{0}”{1}; correct or delete it"
    ),
    "，相近的有：{0}": ", similar ones are {0}",
    "，编号见规则文件": ", the rule files have the ids",
}
RULE_MISTAKES: Mapping[str, str] = {**_FILES, **_EXPECTED, **_RULES, **_CONDITIONS, **_OVERLAY}
