"""The parts of time expressions: days, parts of a day, clock times, durations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.promises.numbers import NUMBER

AtomKind: TypeAlias = Literal["duration", "clock", "day", "part", "vague", "before", "within", "after", "about", "from", "range", "skip"]  # fmt: skip

_N = NUMBER
_UNIT = "个?(?:工作日|工作天|自然日)|(?:个)?(?:小时|钟头)|个钟(?!头)|分钟|刻钟|(?<=[0-9])h(?![a-z0-9])|个?(?:星期|礼拜)|周(?![一二三四五六日天末岁年到边围1-7])|个月(?![底末初中上下])|天|日(?=内|之内|以内|后|之后|以后)|年(?![底末级龄轻前]|的?[0-9一二三四五六七八九十]{1,3}月)"
_SERVICE = "(?:的)?(?:热线|客服|服务|在线|营业|自助|值班|开放|人工|不间断|无理由|包退|包换|退换|保修|质保|有效|以上)"

_DURATION = (
    rf"(?P<low>{_N})\s*(?:到|至|-|~|—|－|～)\s*(?P<high>{_N})\s*(?P<unit2>{_UNIT})"
    rf"|(?P<half>半)\s*个?(?P<unit1>小时|钟头|钟|天|月|年|工作日)"
    rf"|(?P<some>十几|二十几|三十几|十来|二十来|个把)\s*(?P<unit4>{_UNIT})"
    rf"|(?P<count>{_N})\s*个半(?P<unit3>小时|钟头|钟|月|工作日)"
    rf"|(?P<number>{_N})\s*(?P<unit>{_UNIT})(?P<andhalf>半(?![小个天]))?"
)
_MINUTE = rf"(?:(?P<half_hour>半)|(?P<quarter>[一三123])刻|[过零]?(?P<minute>{_N})分?(?!钟|小时|天|个|之|[到至]|号|月|日))?"
_CLOCK = (
    rf"差(?P<to>一刻|{_N}分?)(?:钟)?(?:到)?(?P<hour_to>{_N})点"
    rf"|(?P<hour2>[0-9]{{1,2}})[:：](?P<minute2>[0-9]{{2}})(?::[0-9]{{2}})?"
    rf"|(?P<hour>{_N})(?:点钟?(?!儿|击|赞|评|播|餐|单)|时(?!候|间|长|刻|段|效))(?:整)?{_MINUTE}"
    r"|(?P<off>下班)(?=之前|以前|前|的时候|时)"
)
_MONTH_OF = rf"(?:这个?|本|当|再下个?|下下个?|下个?|上个?)月份?|{_N}月份?"
_DAY = (
    rf"(?:(?P<year>[0-9]{{4}}年|[二][零〇][一二三四五六七八九零〇]{{2}}年|今年|明年|本年)的?)?(?P<month>{_N})月份?的?(?P<mday>{_N})(?:号|日)?(?!个?(?:工作日|天|小时|分钟|点))"
    rf"|(?<![0-9.])(?P<month3>[0-9]{{1,2}})[/.](?P<mday3>[0-9]{{1,2}})(?=前|之前|以前|日|号|上午|下午|晚上|中午|当天|[（(]|给)[日号]?"
    rf"|(?P<month2>(?:这个?|本|当|再下个?|下下个?|下个?|上个?)月份?)的?(?P<mday2>{_N})(?:号|日)"
    rf"|(?P<month4>{_MONTH_OF})?(?P<mpart>月底|月末|月初|月中|上旬|中旬|下旬|(?<=月)(?:底|末|初|中旬?))"
    rf"|(?P<month5>这个?月|本月|当月|再下个?月|下下个?月|下个?月|上个?月|{_N}月份?(?=之前|以前|之内|以内|前|内))"
    rf"|(?<![路街巷弄道村苑园区栋幢座楼零〇一二三四五六七八九十0-9])(?!0|零|〇|[0-9]{{3,}}(?:号|日))(?P<mday4>{_N})(?:号|日)(?!{_N}(?:号?单元|楼|室|栋|幢|层|号)|馆|顾|老师|值|小|咨|受|场|桩|话|单元|游|线|楼|门|窗|柜|店|客|坐|座|工|机|院|铺|桌|车|房|单|仓|库|站|口|码|段|为|专|订|文|用|员|台|厅|路)"
    r"|(?P<rel>大后天|后天|明天|今天|当天|当日|本日|今日|明日|次日(?!达|送)|第二天|后日|隔天|明儿个?|今儿个?|后儿个?|昨天|昨日|前天|昨晚|[今明后当](?=早|晚|晨|夜|上午|下午|中午))"
    r"|(?P<week>这个?|本|下下个?|下个?|上个?)?(?:周|星期|礼拜)(?P<wday>[一二三四五六七八九日天末0-9])(?![个次小天年期号点到至]|日)"
    r"|(?P<week3>这个?|本|下下个?|下个?|上个?)?(?:周|星期|礼拜)(?P<wday3>[一二三四五六日天])(?=[到至日点])"
    r"|(?P<week2>这个?|本|下下个?|下个?|上个?)(?:周|星期|礼拜)|(?P<week_in>周内)"
    r"|(?P<yend>(?:今年|明年)?年底|年末|年内|今年内|年前|(?:这个?|本)季度末?|季度末|月内)"
    r"|(?P<fixed>元旦|(?<![零〇一二三四五六七八九幺0-9])五一(?![零一二三四五六七八九0-9])|劳动节|国庆节?|双十一|双十二|十一(?=之前|前|假期|节|国庆|长假))"
    r"|(?P<lunar>春节|过年|除夕|元宵|清明|端午|中秋|重阳|节前|节后|节日|(?:正月|大年)?初[一二三四五六七八九十](?![中步]))(?:节)?"
)
_PART = "凌晨|清晨|早晨|早上|清早|一早|一大早|大早|一上班|上班后|上午|午前|中午|正午|晌午|午间|午后|下午|傍晚|晚上|晚间|夜里|夜间|夜晚|半夜|深夜|午夜|早间|(?<=[今明后当儿天])[早晚晨夜]|(?<=个)晚上"
_VAGUE = (
    "尽快|尽早|马上|立刻|立即|即刻|稍后|稍候|稍晚|待会儿?|等会儿?|(?:过|等)?一会儿?|过会儿?|回头|随后|晚点儿?|晚些时候|晚一点|天黑(?:之?前)|[早午晚]饭(?:之?前)|收工(?:之?前)|第一时间|抓紧|及时|"
    f"[这近]两天|[这近]几天|这段时间|近期|近日|最近|过两天|过些天|过些日子|过几天|过段时间|过一段时间|改天|改日|到时候?|几分钟|几个?小时|几天|几个?工作日|{_N}?来?天?不等"
)
_SKIP = (
    rf"(?:提前|提早|早|(?<!不)超过|逾期|[晚迟](?=[一二两三四五六七八九十0-9])|前|之前)(?:{_DURATION.replace('?P<', '?P<x_')})|(?:{_DURATION.replace('?P<', '?P<y_')}){_SERVICE}"
    rf"|(?:{_DURATION.replace('?P<', '?P<z_')})(?:之前|以前|前)|每(?:个|逢)?(?:天|日|周|星期|礼拜|月|年|工作日|隔)[一二三四五六日天]?(?:{_N}[号日])?(?:[早晚]上|[上下中]午)?(?:{_N}点半?|[0-9]{{1,2}}[:：][0-9]{{2}})?"
    rf"|(?:第(?=[0-9零一二三四五六七八九十]+[号日天个次])|工号|号码|尾号|电话|客服|坐席|座席|专员|代表|话务员|营业员|柜员|服务员|编号)(?:是)?{_N}(?:号|日|天|个?工作日|次)?|(?:早上|上午|中午|下午|晚上)好|全天|百分之[一二三四五六七八九十零点]+|[哪那某有]一?[天年周]|第{_N}[到至-]{_N}天|(?<=[有要快早多少再好大小高低宜贵慢了])一点(?!钟|半)|(?:[0-9]{{4}}|[零〇一二三四五六七八九]{{2,4}})年(?![之以]?[内后]|[的]?{_N}月)|周[一二三四五]至?到?周[五六日](?=都|上班|营业|工作)"
)

ATOM = re.compile(
    rf"(?P<a_skip>{_SKIP})|(?P<a_vague>{_VAGUE})|(?P<a_duration>{_DURATION})|(?P<a_clock>{_CLOCK})"
    rf"|(?P<a_day>{_DAY})|(?P<a_part>{_PART})"
    "|(?P<a_before>之前|以前|前(?![面台往天后]))|(?P<a_within>之内|以内|内(?![容部])|(?:里面|里)(?=[，,。]|就|给|会|我|把|$))"
    "|(?P<a_after>之后|以后|过后|后(?![面台续天期]))|(?P<a_about>左右|前后|上下|来钟|(?<=点)多(?!少|久|长))|(?P<a_from>开始|起(?!来|码))"
    "|(?P<a_range>到|至|-|~|—|－|～|或者?|、|和)"
)


@dataclass(frozen=True, slots=True)
class Atom:
    """A part of a time expression at ``start`` to ``end`` of the text, with the groups of its
    pattern that were filled."""

    kind: AtomKind
    start: int
    end: int
    text: str
    groups: dict[str, str]


def find_atoms(text: str) -> tuple[Atom, ...]:
    """The parts of time expressions in a text, in order.

    >>> [atom.kind for atom in find_atoms("明天下午三点前")]
    ['day', 'part', 'clock', 'before']
    """
    found = []
    for match in ATOM.finditer(text):
        groups = {name: value for name, value in match.groupdict().items() if value is not None}
        kind = next(name for name in groups if name.startswith("a_"))
        inner = {n: v for n, v in groups.items() if n[:2] not in ("a_", "x_", "y_", "z_")}
        found.append(Atom(kind[2:], match.start(), match.end(), match.group(), inner))  # type: ignore[arg-type]
    return tuple(found)
