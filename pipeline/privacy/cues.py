"""The words that name personal data, and the utterances that have one: no other is read."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick, MatchKind

from pipeline.privacy import names, sought
from pipeline.privacy.accounts import PROVINCES
from pipeline.privacy.spelling import TRADITIONAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import Utterance

_WORDS: dict[str, str] = {
    "told": "收人 字人 款人 取人 办人 保人 托人 护人 租人 警人 案人 名字 户名 姓名 全名 名下 件人 货人 联系人 投保人 保险人 被保人 受益人 持卡人 申请人 开户人 登记人 预订人 预约人 订票人 乘机人 入住人 签约人 经办人 就诊人"
    " 报修人 代表人 患者 病人 学员 户主 机主 房主 车主 业主 谁的名 称呼 哪位 抬头 给谁 谁收",
    "family": "姓",
    "am": "我是 我这边是 我这里是 我这儿是",
    "called": "叫",
    "kin": " ".join(names.KIN),
    "paper": "证上 本上 同上 议上 票上 裹上 递上 单上 子上 折上",
    "title": "先生 女士 小姐 本人 太太 老师",
    "sought": sought.BEGINS + " 名下",
    "corrected": "不是",
    "address": "地址 住 家在 房子在 我家 户口 改到 改成 改往 寄到 寄往 寄至 寄给我 送到 送往 送至 送货到 发到 发往 发货到 搬到 搬往 派到 换到 换成"
    " 小区 位置 门牌 房号 楼号 房间 室号 单元 地方 寄 路 街 巷 弄 大道 地点 对面 隔壁 旁边 后面 后门 巷子 病 床 排 户 座 号院 弄 镇 家属 宿舍 花园 家园 苑 公寓 大厦 新村 栋 幢 号楼 村 具体在哪 家在哪 哪个区 什么区 哪个街道",
    "plate": "车牌 车号 牌照 牌号 车是",
    "email": "@ 艾特 爱特 埃特 圈a 小老鼠 邮箱 邮件 email e-mail at",
    "wechat": "微信 薇信 威信 维信 v信 vx wechat weixin wxid_",
    "qq": "qq 扣扣 抠抠 企鹅 q号 我q q",
    "passport": "护照 护罩 户照 通行证 台胞证",
    "birthday": "生日 出生 生的 生人 生辰 哪年 什么时候 哪天 几几年",
    "code": "验证 验真 校验 动态 确认 短信 信息 收到 位数 位的 个数字 码",
    "password": "密码 蜜码 密马 口令",
    "cvv": "cvv cvc cvn 安全码 背面 背后 后面 签名 后三位 后3位",
    "last_digits": "尾号 位号 未号 尾数 末尾 结尾 收尾 最后 后四 后六 后几 后4 后6 末四 末六 末4 末6 后面",
}  # fmt: skip


def find_cues(utterances: Sequence[Utterance]) -> dict[int, set[str]]:
    """For each utterance with a naming word the kinds that the words may name."""
    joined = "\n".join([utterance.text for utterance in utterances])
    lower = joined.lower()
    if len(lower) == len(joined):  # else a character has two in lower case
        joined = lower
    automaton, kinds = _automaton()
    words = automaton.find_matches_as_indexes(joined, overlapping=True)
    if not words:
        return {}
    if len(utterances) == 1:
        return {0: {kind for word in {found[0] for found in words} for kind in kinds[word]}}
    begins = list(accumulate((len(utterance.text) + 1 for utterance in utterances), initial=0))
    cues: dict[int, set[str]] = {}
    for word, start, _ in words:
        cues.setdefault(bisect_right(begins, start) - 1, set()).update(kinds[word])
    return cues


@cache
def _automaton() -> tuple[AhoCorasick, tuple[tuple[str, ...], ...]]:
    """All naming words, in both scripts, and the kinds of each."""
    kinds: dict[str, list[str]] = {}
    simple = {new: old for old, new in TRADITIONAL.items()}
    for kind, words in (*_WORDS.items(), ("plate?", PROVINCES)):
        for word in words.split():
            wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word)
            for spelt in {word, "".join(simple.get(char, char) for char in word), wide}:
                kinds.setdefault(spelt, []).append(kind)
    return AhoCorasick(list(kinds), matchkind=MatchKind.Standard), tuple(map(tuple, kinds.values()))
