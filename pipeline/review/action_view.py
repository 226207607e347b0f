"""Review actions in words, for the history on the page of a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.lexicon import Rule, name_finding, names_of_rules
from pipeline.people import ReviewAction
from pipeline.privacy import mask_text
from pipeline.report import ROLES
from pipeline.types import Seconds

DECISIONS = {"confirmed": "确认", "refused": "驳回", "open": "退回待定"}
MARKS = {"good": "优秀示例", "coaching": "辅导案例"}
GRADES = {"calm": "平和", "raised": "偏高", "flat": "平淡"}


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An action in words."""

    action: ReviewAction
    what: str


def put_in_words(
    action: ReviewAction, items: Mapping[str, str], rules: Mapping[str, Rule], *, masked: bool
) -> ActionLine:
    """An action in words. Personal data is masked; a corrected text is left out then, since a part
    of a number in it would not be recognised."""
    what = _WORDS[action.kind](action, items, rules)
    if action.kind == "text" and not masked:
        what += f"：{action.value['text']}"
    return ActionLine(action, mask_text(what, said=False) if masked else what)


def clock(seconds: Seconds) -> str:
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


def _finding_in_words(
    action: ReviewAction, items: Mapping[str, str], rules: Mapping[str, Rule]
) -> str:
    key = action.finding
    assert key is not None
    done = "添加" if action.kind == "add" else DECISIONS[action.value["decision"]]
    where = "全程" if key.kind == "missing" else clock(key.start_s)
    return f"{done} {name_finding(key, names_of_rules(rules.values()))}（{where}）"


def _override_in_words(
    action: ReviewAction, items: Mapping[str, str], rules: Mapping[str, Rule]
) -> str:
    item = action.value["item"]
    return f"改分：{items.get(item, item)} 改为 {action.value['points']:g} 分，理由：{action.value['reason']}"


def _tone_in_words(
    action: ReviewAction, items: Mapping[str, str], rules: Mapping[str, Rule]
) -> str:
    stretch = f"{clock(action.value['start_s'])}～{clock(action.value['end_s'])}"
    return f"标注语气：{ROLES[action.value['role']]} {stretch} {GRADES[action.value['grade']]}"


_WORDS: Mapping[str, Callable[[ReviewAction, Mapping[str, str], Mapping[str, Rule]], str]] = {
    "decide": _finding_in_words,
    "add": _finding_in_words,
    "override": _override_in_words,
    "tone": _tone_in_words,
    "role": lambda action, *_: (
        f"把 {clock(action.value['start_s'])} 这句改为{ROLES[action.value['role']]}所说"
    ),
    "text": lambda action, *_: f"更正 {clock(action.value['start_s'])} 这句的文字",
    "comment": lambda action, *_: f"备注：{action.value['text']}",
    "mark": lambda action, *_: (
        f"标为{MARKS[action.value['mark']]}" if action.value["mark"] else "取消标记"
    ),
    "assign": lambda action, *_: (
        f"分配给 {action.value['to']}" if action.value["to"] else "取消分配"
    ),
    "settle": lambda action, *_: "处理完毕" if action.value["settled"] else "重新打开",
}
