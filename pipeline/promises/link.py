"""Which calls and chats are of one matter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.types import Contact, Utterance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import CaseCall

_TOPIC = re.compile(
    "宽带|网络|光纤|路由器|机顶盒|有线电视|电视|信号|话费|流量|套餐|手机|号码|账单|发票|会员|续费|密码|账号|验证码|订单|退款|退货|换货|"
    "快递|包裹|物流|派送|邮件|空调|冰箱|洗衣机|热水器|燃气|煤气|暖气|供暖|停电|电表|电费|漏水|停水|水表|水费|保险|理赔|报案|贷款|信用卡|"
    "银行卡|存折|转账|汇款|利息|还款|机票|航班|行李|火车票|酒店|房间|订房|挂号|医生|体检|社保|公积金|医保|养老金|课程|学费|培训|驾校|"
    "车辆|轮胎|保养|停车|安装|维修|检修|投诉|赔偿|押金|租房|合同|物业|电梯|家具|衣服|鞋|尺码|质量|破损|丢失|过期|餐|外卖|门票|演出|游戏|软件|积分|优惠券"
)
_TICKET = re.compile(
    r"(?:工单|受理|投诉|报修|服务单|案件|报案)(?:单)?(?:编号|号码|单号|号)(?:是|为|：|:|\s|您记一下|，)*([A-Za-z]{0,4}[0-9一二三四五六七八九零幺〇-]{5,24})"
)
_DIGITS = str.maketrans("零〇一幺二三四五六七八九", "001123456789")
_RETURNS = re.compile(
    "回访|给您(?:回电|回复|回个?电话|回过来|致电|来电|打(?:这个|个|过来))|(?:您|你)(?:之前|上次|昨天|前天|刚才|今天上午|今天早上|上午|早上|前几天|上周|周[一二三四五六日])?(?:来电|打(?:过)?电话|反映|咨询|报修|投诉|反馈)(?:的|过)|跟进(?:一下)?您|之前(?:答应|承诺|约定|说好)|按(?:约定|照约定)|约好"
)
OPENING = 4
"""Utterances of the agent in which a call back says that it is one (our choice)."""


def read_contact(utterances: Sequence[Utterance]) -> Contact:
    """The sides by which a call is linked with others.

    >>> said = Utterance("agent", 0, 0.0, 1.0, "您好，您昨天反映的宽带问题，给您回个电话", 1.0, ())
    >>> read_contact([said])
    Contact(ticket='', topics=('宽带',), returns=True)
    """
    text = "\n".join(utterance.text for utterance in utterances)
    ticket = _TICKET.search(text)
    opening = [one.text for one in utterances if one.role == "agent"][:OPENING]
    return Contact(
        ticket.group(1).translate(_DIGITS).replace("-", "").upper() if ticket else "",
        tuple(dict.fromkeys(_TOPIC.findall(text))),
        any(_RETURNS.search(said) for said in opening),
    )


def is_one_case(call: CaseCall, later: CaseCall) -> tuple[bool, bool]:
    """Whether a later call is of the same matter, and whether that is a guess. The same 工单号 makes
    it sure; the same customer with a call back or a common topic is a guess."""
    if call.contact.ticket and later.contact.ticket:
        return call.contact.ticket == later.contact.ticket, False
    if not call.customer_id or call.customer_id != later.customer_id:
        return False, False
    common = set(call.contact.topics) & set(later.contact.topics)
    return later.contact.returns or bool(common), True
