"""What call centre platforms call the columns of their call records, besides the usual names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.imports.vocabulary import spelling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMES: Mapping[str, str] = {
    "file": "录音文件名 录音文件名称 录音文件路径 录音文件地址 录音路径 录音地址 录音名称 录音名 录音url 录音链接 语音文件 语音文件名 文件名称 文件路径 "
    "錄音檔名 錄音檔案 錄音檔 檔名 錄音文件 recording_file recordingfile record_file recordfile file_name audio_file audio "
    "recording_name record_name recording_path record_path file_path record_url recording_url recordurl recordingurl recording",
    "call_id": "通话id 通话唯一标识 唯一标识 录音流水号 通话流水号 呼叫流水号 话单流水号 呼叫id 呼叫标识 话单id 录音id 通话标识 接触id 联络id 录音标识 "
    "通話編號 錄音編號 callid call_uuid call_no call_number_id contact_id contactid interaction_id conn_id connid ucid record_id recordid "
    "recording_id global_call_id",
    "agent_id": "座席工号 座席编号 座席号 座席id 座席账号 坐席编号 坐席号 坐席id 坐席账号 坐席帐号 客服编号 客服账号 客服帐号 客服id 话务员工号 话务员编号 "
    "话务员id 员工工号 员工编号 员工号 受理工号 接听工号 处理工号 服务工号 业务员工号 操作员工号 接线员工号 值机员工号 客服工號 坐席工號 座席工號 工號 員工編號 "
    "agent_login_id agent_logid agent_login agent_no agent_code agent_number agentid agentno staff_id staff_no employee_id employee_no "
    "operator_id seat_user seatuser seat_no seat_id extension_agent_id",
    "customer_id": "客户电话 客户手机号 客户手机 客户手机号码 客户联系电话 来电号码 来电电话 来电手机 用户号码 用户电话 用户手机号 客户id 客户號碼 客戶電話 客戶號碼 "
    "客戶編號 來電號碼 customer_number customer_phone customer_no customerid client_number client_phone remote_number",
    "started_at": "呼叫开始时间 通话开始时间 开始通话时间 来电时间 呼叫时间 起始时间 录音开始时间 录音时间 拨打时间 进线时间 呼入时间 进入系统时间 呼叫发起时间 "
    "開始時間 通話開始時間 通話時間 錄音時間 來電時間 進線時間 start_time starttime call_time call_start call_start_time begin_time "
    "segstart record_time recording_time start_date_time datetimeorigination date_time",
    "queue": "队列名称 技能组名称 技能队列 技能组名 坐席组 座席组 话务组 业务组 班组队列 隊列 技能組 queue_name skill_group skill_group_name skillgroup skill "
    "split_skill split/skill acd_group",
    "caller": "主叫方号码 calling_pty calling_party calling_party_number callingpartynumber calling_number src_number",
    "called": "被叫方号码 dialed_num dialed_number called_party called_party_number finalcalledpartynumber originalcalledpartynumber "
    "callednumber dst_number",
    "direction": "呼叫类别 通话方向 来去电 呼叫方式 呼入呼出类型 call_direction contact_type io_type",
    "rating": "满意度评价 满意度结果 满意度得分 服务评价 服务满意度 评价结果 滿意度 satisfaction csat",
    "hung_up_by": "挂断类型 释放方 挂机发起方 release_initiator release_by hangup_by hangup_party",
}  # fmt: skip
"""Field → names, the surest first; only the first of a table counts, and only where no usual name is
there."""

_UNITS = {
    "rating": re.compile(r"[(\[【/](?:1[~至到]?5分?|[5五][分星]制?|满分[5五]分?|[分星])[)\]】]?$"),
    "praises": re.compile(r"[(\[【/](?:次数?|件数?|个|起)[)\]】]?$"),
    "complaints": re.compile(r"[(\[【/](?:次数?|件数?|个|起)[)\]】]?$"),
    "ringing_s": re.compile(r"[(\[【/](?:秒|s|sec)[)\]】]?$"),
}
"""Field → units beside its heading that are those in which it is read."""
_ALSO = {"key": "call_id"}
OTHER_CALL_HEADINGS = frozenset(word for words in _NAMES.values() for word in words.split())
"""All these names, by which the line of headings is found."""


def other_headings(
    headings: Sequence[str], usual: Mapping[str, str], others: Mapping[str, str] = _NAMES
) -> dict[str, str]:
    """Heading → field, for the fields that have no usual heading in a table. ``usual``: heading in
    any case → field. ``others``: field → its other names, the surest first.

    >>> other_headings(["通话ID", "座席工号", "坐席账号", "开始时间"], {"开始时间": "started_at"})
    {'通话ID': 'call_id', '座席工号': 'agent_id'}
    """
    known = {spelling(name): _ALSO.get(field, field) for name, field in usual.items()}
    taken = {known[spelling(one)] for one in headings if spelling(one) in known}
    found: dict[str, str] = {}
    for field, words in others.items():
        ranks = {spelling(word): at for at, word in reversed([*enumerate(words.split())])}
        ranked = sorted(
            (ranks[spelling(one)], at, one)
            for at, one in enumerate(headings)
            if spelling(one) in ranks and spelling(one) not in known and one not in found
        )
        if field not in taken and ranked:
            found[ranked[0][2]] = field
    return found


def unit_headings(headings: Sequence[str], names: Mapping[str, str]) -> dict[str, str]:
    """Heading → field, for the fields that have no other heading in a table than one with its unit.
    ``names``: heading in any case → field.

    >>> unit_headings(["满意度(1-5)", "投诉（次）", "满意度(%)"], {"满意度": "rating", "投诉": "complaints"})
    {'满意度(1-5)': 'rating', '投诉（次）': 'complaints'}
    """
    known = {spelling(name): field for name, field in names.items()}
    taken = {known[spelling(one)] for one in headings if spelling(one) in known}
    found: dict[str, str] = {}
    for one in headings:
        name = spelling(one)
        for field, unit in _UNITS.items():
            is_field = name not in known and known.get(unit.sub("", name)) == field
            if is_field and field not in taken and field not in found.values():
                found[one] = field
    return found
