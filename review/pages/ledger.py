"""账本: what was done, by whom, and whether the chain is whole."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from review.render import render
from review.site import site_of

router = APIRouter()
SHOWN = 100

ACTIONS = {
    "scored": "评分", "rescored": "重新评分", "counts again": "恢复为有效结果", "acted": "复核操作", "undone": "撤销操作",
    "listened": "收听录音", "unmasked": "查看个人信息", "sampled": "抽查", "imported": "导入", "labelled": "标注语气",
    "begun": "账本开始", "quarantined": "隔离录音", "retried": "重试录音", "dropped": "放弃录音",
    "user added": "新建账号", "user changed": "修改账号", "logged in": "登录", "logged out": "退出", "log-in failed": "登录失败",
    "appealed": "提出申诉", "appeal decided": "处理申诉", "appeal withdrawn": "撤回申诉", "revised": "人工改分",
}  # fmt: skip


@router.get("/ledger")
def show_ledger(
    request: Request,
    actor: Annotated[str, Query(max_length=100)] = "",
    action: Annotated[str, Query(max_length=100)] = "",
    subject: Annotated[str, Query(max_length=200)] = "",
    before: Annotated[int | None, Query(ge=1)] = None,
) -> HTMLResponse:
    """The newest entries first, a page at a time."""
    store = site_of(request).store
    entries = store.ledger_page(
        actor=actor or None, action=action or None, subject=subject or None, before=before, limit=SHOWN + 1
    )
    return render(
        request, "ledger.html.j2", entries=entries[:SHOWN], more=len(entries) > SHOWN, head=store.ledger_head(),
        actions=ACTIONS, actor=actor, action=action, subject=subject, before=before,
    )  # fmt: skip
