"""The HTML pages: one for each call, with its sound inside, and one for the batch. They need no
network."""

from __future__ import annotations

import base64
import re
from collections import Counter
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from pipeline.lexicon import KINDS, is_fact, kind_beside, load_regulations, name_finding
from pipeline.messages import in_chinese
from pipeline.people import COACHING_NAMES
from pipeline.privacy import mask_text
from pipeline.report.grids.grid import whole_file
from pipeline.report.marks import parts_of
from pipeline.report.promise_words import PROMISE_KINDS, PROMISE_STATUSES, promise_address
from pipeline.report.result_grids import tell_lack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.lexicon import Named, Regulations
    from pipeline.report.clips import Playback
    from pipeline.types import CallResult, Failure, Finding, Quote

ROLES = {"agent": "客服", "customer": "客户", "unknown": "未知"}
NOBODY_KNOWN = "不知道是谁说的"
MATCHES = {
    "exact": "文字一致",
    "pinyin": "读音相近",
    "acoustic": "声音核对",
    "meaning": "意思相近",
    "signal": "信号测量",
}
VERDICTS = {"confirmed": "确认", "review": "待复核"}
FOR_INFORMATION = "供参考"
FIGURES = {
    "talk_ratio_agent": "客服说话占比", "silence_s": "静默合计（秒）", "announced_wait_s": "其中已告知的等待（秒）",
    "longest_silence_s": "最长静默（秒）", "hold_s": "等待音乐、播报（秒）",
    "interruptions_by_agent": "客服抢话（次）", "interruptions_by_customer": "客户抢话（次）", "talk_over_s": "同时说话（秒）",
    "response_latency_median_s": "应答间隔中位数（秒）", "longest_monologue_agent_s": "客服最长独白（秒）",
    "time_to_greeting_s": "接通到问候（秒）", "last_speaker": "最后说话的人", "ended_by": "先挂机的人",
    "replies": "客户等待回复（次）", "first_reply_s": "首次回复用时（秒）", "reply_median_s": "回复用时中位数（秒）",
    "reply_worst_s": "最慢一次回复用时（秒）", "reply_late_share": "超时回复占比", "unannounced_wait_s": "最长未告知的等待（秒）",
}  # fmt: skip
OF_TEXTS = ("replies", "first_reply_s", "reply_median_s", "reply_worst_s", "reply_late_share")
"""Figures that only chats and transcripts have, and that are not listed for a recording."""
SOUNDS = {
    "music": "音乐",
    "ringing": "振铃",
    "busy": "忙音",
    "keys": "按键音",
    "announcement": "录音播报",
}
CHECKS = {"agrees": "与声音相符", "text_lost": "文字可能有遗漏", "text_invented": "文字可能有多余"}
TONE_PARTS = {
    "pitch_st": ("音高", "半音"), "pitch_range_st": ("音高起伏", "半音"), "level_db": ("音量", "分贝"),
    "level_spread_db": ("轻重变化", "分贝"), "tilt_db": ("明亮度", "分贝"), "cpp_db": ("嗓音清晰度", "分贝"),
    "rate_cps": ("语速", "字/秒"), "pause_share": ("停顿占比", ""),
}  # fmt: skip

LONGEST_KEPT = 40
"""Characters up to which a masked text is remembered: phrases, not whole sentences."""

PROMISES_LISTED = 40
"""Promises that the page of a period lists, those that need somebody first (our choice)."""


def write_call_report(
    result: CallResult,
    playback: Playback | None,
    folder: Path,
    *,
    regulations: Regulations | None = None,
    names: Mapping[str, str] | None = None,
    others: Sequence[tuple[str, str]] = (),
) -> Path:
    """Write one call's page and return its path. ``regulations``: the documents that its rules
    cite; those that come with callqa if not given. ``names``: what rules are called, by id. ``others``: name and page of the other parts of
    its conversation. Raises ``ReportError`` where it cannot be
    written."""
    sound = (
        f"data:{playback.mime};base64,{base64.b64encode(playback.data).decode()}"
        if playback
        else ""
    )
    page = (
        environment()
        .get_template("call.html.j2")
        .render(
            result=result,
            REGULATIONS=regulations,
            RULES=names or {},
            sound=sound,
            others=[(name, page) for name, page in others if page != page_name(result)],
            rows=[
                (utterance, parts_of(utterance, result.findings)) for utterance in result.utterances
            ],
            lanes=_lanes(result),
            reasons={missing.figure: missing.reason for missing in result.dynamics.unmeasured},
            listed=sorted(enumerate(result.findings), key=lambda pair: _weight(pair[1])),
        )
    )
    return write_page(folder / page_name(result), page)


def write_batch_report(
    results: Sequence[CallResult],
    failures: Sequence[Failure],
    folder: Path,
    *,
    names: Mapping[str, str] | None = None,
) -> Path:
    """Write the batch's ``index.html``, which links to the calls' pages, and return its path.
    ``names``: what rules are called, by id."""
    rated = [result.score.attitude for result in results if result.score.attitude is not None]
    faults = Counter(
        (KINDS[finding.kind], name_finding(finding, names or {}))
        for result in results
        for finding in result.findings
        if finding.kind in ("missing", "forbidden") and finding.verdict == "confirmed"
    )
    page = (
        environment()
        .get_template("batch.html.j2")
        .render(
            rows=[(result, page_name(result)) for result in sorted(results, key=_urgency)],
            mean=sum(rated) / len(rated) if rated else None,
            flagged=sum(bool(result.score.flags) for result in results),
            fatal=sum(result.score.fatal for result in results),
            failures=[(one.path, in_chinese(one.reason)) for one in failures],
            faults=faults.most_common(12),
        )
    )
    return write_page(folder / "index.html", page)


def page_name(result: CallResult) -> str:
    """A file name for a call's page. It stays in its folder for any name of the call."""
    name = result.call.call_id or Path(result.recording.path).stem
    slug = re.sub(r"[^\w-]+", "-", name).strip("-")[:60]
    return f"{slug or 'call'}-{result.recording.sha256[:8]}.html"


def _urgency(result: CallResult) -> tuple[bool, float]:
    return (
        not result.score.fatal,
        101.0 if result.score.attitude is None else result.score.attitude,
    )


def _verdict(finding: Finding) -> str:
    """What became of a finding; a person need not decide about what the customer told or did."""
    is_for_information = finding.verdict == "review" and not finding.is_doubt
    return FOR_INFORMATION if is_for_information else VERDICTS[finding.verdict]


def _weight(finding: Finding) -> tuple[bool, float]:
    return (finding.kind == "required", finding.start_s)


def _lanes(result: CallResult) -> dict[str, float]:
    """The place of each role's lane on the time line, in units of its height."""
    return {
        role: 8.0 + 26 * i
        for i, role in enumerate(ROLES)
        if any(u.role == role for u in result.utterances)
    }


@cache
def environment() -> jinja2.Environment:
    """The Jinja environment of all pages."""
    pages = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        auto_reload=False,  # it would ask the disk for each template of each page
    )
    pages.filters |= {
        "clock": _clock,
        "figure": _figure,
        "minutes": _minutes,
        "percent": _percent,
        "private": _private,
        "source": _source,
        "cited": _cited,
        "called": _called,
        "lack": tell_lack,
        "speaker": _speaker,
        "verdict": _verdict,
    }
    pages.tests["fact"] = is_fact
    pages.globals |= {
        "ROLES": ROLES, "KINDS": KINDS, "kind_beside": kind_beside, "MATCHES": MATCHES, "FIGURES": FIGURES, "OF_TEXTS": OF_TEXTS,
        "SOUNDS": SOUNDS, "CHECKS": CHECKS, "TONE_PARTS": TONE_PARTS, "COACHING_NAMES": COACHING_NAMES,
        "PROMISE_KINDS": PROMISE_KINDS, "PROMISE_STATUSES": PROMISE_STATUSES, "PROMISES_LISTED": PROMISES_LISTED,
        "promise_address": promise_address,
    }  # fmt: skip
    return pages


@jinja2.pass_context
def _called(context: jinja2.runtime.Context, finding: Named) -> str:
    """What a finding is called, by the rules that a page was given."""
    return name_finding(finding, context.get("RULES") or {})


def _speaker(finding: Finding, quote: Quote | None = None) -> str:
    """Who said the words of a finding, or one of its quotes; empty where it is measured, and where
    the words are on no line."""
    role = finding.role if quote is None else quote.said_by
    if role != "unknown":
        return ROLES[role]
    return NOBODY_KNOWN if finding.role == "unknown" and finding.match != "signal" else ""


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


def _minutes(seconds: float | None) -> str:
    return "未知" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _private(text: object, masked: bool, *, said: bool = False) -> str:
    """``said``: somebody said it in a call; see ``mask_text``."""
    plain = str(text)
    if not masked:
        return plain
    if len(plain) > LONGEST_KEPT:
        return mask_text(plain, said=said)
    return _mask_again(plain, said)


@lru_cache(maxsize=2048)
def _mask_again(text: str, said: bool) -> str:
    """Lists name the same phrases in most rows."""
    return mask_text(text, said=said)


@jinja2.pass_context
def _source(context: jinja2.runtime.Context, source: str) -> str:
    return _documents(context).show(source)


@jinja2.pass_context
def _cited(context: jinja2.runtime.Context, reason: str) -> str:
    return _documents(context).show_reason(reason)


def _documents(context: jinja2.runtime.Context) -> Regulations:
    """The documents that a page was given, else those that come with callqa."""
    return context.get("REGULATIONS") or load_regulations()


def _percent(share: float | None) -> str:
    return "未知" if share is None else f"{share:.0%}"


def _figure(value: Any, digits: int = 1) -> str:
    if value is None:
        return "未知"
    if value in ROLES:
        return ROLES[value]
    return (
        f"{round(value, digits):.{digits}f}".removesuffix(".0")
        if isinstance(value, float)
        else str(value)
    )


def write_page(path: Path, text: str) -> Path:
    """Write a page whole or not at all. Raises ``ReportError``."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8", errors="backslashreplace")
    return path
