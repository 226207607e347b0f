"""The acts that agents promise, and the words that make a sentence no promise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.types import PromiseKind

_TO = "(?:给|跟|向|和|与)(?:您|你)(?:这边|那边|本人)?"
_CONTACT = (
    f"{_TO}(?:再|先|尽快|及时|主动)?(?:回|打|去|来)(?:一个|个|一下|一次)?(?:电话|电|访|复|拨|话|信|过去|过来)|{_TO}(?:回(?!家|收|款)|致电|来电|去电|反馈|答复|联系|联络|沟通|说明情况|同步|说一声|发(?:短信|微信|消息|邮件|通知|信息))"
    f"|{_TO}(?:一个|个|一个明确的|明确的|准确的|最终的?)*(?:结果|说法|消息|准信|回信|答案|交代|回音|回话|电话)"
    f"|等我(?:的|们的?)?(?:电话|消息|信儿?|回复|回话|通知)|报(?:给)?(?:您|你)|(?<!没)有(?:个)?(?:准)?(?:信儿?|消息|回音|答复|说法|交代)(?=[，,。！!\\s]*$)|{_TO}(?:再|先)?(?:个|一个)?(?:准信|准话|信儿?|回执)|{_TO}(?:再|当面|亲自|详细|电话里?|短信|微信)*(?:拨|对接|解释清楚|讲清楚|(?:讲|说|解释|说明)(?=[，,。！!\\s]*$))|(?:打|拨)(?:打|通)?(?:您|你)(?:的|这个|那个|留的?)*(?:电话|手机|座机|号码|号)|(?:会|来|再|主动|亲自)(?:主动|亲自)?(?:找|加)(?:您|你)(?!的)"
    "|(?:准时|再|主动|给您|亲自)打(?:过来|过去)|(?:回复|答复|联系|通知|告知|致电|告诉|反馈给|回访|电话联系|短信通知|电话通知|转告|打给|呼叫|回)(?:一下)?(?:给)?(?:您|你)(?!的(?:时候|那))"
    "|回(?:个|一个)?电话?(?!子)|回拨|回访|回复(?!率|的)|答复(?!的)|打(?:个|一个)?电话过?(?:去|来)?|再打过去|(?:会|将|再|来)联系(?!方式|电话|人|不|过)|(?:跟|给|和|向)您(?:核实|核对|确认)|跟进(?:回复|反馈)|有(?:人|专员|专人|同事)联系"
)
_VISIT = "(?:师傅|工程师|同事|人|队)[^，。]{0,3}(?:准时|一定|肯定|会|就|能)+到(?=[，,。！!\\s]*$)|入户|登门|赶(?:到|过去|过来)|上门(?!服务费|费|的时候|之前|前)|(?:到|去|来)(?:您|你)?(?:家里?|府上|单位|现场|小区|楼下|门口|公司|门店|那边)|师傅(?:会|就|一定|肯定|能|可以)?(?:到|过去|过来)(?!的|之前)|派(?:人|师傅|工|单|工程师|技术|维修|员)[^，。]{0,8}(?:过去|过来|处理|维修|检修|查看|看看|检查)|到场|到(?:您|你)那|过去(?:看|检查|维修|修|处理|检修|安装)|(?<!出)来(?:给您|为您)?(?:修|看|装|检查|安装|取|收)"
_EFFECT = (
    "(?:收到|拿到|领到|用上)(?![了过吗])(?![^，。]{0,4}(?:短信|验证|通知|提醒|信息|电话|邮件))"
)
_DELIVER = f"(?:就|会|能|可以|一定|肯定|准|保证您?)+{_EFFECT}|放款|拨款|结清|发放|兑付|清退|退(?:款|费|还|回|到|给)(?!政策|流程|申请|的|时间|时限|周期|进度|规则)|(?<=[给为帮]您)退(?=的?[。！!，,\\s]*$)|(?:到账|入账)(?!时间|日期|时限|周期|短信|通知|情况|提醒)|补?发(?:货|出|到|给|走)|(?<![开出原])发(?:您|你)(?=[的邮手微短箱里上，,。！!]|$)|补(?:发|上|齐|足|回)|补(?:偿|差)?到|返(?:到|回|现)|转(?:账|回)(?!时间)|打回(?=到|您|你|账)|(?:给|为|帮)您(?:重新)?(?:减掉|扣减|减免|抵扣|冲掉|冲回|充上|充进|充值)|换(?:新的?|一?[台部张只]|一?个新)|重新(?:[给为帮]您)?(?:派|送|寄|发)|寄(?:出|到|给|回)|送(?:到|达|货|过去|上门)|派(?:送|件)|配送|补(?:寄|送|给)|赔(?:付|偿)(?:到|给)?|打(?:到|款|进)|返还|交(?:付|齐|货)|(?:前|内|天|点|后|午|晚)(?:就|就能|能|会)?到(?=[，,。；;！!\\s]|$|货|店|家|您看|您觉)|(?:货|件|包裹|机子|手机)(?:就|会|一定|肯定)*到|回到|到(?:您|你)(?:的)?(?:手|账|帐|卡|微信|支付宝|邮箱|银行)"
_HAND_ON = "(?:跟进|催(?:一下|促|办|单|(?![缴款收费]))|上报|转(?:给|交|派)(?!您|你|人工|专席|专线|专员|客服)|反映(?:上去|给)|反馈(?:上去|给(?!您|你))|加急|盯)"
"""The matter goes on after the call, in other hands."""
_HANDLE = f"(?:处理|解决|办理|修复|修理|安装|更换|核实|核查|查询|调查|维修|抢修|整改|审核|协调|落实|开通|恢复|复通|供电|来电|通水|供水|通气|供暖|更新|完成|更正|修改)(?:好|完|妥|清楚|完毕|完成|掉|到位|正常|供电|通信|供水)?|搞定|弄(?:完|妥)|改(?:好|过来|掉|正)|换(?:好|掉)|调(?:好|整好)|{_HAND_ON}|发走|(?:安排|派|叫|让)(?:人|师傅)去(?:修|看|装|查)|(?:就|准|一定|肯定|保证)(?:能|会)?(?:好|来|发|送|装|修|下来|到位|通|用上?)(?=了?[，,。！!\\s]*$|了?[，,])|(?<=[天午上前内点])能(?:发|送|寄|装|修|退|好)(?=了?[，,。！!\\s]*$)|办(?:好|完|妥|下来)|修(?:好|完)|弄好|查(?:清|明|好|到|出)|装(?:好|上)|(?<=[前后内天日])(?:就|会|能|可以)*出来|出结果|有结果|出来结果|生效"

_IN_CALL = "解释|介绍|说明|讲|说|查(?!出|清|明|好)|看|登记|记|转接|核对|确认|道歉|致歉|推荐|分析|算|念|拜年|带来|造成|添|服务|值班|效劳|[了过]"
_FOR_CUSTOMER = f"(?:给|帮|为|替)(?:您|你)(?!们|的)(?:再|先|也|都|重新|优先|去)*(?!{_IN_CALL})(?:(?!的)[\u4e00-\u9fff]){{1,4}}(?<![了过])(?![了过])"
_ARRANGED = "(?:把|将)(?!您给)[^，,。！？；]{1,12}(?:给(?:您|你)|[\u4e00-\u9fff](?:好|完|掉|上|出来|过来|过去|下来|出去|回来|清楚))(?![了过])|(?<=[日天号午晚早周月前内点半后])(?:就|准|都|一定)*会(?!休息|下班|关门|开门|放假|涨|扣|停|自动|有|是|到期|生效)[\u4e00-\u9fff]{1,3}|(?:撤销|注销|解除|解绑|解封|解锁|解冻|取消|过户|变更|移机|接通|上线|签批|批复|审批|排查|补录|出具|开具|开票|打印|清理|清洗|准备|整理|汇总|核算|对账|沟通|协商|跟踪|申请|提交|递交|敲定)(?![了过])"
GENERAL_ACTS = re.compile(f"(?P<to>{_FOR_CUSTOMER})|(?P<own>{_ARRANGED})")
"""Any work that is done for the customer, or by the agent's side. It is a promise only by a time
before it."""

ACTS: tuple[tuple[PromiseKind, re.Pattern[str]], ...] = (
    ("contact", re.compile(_CONTACT)),
    ("visit", re.compile(_VISIT)),
    ("deliver", re.compile(_DELIVER)),
    ("handle", re.compile(_HANDLE)),
)
"""In the order of their weight: a sentence that promises a call back and the work is a promise to
call back, which later calls can show."""

COMMITS = re.compile("会|将|一定|肯定|保证|尽快|马上|立刻|补(?:发|上|齐|足|回|寄|送)")
"""Words that commit to work without a time: 我马上给您补发."""
NO_COMMITMENT = re.compile(
    "可以|能|查|看|他们|对方|是(?:来|今天|专门)?(?:给|为)(?:您|你)|意见|建议|表扬|夸奖|感谢"
)
"""Words beside such work that make it an offer, a look, or others' work."""
LATER = re.compile("会|将|一定|肯定|保证|尽快")
"""Words that put work after the call."""
OWN = re.compile(
    "我|咱|这边|师傅|同事|专人|专员|仓库|财务|物流|主管|经理|主任|领导|工程师|部门|站点|网点|门店|店里|厂家|技术"
)
"""Who acts for the agent's side, and is no system or bank."""

SUBJECT = re.compile(
    "我们?|咱们?|师傅|工作人员|专员|专人|专家|同事|客服|技术|工程师|维修|物流|快递|快递员|投递员|派送员|仓库|财务|商家|后台|系统|经理|主管|主任|老师|队长|站长|部门|公司|银行|网点|项目组|会|将|安排|保证|承诺|一定|肯定|由|为您|给您|帮您|替您|跟您|向您|给你|帮你|跟你|到时候|届时|发[您你]"
)
"""Who or what shows that the agent's side acts."""

FUTURE = re.compile(
    "(?<!一)会|将|一定|肯定|保证|承诺|再|到时候?|届时|稍|晚点|回头|安排|就给|就会|之后|等下|由"
)
CUSTOMER_ACTS = re.compile(
    "请(?=在|于|务必|按时|提前|携带)|(?:您|你)请(?!放心)|(?:请|麻烦|劳烦|辛苦|建议|需要|得|要|让)(?:您|你)(?!放心|稍等|留意|保持|耐心)|(?:您|你)(?:可以|可|先|再|需要|要|得|自己|到时候?|届时|就|在|也|直接|还|能|若|打|带|拿|去|来|把|得在|务必|方便(?!的话|吗|么)|有|想|最好|只要|记得|必须|应该|明天|后天|下午|上午|什么时候)"
)
"""The customer is to act: 请您明天上午再打来."""

_NEGATION = re.compile(
    "(?:不(?!超过|出|过|晚于|迟于|管|论|但|仅|光|用担心|好意思|用着急|着急|要紧|需要您|用您|方便|便|止|到)|没(?!问题|事|关系)|无法|未(?!来)|别(?!的|人|担心|着急)|难以|不一定|没法|[做办赶来]不(?:到|了|上|及))[^，。！？；]{0,10}$"
)
_HEDGE = re.compile(
    "争取|尽量|力争|可能|也许|大概率|应该(?:是|会|能|可以)?|估计|一般|通常|正常(?:情况|来说|的话)?|预计|理论上|原则上|说不定|如无意外|不出意外|差不多|尽可能|希望"
)
_GENERAL = re.compile(
    "一般|通常|正常(?:情况|来说|的话|来讲)?|按照?规定|规定[是的]|(?:时间|时限|周期|时效|期限)(?:是|为|在|大概|大约|差不多)"
)
_GENERAL_ALONE = re.compile("((?:一般|通常|正常|按照?规定)(?:情况下?|来说|来讲)?)[，,]")
_PERSON = re.compile(
    "我|咱|师傅|专员|专人|同事|工程师|经理|主管|客服|[给为帮替跟向](?:您|你)|(?:联系|通知|回复|答复)(?:您|你)"
)
_CONDITION = re.compile(
    "如果|要是|假如|假使|倘若|若(?:是)?|万一|的话(?![费务题音筒机])|只要|除非|一旦|才能?(?:给|为|帮)|有(?:疑问|异议|任何问题|什么问题|其他问题)|否则|要不|不然"
)
_ASK_AGREEMENT = re.compile(
    "(?:您|你)?(?:方便|同意|可以|没问题|没意见|认可|接受|愿意|觉得行|看行|看可以)的话"
)
_QUESTION = re.compile(
    "您看(?:方便|可以|行|合适|怎样)[^，。]{0,3}[，。\\s]*$|[?？]\\s*$|(?:吗|么|嘛|好不好|可以不|可不可以|行不行|行不|方便不|如何|怎么样|对吧|是吧|是不是|呢)[。，！~～\\s]*$"
)
_ASKED_OPEN = re.compile(
    "什么|哪|几点|几号|几天|多久|怎么(?!样)|多少|谁|为什么|有没有|是不是|能不能|还是"
)
_RETOLD = re.compile(
    '(?<![帮给为替])(?:您|你)(?:今天|昨天|前天|上午|早上|中午|下午|晚上|之前|上次|刚才|前几天|上周)*(?:来电|打电话|(?:咨询|报修|投诉)(?!的)|是说|说的是|说|(?:反映|提到|反馈)(?!的)|的意思|之前|上次|讲的|听到|收到|是想|希望|要求|担心)|(?:师傅|客服|同事|他们?|她|对方|快递员?|商家|人家|有人|销售|经理|工作人员)[^，。]{0,6}(?:说|承诺|答应|告诉您|跟您讲|讲过)|答应过|承诺过|说过|原来说|本来说|显示[^，,。]{0,10}$|之前(?:说|承诺|约)|当时(?:说|承诺)|[“"「『][^”"」』]*$'
)
_DONE = re.compile(
    "已经|已$|已(?=给|为|帮|经|于|安排|处理|联系)|刚才|刚刚|刚(?=给|打|联系)|[打问说讲来]过|曾|(?<![点半刻分天日号午上晚早底末初周月班时内0-9一二三四五六七八九十])之前|上次|昨天|昨晚|前天|上周|上个月|去年|那天|那次|今天早上(?=已)"
)
_AFTER_DONE = re.compile("^(?:您|你)?(?:好|完)?(?:过(?!去|来)|[啦咯]|来?了(?!解|结))")


@dataclass(frozen=True, slots=True)
class Act:
    """An act of a sentence, from character ``start`` to ``end``. ``general``: of no list of acts, so
    that only a time before it makes it a promise."""

    kind: PromiseKind
    start: int
    end: int
    general: bool = False


def find_acts(sentence: str) -> tuple[Act, ...]:
    """The acts of a sentence in order; of two that overlap the weightier.

    >>> [act.kind for act in find_acts("明天师傅上门，修好以后给您回电话")]
    ['visit', 'handle', 'contact']
    """
    found: list[Act] = []
    for kind, pattern in ACTS:
        for match in pattern.finditer(sentence):
            if not any(match.start() < act.end and act.start < match.end() for act in found):
                found.append(Act(kind, match.start(), match.end()))
    for match in GENERAL_ACTS.finditer(sentence):
        apart = not any(match.start() < act.end and act.start < match.end() for act in found)
        if apart and (match["to"] or OWN.search(sentence[: match.start()])):
            found.append(Act("handle", match.start(), match.end(), general=True))
    return tuple(sorted(found, key=lambda act: act.start))


def is_question(sentence: str) -> bool:
    """Whether a sentence asks for a yes: 您看明天给您回电可以吗."""
    return bool(_QUESTION.search(sentence))


def is_open_question(sentence: str) -> bool:
    """Whether a question asks for more than a yes: 您什么时候方便."""
    return is_question(sentence) and bool(_ASKED_OPEN.search(sentence))


def asks_consent(sentence: str) -> bool:
    """Whether a question asks for the customer's consent (可以吗), and not whether something is so
    (对吗)."""
    return bool(_CONSENT.search(sentence))


def asks_agreement(sentence: str) -> bool:
    """Whether the condition is only the customer's consent: 您方便的话."""
    return bool(_ASK_AGREEMENT.search(sentence))


def is_conditional(sentence: str) -> bool:
    """Whether a sentence depends on something that is not the customer's consent."""
    return bool(_CONDITION.search(_ASK_AGREEMENT.sub("", sentence)))


def is_general(sentence: str, act: Act) -> bool:
    """Whether the clause of an act says how long something takes, and nobody who does it.

    >>> [is_general(text, find_acts(text)[0]) for text in ("一般三天到账", "我们一般三天给您退款")]
    [True, False]
    """
    plain = _GENERAL_ALONE.sub(
        lambda found: found[1] + " " * (len(found[0]) - len(found[1])), sentence
    )
    first = max(plain.rfind(mark, 0, act.start) for mark in "，,；;") + 1
    clause = re.split("[，,；;]", plain[first:])[0]
    return bool(_GENERAL.search(clause)) and not _PERSON.search(clause)


def names_person(sentence: str) -> bool:
    """Whether a sentence names somebody of the agent's side, or the customer as whom it is done
    for."""
    return bool(_PERSON.search(sentence))


def is_effect(act_text: str) -> bool:
    """Whether an act is told by what the customer has of it: 您明天就能收到."""
    return bool(re.search(_EFFECT, act_text))


def is_handed_on(act_text: str) -> bool:
    """Whether an act gives a matter to others, so that it goes on after the call."""
    return bool(re.match(_HAND_ON, act_text))


def is_hedged(sentence: str) -> bool:
    """Whether the words leave room: 争取明天, 一般三天."""
    return bool(_HEDGE.search(sentence))


def is_excluded(sentence: str, act: Act) -> bool:
    """Whether an act is negated, done, told again, or the customer's own."""
    before = sentence[: act.start]
    clause = re.split("[，,；;]", before)[-1]
    if _NEGATION.search(before[-14:]) or _RETOLD.search(before):
        return True
    if _DONE.search(clause) or _AFTER_DONE.match(sentence[act.end :]):
        return True
    reach = before if act.kind in ("visit", "handle") else clause
    return _is_customers(sentence[act.start : act.end], reach)


def _is_customers(said: str, reach: str) -> bool:
    if re.search(f"[给跟向和与](?:您|你)|(?:您|你)$|^等我|{_EFFECT}", said):
        return False
    theirs = list(CUSTOMER_ACTS.finditer(reach))
    if not theirs:
        return False
    ours = [match.start() for match in SUBJECT.finditer(reach)]
    return not ours or max(ours) < theirs[-1].start()


_CONSENT = re.compile(
    "(?:可以|行|好|方便|成|同意|接受|合适|没问题|没意见|[oO][kK])(?:吗|么|嘛|不|吧|马)?[?？。，！~～\\s]*$|好不好|行不行|可不可以|方便不|怎么样|如何|您看|你看"
)

AGREED = re.compile(
    "^(?:嗯+|哦|啊|诶|哎|那|那就|那好|这个|也)?[，,、。\\s]*(?:好|行|可以|中|没问题|没事|ok|OK|对|是的?|成|同意|方便|嗯|在家?|有空|得|就这样|麻烦|谢谢|那麻烦|辛苦|能|妥)"
)
REFUSED = re.compile(
    "不(?!用谢|客气|好意思|错|麻烦)|没(?!问题|事|关系|意见)|别(?!的)|换个|改|太晚|太久|等不|晚了|凭什么|但是?|可是|上班|早点|今天就|能不能|能早|算了"
)


def is_agreement(text: str) -> bool:
    """Whether the customer's next words agree.

    >>> [is_agreement(text) for text in ("好的，谢谢", "可以", "不行，太晚了", "明天我上班")]
    [True, True, False, False]
    """
    first = re.split("[。！？!?]", text.strip())[0]
    return bool(AGREED.match(text.strip())) and not REFUSED.search(first)
