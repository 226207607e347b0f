"""Reasons and flags in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.lexicon import name_finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.lexicon import Rule
    from pipeline.types import Finding


def explain_finding(finding: Finding, source: str, rule: Rule | None) -> str:
    """Why a finding counts, with the clause it rests on."""
    name = name_finding(finding, {rule.id: rule.name} if rule else {})
    said = {
        "process": name if rule else _measured(finding),
        "interruption": f"{name}：“{finding.quote}”",
    }.get(finding.kind, name)
    return f"{said}（依据：{source}）"


def _measured(finding: Finding) -> str:
    """
    >>> from pipeline.types import Finding
    >>> _measured(Finding("process.slow_reply", "process", "回复不及时", "agent", 0, 1, "", "signal", 1, "confirmed", evidence="客户等了 5 分钟"))
    '回复不及时：客户等了 5 分钟'
    """
    return "：".join(filter(None, (name_finding(finding, {}), finding.evidence)))


def flags_of(findings: Sequence[Finding], *, agent_heard: bool, fatal: bool) -> list[str]:
    """Why a supervisor should look, the most pressing first."""
    flags = ["一票否决，请立即复听"] if fatal else []
    if not agent_heard:
        flags.append("没有听到客服说话，无法评分")
    confirmed = sum(
        finding.kind == "forbidden" and finding.verdict == "confirmed" for finding in findings
    )
    if confirmed:
        flags.append(f"出现禁语 {confirmed} 处")
    doubtful = sum(finding.is_doubt for finding in findings)
    if doubtful:
        flags.append(f"有 {doubtful} 处机器没有把握，请人工复核")
    slow = sum(
        finding.rule in ("process.slow_reply", "process.long_wait_no_notice")
        and finding.verdict == "confirmed"
        for finding in findings
    )
    if slow:
        flags.append(f"让客户久等 {slow} 次")
    long_silences = sum(finding.rule == "silence.long" for finding in findings)
    if long_silences:
        flags.append(f"长时间静默 {long_silences} 次")
    return flags
