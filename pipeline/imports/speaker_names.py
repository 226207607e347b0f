"""Tell the side of a speaker by the name that a transcript or a platform gives."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.imports.scripts import simplified
from pipeline.types import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

SpeakerName: TypeAlias = Role | Literal["system"]

_NAMES: Mapping[SpeakerName, str] = {
    "agent": "客服 坐席 座席 话务员 接线员 员工 商家 卖家 店家 店铺 店主 掌柜 店小二 小二 商户 企业 企业成员 线上客服 人工 人工客服 人工坐席 人工座席 "
    "在线客服 客服人员 客服专员 客服代表 客服经理 售前 售后 售前客服 售后客服 顾问 导购 接待人员 接待客服 值班客服 "
    "話務員 接線員 員工 商家客服 賣家 店鋪 企業 線上客服 客服人員 客服專員 專員 专员 "
    "工程师 工程師 技术员 技术工程师 值班员 值班員 值班人员 值班长 调度员 调度 受理员 受理人员 坐席员 座席员 坐席代表 座席代表 接待员 咨询员 "
    "接線生 接线生 营业员 營業員 柜员 櫃員 店员 店員 店长 店長 职员 職員 服务员 服務員 前台 服务台 服務台 总台 客服主任 客服主管 "
    "客户服务主任 客戶服務主任 客户服务员 客戶服務員 客務主任 客务主任 服務專員 客服專員 官方客服 客服组长 值班经理 "
    "工作人员 办事员 业务员 业务代表 服务专员 服务人员 服务代表 主播 播主 店铺客服 商家端 商户端 B端 坐席端 座席端 客服端 我方 本方 子账号 话务 热线员 "
    "agent kefu staff operator seller merchant shop store kf csr rep representative assistant employee advisor servicer "
    "human_agent human agent_human support service live_agent servant",
    "customer": "客户 用户 顾客 来电人 市民 访客 买家 消费者 粉丝 会员 网友 群众 来电者 主叫 来访者 咨询者 咨询人 客人 "
    "客戶 用戶 顧客 來電人 訪客 買家 消費者 會員 來電者 "
    "游客 遊客 观众 觀眾 网民 居民 旅客 乘客 业主 租客 住户 学员 家长 患者 投保人 报修人 投诉人 举报人 申请人 申诉人 求助人 求助者 诉求人 "
    "办事人 缴费人 来访人 来电用户 来电客户 微信用户 外部联系人 外部客户 企业微信客户 注册用户 匿名用户 普通用户 C端用户 C端客户 C端 用户端 客户端用户 买家端 访客端 对方客户 "
    "customer caller user guest visitor buyer client consumer member external contact end_user enduser fan",
    "system": "系统 系统消息 系统提示 系统通知 机器人 智能客服 智能助手 智能机器人 机器人客服 客服机器人 自动回复 店小蜜 提示 通知 小蜜 "
    "AI客服 AI助手 AI坐席 AI助理 AI 智能坐席 智能助理 智能语音 智能语音机器人 语音机器人 文本机器人 虚拟客服 虚拟助手 数字人 数字员工 小i "
    "阿里小蜜 京小智 京东小智 阿里店小蜜 店小秘 小冰 自动应答 自动消息 欢迎语 系统自动回复 IVR导航 智能外呼 外呼机器人 人工智能 "
    "系統 系統消息 系統訊息 系統提示 系統通知 機器人 智能機器人 客服機器人 自動回覆 公告 旁白 语音播报 播报 "
    "system sys bot robot notice notification ivr chatbot auto auto_reply autoreply ai event tip tips",
}
_SPEAKERS: Mapping[str, SpeakerName] = {
    simplified(name.casefold()): role for role, names in _NAMES.items() for name in names.split()
}
NOT_SAID = frozenset({"", "unknown", "未知", "未知说话人", "none", "null", "-", "—"})
"""Names that say that nobody knows."""

_BRACKETS = re.compile(r"[\[【(<《](.*)[\]】)>》]")
_NUMBER = re.compile(
    r"[\s_#.-]*\d+[号號]?$|^\d+[号號](?=\D)|\s*[(\[【<][^()\[\]【】<>]*[)\]】>]$|[\s_-]*工号[\s:]*[\w-]+$"
)
_SEPARATORS = re.compile(r"[\s_\-—–:/|·@,.~#()\[\]<>【】]+")
_LOOSE: Mapping[SpeakerName, tuple[str, ...]] = {
    "system": (
        "机器人", "機器人", "智能客服", "系统", "系統", "ai客服", "ai助手", "ai坐席", "智能助手", "智能语音", "阿里小蜜",
        "店小蜜", "京小智",
    ),
    "agent": ("客服", "坐席", "座席", "在线客服", "线上客服", "人工客服", "值班员", "值班員", "工程师", "接线员", "话务员"),
    "customer": (
        "客户", "客戶", "访客", "訪客", "买家", "買家", "用户", "用戶", "顾客", "顧客", "游客", "匿名用户", "微信用户",
    ),
}  # fmt: skip
"""Names that begin so are of the side too: 客服小王, 访客8f3a."""
_STAFF = re.compile(
    r"(?:客户|客戶|用户|用戶|顾客|顧客)(?:经理|經理|服务|服務|代表|主任|顾问|顧問|专员|專員|成功|运营|管家)"
)
_MACHINE = re.compile(
    r"机器人|機器人|自[动動](?:回[复覆]|[应應]答|接待|[欢歡]迎[语語]?|消息|[发發]送|客服)?[)\]】>]?$|智能(?:应答|回复|接待)"
    r"|撤[回销銷]|系[统統](?:消息|提示|通知)?[)\]】>]?$|(?<=[\u4e00-\u9fff])ai\d*$"
)
"""客服机器人小蜜 and 客服（自动回复） are no persons, and 坐席（已撤回） sent what nobody reads."""
_AUTO_NAME = re.compile(
    r"(.{0,12}?)[\s_-]*[(（\[【]?(?:自[动動](?:回[复覆]|[应應]答)|auto[ _-]?reply)[)）\]】]?"
)
_HOTLINE = re.compile(
    r"^\d{5}(?=(?:市民)?(?:热线|熱線|客服|话务|話務|坐席|座席|接线|接線|服务|服務))"
)
"""95598客服 and 12345话务员: the number is the hotline's."""
_LONGEST_NAME = 40
"""No name of a role with a number is longer (our choice). Anything longer is text."""

_PICTURES = frozenset({"So", "Sk", "Cf", "Mn", "Co"})

_NOBODY = re.compile(
    r"[a-z]|\d{1,2}|(?:speaker|spk|spkr|channel|ch|[左右](?:声道|通道)?|声道|通道|说话人|說話人|发言人|發言人|讲话人|講話人|角色)[\s_-]*\w{0,3}",
    re.IGNORECASE,
)
_OFTEN_TEXT = frozenset(
    [
        "提示",
        "通知",
        "公告",
        "tip",
        "tips",
        "event",
        "notice",
        "notification",
        "auto",
        "ai",
        "企业",
        "人工",
        "会员",
        "會員",
        "store",
        "shop",
        "contact",
        "external",
        "调度",
        "家长",
        "欢迎语",
        "自动消息",
        "话务",
        "c端",
        "b端",
        "人工智能",
        "业务员",
        "前台",
        "服务台",
        "服務台",
        "总台",
        "店长",
        "店長",
    ]
)
"""Names that stand before a colon in ordinary sentences."""
_ID_IN_NAME = re.compile(
    r"(?:工号|工號|no\.?|id)[\s:_#-]*([a-z0-9][\w-]{1,15})|(?<![a-z0-9*])((?=[a-z0-9]*\d)[a-z0-9]{3,12})(?![a-z0-9*])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NameMap:
    """What a site calls the sides besides the names that everybody knows (``[texts]``). A name that
    ends with ``*`` stands for all that begin so."""

    agent: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    system: tuple[str, ...] = ()

    def role_of(self, name: str) -> SpeakerName:
        """The side of a name: the site's names first, then ``role_of``.

        >>> NameMap(agent=("小蜜蜂*",)).role_of("小蜜蜂3号"), NameMap().role_of("小蜜蜂3号")
        ('agent', 'unknown')
        """
        return self.own_role_of(name) or role_of(name)

    def own_role_of(self, name: str) -> SpeakerName | None:
        """The side by the site's names alone; ``None`` for a name that is none of them."""
        if not (self.agent or self.customer or self.system):
            return None
        key = _folded(name)
        sides: tuple[SpeakerName, ...] = ("agent", "customer", "system")
        for side in sides:
            if any(_fits(key, _folded(one)) for one in getattr(self, side)):
                return side
        return None


def _fits(key: str, pattern: str) -> bool:
    return key.startswith(pattern[:-1]) if pattern.endswith("*") else key == pattern


@lru_cache(maxsize=10_000)
def _folded(name: str) -> str:
    return simplified(unicodedata.normalize("NFKC", name).casefold()).strip(" \t\r\n:")


@lru_cache(maxsize=10_000)
def role_of(name: str, *, in_text: bool = False) -> SpeakerName:
    """The side of a name, with or without a number or a person's name beside it; "unknown" for
    names of persons. ``in_text``: the name stands in the text before a colon, where 客服电话： is
    none.

    >>> role_of("客服8012"), role_of("坐席（工号8012）"), role_of("[客户]"), role_of("Caller_1"), role_of("机器人"), role_of("客户经理")
    ('agent', 'agent', 'customer', 'customer', 'system', 'unknown')
    >>> role_of("坐席-王芳"), role_of("客户-138****1111"), role_of("访客8f3a"), role_of("客服小王"), role_of("客服电话", in_text=True)
    ('agent', 'customer', 'customer', 'agent', 'unknown')
    """
    key = _folded(name)
    key = _BRACKETS.sub(r"\1", key) if _BRACKETS.fullmatch(key) else key
    if len(key) > _LONGEST_NAME or (_STAFF.match(key) and key not in _SPEAKERS):
        return "unknown"
    key = _HOTLINE.sub("", key)
    if in_text and key in _OFTEN_TEXT and not _is_automatic(key):
        return "unknown"
    if _is_automatic(key) if in_text else _MACHINE.search(key):
        return "system"
    if key.endswith("@微信"):
        return "customer"  # 企业微信 writes so whom a member of the company talks to
    exact = _SPEAKERS.get(key) or _SPEAKERS.get(_NUMBER.sub("", key).strip())
    if exact:
        return exact
    parts = [part for part in _SEPARATORS.split(key) if part]
    sides = {_SPEAKERS[part] for part in parts if part in _SPEAKERS}
    if "system" in sides and len(parts) > 1:
        return "system"
    if len(sides) == 1 and not (in_text and " " in key):
        return sides.pop()
    if in_text:
        return "unknown"
    plain = _without_pictures(key)
    if plain != key:
        return role_of(plain)
    return next((side for side, begins in _LOOSE.items() if key.startswith(begins)), "unknown")


def _is_automatic(key: str) -> bool:
    """Whether a name is that of an automatic answer: 客服自动回复, 客服8012（自动回复）."""
    found = _AUTO_NAME.fullmatch(key)
    return found is not None and (not found[1] or role_of(found[1], in_text=True) != "unknown")


def _without_pictures(key: str) -> str:
    """A name without emoji, and without the spaces by which Chinese names are spread (客 服)."""
    seen = "".join(c for c in key if unicodedata.category(c) not in _PICTURES)
    return re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", seen).strip()


def is_bare(name: str) -> bool:
    """Whether a name says the side only, and nothing of the person.

    >>> is_bare("客服"), is_bare("[坐席]"), is_bare("客服小王"), is_bare("客服8012")
    (True, True, False, False)
    """
    key = _folded(name)
    return (_BRACKETS.sub(r"\1", key) if _BRACKETS.fullmatch(key) else key) in _SPEAKERS


def is_label(name: str) -> bool:
    """Whether a name only numbers a speaker, as diarization does: A, SPEAKER_00, 发言人1.

    >>> is_label("SPEAKER_00"), is_label("发言人 1"), is_label("0"), is_label("王芳")
    (True, True, True, False)
    """
    return bool(_NOBODY.fullmatch(_folded(name)))


def agent_number(name: str) -> str | None:
    """The 工号 in the name of an agent; ``None`` without one. One or two digits only count speakers.

    >>> agent_number("客服6205"), agent_number("坐席（工号A-12）"), agent_number("客服1"), agent_number("客服小王")
    ('6205', 'A-12', None, None)
    """
    written = _HOTLINE.sub("", unicodedata.normalize("NFKC", name).strip(" \t:"))
    found = _ID_IN_NAME.search(written)
    return next(filter(None, found.groups()), None) if found else None
