"""The ledger in words."""

from __future__ import annotations

ACTIONS = {
    "scored": "评分", "rescored": "重新评分", "counts again": "恢复为有效结果", "acted": "复核操作", "undone": "撤销操作",
    "listened": "收听录音", "unmasked": "查看个人信息", "sampled": "抽查", "imported": "导入", "labelled": "标注语气",
    "begun": "账本开始", "quarantined": "隔离录音", "retried": "重试录音", "dropped": "放弃录音",
    "user added": "新建账号", "user changed": "修改账号", "hash renewed": "更新密码摘要", "logged in": "登录", "logged out": "退出", "log-in failed": "登录失败",
    "appealed": "提出申诉", "appeal decided": "处理申诉", "appeal withdrawn": "撤回申诉", "coached": "处理措施",
    "coaching answered": "答复措施", "coaching withdrawn": "撤回措施", "revised": "人工改分",
    "event recorded": "登记事项", "event changed": "更正事项", "event withdrawn": "撤销事项",
    "event recorded again": "重新登记事项",
    "calibration begun": "开始校准", "calibration graded": "校准评分", "calibration closed": "结束校准",
    "promise noted": "登记承诺结果",
}  # fmt: skip
SUBJECTS = {
    "result": "结果", "call": "通话", "agent": "客服", "user": "账号", "appeal": "申诉", "sample": "抽查", "run": "运行",
    "recording": "录音", "rule": "规则", "token": "令牌", "calibration": "校准", "quarantine": "隔离区", "ledger": "账本",
    "promise": "承诺", "event": "事项",
}  # fmt: skip
DETAILS = {
    "sha256": "摘要", "recording": "录音", "agent": "工号", "role": "角色", "before": "之前", "after": "之后", "reason": "理由",
    "address": "来自", "act": "操作号", "kind": "种类", "value": "内容", "appeal": "申诉", "path": "文件", "changed": "改动",
    "seed": "随机种子", "plan": "抽查方案", "calls": "通话", "masked": "已遮盖", "level": "级别", "outcome": "结果",
    "answer": "答复", "results_up_to": "此前结果", "label": "名称", "decision": "决定", "grade": "语气", "reviewer": "复核人",
    "coaching": "措施", "on": "日期", "note": "内容", "call": "通话", "item": "考核要素", "finding": "发现",
    "result_id": "结果", "start_s": "起（秒）", "end_s": "止（秒）", "labelled": "标注", "kept_at": "兑现时间",
}  # fmt: skip
