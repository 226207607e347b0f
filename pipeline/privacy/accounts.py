"""What stands after a word that names it and is made of digits and letters: plates, e-mail, accounts,
passports, birthdays, codes, passwords."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.privacy.spelling import GAP, ONE, PAUSE, row

if TYPE_CHECKING:
    from pipeline.types import PersonalKind

_LETTER = "[A-Za-z]"
_SIGN = rf"(?:{ONE}|{_LETTER})"
_UNDER = r"(?:下划线|横?杠|减号|点儿?|[_\-.])"
_SPELT = rf"(?:{ONE}|[A-Za-z]|大写|小写|字母|数字|{_UNDER})"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
PROVINCES = " ".join(_PROVINCES)
"""The first characters of plates, apart."""
_PLATE_REST = (
    rf"[\s·.,，-]?{_LETTER}(?:[\s·,，-]{{0,2}}(?:{ONE}|(?![IOio]){_LETTER})){{5,6}}(?![A-Za-z0-9])"
)
_DOT = r"\s*(?:点|dot|\.)\s*"
_DOMAIN = rf"(?:(?:[A-Za-z0-9\-]{{1,30}}|(?:{ONE}[\s]?){{3}}|[\u4e00-\u9fff]{{2,4}}?){_DOT}){{1,3}}(?:com|cn|net|org|example|edu|gov|me|io|cc|康姆|抗姆)(?![a-z])(?:{_DOT}cn)?"
_AT = r"(?:艾特|爱特|埃特|圈[aA]|小老鼠|@|(?<![A-Za-z])at(?![A-Za-z]))"

PLATE = re.compile(rf"(?P<v>[{_PROVINCES}]{_PLATE_REST})")
EMAIL = re.compile(rf"(?P<v>(?:{_SPELT}[\s]?){{0,40}}\s*{_AT}\s*{_DOMAIN})", re.IGNORECASE)
WECHAT_ID = re.compile(r"(?P<v>wxid_[A-Za-z0-9]{4,})")

_DAY = r"(?:[一二三四五六七八九十廿〇零0-9]{1,3}[号日]?|初[一二三四五六七八九十]|廿[一二三四五六七八九])"
_MONTH = r"(?:农历|阴历|阳历|公历|旧历)?(?:(?:[0-9]{1,2}|[一二三四五六七八九十零]{1,3})月份?|腊月|正月|冬月)"
_YEAR = r"(?:[0-9零〇一二三四五六七八九幺]{4}|[0-9零〇一二三四五六七八九]{2})年?"
_DATE = (
    rf"(?:{_YEAR}[\s的,，]{{0,2}}{_MONTH}[\s的,，]{{0,2}}(?:{_DAY})?|{_MONTH}{_DAY}|[12][09]\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}"
    r"|(?:19|20)\d{6}(?!\d)|[01]\d[0-3]\d(?!\d))"
)
BORN = re.compile(rf"(?P<v>{_DATE})(?=(?:出?生的|出生|生人))")
OTHER_CALENDAR = re.compile(
    rf"(?:阳历|阴历|农历|公历|新历|旧历)(?:生日)?(?:的话)?(?:就?是|的)?[，,\s]?(?P<v>{_DATE})"
)
"""A second birthday, behind a first one."""
CODE_BEFORE = re.compile(
    r"(?<![0-9])(?P<v>[0-9]{4,8}|[零一二三四五六七八九幺]{4,8})[\s，,]*(?:就?是)(?:这个|那个|我的)?验证码"
)
CARD_WORD = re.compile(
    r"(?:[订工运单]单|单号|快递|包裹|物流|航班|流水|会员|参考|限行|车次|编|批|票|(?<!证)件|型|序列|(?<![卡机话证账帐])(?<!证件)号)号?[^，。,.]{0,2}$"
)
"""Words before 尾号 by which it is no person's."""
THING = re.compile(r"的?(?:那个|这个)?(?:包裹|订单|快递|运单|工单|航班|件|单)")
"""What is named behind such a number."""

ENDING = re.compile(rf"(?P<v>{row(3, 6)})(?:的?结尾|收尾)")


@dataclass(frozen=True, slots=True)
class Rule:
    """``named``: the word that names a value, with the gap behind it. ``asked``: the words of a
    question for it. ``value``: a pattern of the value with a group ``v``. ``part``: the
    pattern of a part of it, for a value dictated in several utterances."""

    kind: PersonalKind
    named: re.Pattern[str]
    asked: re.Pattern[str]
    value: re.Pattern[str]
    part: re.Pattern[str] | None = None


def _rule(kind: PersonalKind, words: str, value: str, *, asked: str = "", part: str = "") -> Rule:
    return Rule(
        kind,
        re.compile(rf"(?:{words}){GAP}", re.IGNORECASE),
        re.compile(rf"{words}|{asked}" if asked else words, re.IGNORECASE),
        re.compile(rf"(?P<v>{value})", re.IGNORECASE),
        re.compile(rf"(?P<v>{part})", re.IGNORECASE) if part else None,
    )


_DIGITS_PART = rf"{ONE}(?:{PAUSE}{ONE}){{0,7}}+"
_MIXED_PART = rf"{_SIGN}(?:{PAUSE}{_SIGN}){{0,7}}+"
_LAST_WORDS = r"[尾位未]号|尾数|末尾|(?<![背后面])(?:最后|后面?的?|末尾?的?)(?:那|的)?[四六几4 6][个位](?:数字?|号码?)?"
_CODE_WORDS = r"(?:短信|手机|动态|图形)?(?:验证|验真|校验|动态|确认|短信)(?:码|马|吗|密码|口令)|(?:^|[，。,\s])码(?=是|呢|多少|给|发)|(?:短信|信息|手机)(?:里|上)?(?:收到|发?来|弹出?来?|显示)?的?(?:[那这]个)?(?:数字|码)|收到的(?:数字|码)"

_SPELT_OUT = rf"(?:[大小]写的?)?{_LETTER}(?:[\s，,、\-]{{1,2}}(?:[大小]写的?)?{_LETTER}(?![A-Za-z])|[\s，,、\-]{{0,2}}{ONE}){{3,19}}+"
"""Single letters and digits with gaps between them."""

RULES: tuple[Rule, ...] = (
    _rule(
        "email",
        r"电?子?邮箱(?:地址|号)?|电子邮件|e-?mail|邮件地址",
        rf"(?:{_SPELT}[\s]?){{1,40}}\s*{_AT}\s*(?:{_DOMAIN}|(?:{_SPELT}[\s]?){{2,20}})",
        part=rf"(?:(?:{_SPELT}|{_AT}|新浪|网易|搜狐|扣扣|dot)[\s]?){{1,40}}",
    ),
    _rule(
        "wechat",
        r"(?:微信|薇信|威信|维信|v信|vx|wechat|weixin)(?:账号|号码?|名)?(?:加)?",
        rf"(?=[^，。,]{{0,20}}?(?:[0-9_\-零一二三四五六七八九幺]|下划线|杠|减号)|(?<=[号是:：加搜音])[A-Za-z]{{6}})(?=(?:[A-Za-z0-9_\-\s]|{ONE}|下划线|横?杠|减号){{5,}})(?:{_LETTER}(?:[\s]?(?:加(?=[0-9零一二三四五六七八九幺]))?{_SPELT}){{4,25}}|{row(5, 12)})",
    ),
    _rule(
        "qq",
        r"(?:QQ|扣扣|抠抠|企鹅)号?码?|(?<![A-Za-z])Q号?(?![A-Za-z])",
        row(5, 12),
        part=_DIGITS_PART,
    ),
    _rule(
        "passport",
        r"(?:护照|护罩|户照|通行证|台胞证)(?:[的\s，,]?号码?)?",
        rf"(?:{_LETTER}{PAUSE}){{1,2}}{row(6, 9)}|{row(7, 9)}",
        part=_MIXED_PART,
    ),
    _rule(
        "birthday",
        r"生日|出生(?:日期|年月日?|时间|的?日子)?|哪年出?生|(?:什么时候|哪天|几几年)(?:出?生|的)|生辰",
        _DATE,
    ),
    _rule(
        "code",
        _CODE_WORDS,
        rf"(?=[A-Za-z]*[0-9])[A-Za-z0-9]{{4,8}}(?![A-Za-z0-9]|[十百千万元位])|{row(3, 8)}",
        asked=r"(?:六|四|6|4)(?:位的?数字?|位的|个数字)|收到的?数字",
        part=_DIGITS_PART,
    ),
    _rule(
        "password",
        r"密码|蜜码|密马|口令(?!红包)",
        rf"(?:生日|名字|手机号?|姓名|大写|小写|字母|数字|[^，。,A-Za-z0-9]{{0,10}}(?:拼音|缩写|首字母)[\s，,]?)?"
        rf"(?:{_SPELT_OUT}|[A-Za-z0-9!@#$%^&*_.\-]{{4,20}}(?![0-9]*[位次])|(?:{_LETTER}|大写|小写){{0,12}}{row(3, 16)})",
        part=_DIGITS_PART,
    ),
    _rule(
        "cvv",
        r"CVV2?(?:码|号)?|CVC|CVN2?|安全码|(?:背[面后]|后面|签名[栏条])[^，。,.]{0,4}[三3][个位](?:数字?|数)?|后[三3]位|背面(?:的|那个|那几个)?(?:数字?|号码?)?",
        row(3, 4),
        part=_DIGITS_PART,
    ),
    _rule("last_digits", _LAST_WORDS, rf"{row(3, 8)}(?:{PAUSE}X)?", part=rf"{_DIGITS_PART}X?"),
    _rule(
        "plate",
        r"车牌(?:号码?)?|车号|牌照(?:号码?)?|牌号|车是",
        rf"[\u4e00-\u9fff]{{0,2}}?{_PLATE_REST}|[\u4e00-\u9fff]{_LETTER}(?=$|[。，])",
        part=_MIXED_PART,
    ),
)

SECRET = re.compile(
    r"(?:密码|蜜码|密马|口令)(?!红包)[^，。,？?]{0,4}?(?:是|叫|设的|设成了?|设置的?成?了?|改成了?|改为|用的|填的|为)(?:就?是|那个|嗯|啊|我的?(?=[\u4e00-\u9fff]{2}[的名]))?"
    r"[\s，,：:“\"]*(?P<v>[\u4e00-\u9fff]{3,8}?)(?=$|[，。,.！!\s”\"]|这?[二三四五六七八两2-8]个(?:汉)?字|的?全?拼|的?首字母)"
)
"""A password of words that somebody tells: 密码就是开心就好."""

SECRET_ASKED = re.compile(
    r"(?:密码|口令)(?:就?是|设的?是?|用的是?|叫|为)?(?:什么|多少|哪|啥)|(?:报|说|念|告诉|提供|输入|讲)[^，。]{0,6}(?:密码|口令)"
)
"""A question for it."""

SECRET_ANSWER = re.compile(r"(?P<v>[\u4e00-\u9fff]{4,8})(?=[，。,.！!\s]*$)")

NO_SECRET = re.compile(
    r"[了吗呢吧么不没对错什哪几多少谁怎请您你把被能会要想可再]|的$|[四五六七八]位|数字|字母|系统|默认|初始|原[来始]|以前|设[置的成]|改|忘|记|一样|正确|重[置设新]|短信|随机|自己|大小写|知道"
    r"|稍|等|看|找|试|查|听|方便|清楚|现在|服务|登[录陆]|支付|账[号户]|手机|电话|身份|生日|名字|姓名|统一|空[的白]|安全|泄露|保密|加密|通用|相同|同一|简单|复杂|刚|已|应该|必须|银行|公司|客服"
    r"|提示|显示|锁|验证|有效|过期|必填|单独|分开|组合|位数|密码|口令|后[三四六几]|前[三四六几]|号码|证件|开[头始]|英文|中文|符号|需要|问题|明白|好的|谢谢|麻烦"
)
"""What is said of passwords, and is none."""

LEAD = re.compile(
    r"(?:[\s，,。、：:“\"]|嗯+|呃|哦|啊|哎|有|好的?|对|是|就是?|收到了?|我(?:报|念)?(?:一下)?|[您你](?:记|听)一?下|我?记得|应该|我的?|那个|给[您你])*"
)
"""What stands before the value in an answer."""
