"""A result with a value in every field, and one with none."""

from __future__ import annotations

from dataclasses import replace

from pipeline.store import Store
from pipeline.types import (
    Burst,
    CallMeta,
    CallResult,
    CustomerOutcome,
    Dynamics,
    Finding,
    KnowledgeCheck,
    Pace,
    Provenance,
    Reason,
    Recording,
    RolePace,
    RoleTone,
    Score,
    ScoreItem,
    SoundEvent,
    Span,
    Tone,
    TonePart,
    ToneStretch,
    ToneWindow,
    Unmeasured,
    Utterance,
    Word,
)

AT = "2025-03-01T10:00:00+08:00"


SHA = "ab12cd34" * 8
ENGINE = Provenance(
    model="base",
    model_sha256="9" * 64,
    lexicon_version="7",
    scoring_version="3",
    callqa_version="1.0.0",
)
FULL = CallResult(
    recording=Recording("录音/20250301_一号.wav", SHA, 12.345678901234567, 8000, 2, "pcm_alaw", 1),
    call=CallMeta("C-1", "A007", "13800000000", "2025-03-01T09:58:00+08:00", "售后"),
    engine=ENGINE,
    utterances=(
        Utterance(
            "agent",
            0,
            0.1,
            1.2,
            "您好,请讲。",
            0.9,
            (Word("您好", 0.1, 0.5, 1 / 3), Word("请讲", 0.6, 1.2, 0.8)),
        ),
        Utterance("unknown", 1, 1.5, 2.0, "嗯", 0.4, ()),
    ),
    findings=(
        Finding(
            "greeting",
            "required",
            "您好",
            "agent",
            0.1,
            0.5,
            "您好",
            "exact",
            0.93,
            "confirmed",
            5.0,
        ),
        Finding("silence", "silence", "", "unknown", 4.0, 8.0, "", "signal", 1.0, "review"),
    ),
    pace=Pace(
        RolePace(
            220.5,
            300.25,
            3.0,
            40.0,
            200.1,
            240.9,
            225.0,
            (Burst(3.0, 13.5, 300.25),),
            230.0,
            "agrees",
        ),
        RolePace(None, None, None, 0.0),
    ),
    dynamics=Dynamics(
        0.6,
        4.0,
        4.0,
        0,
        2,
        None,
        ended_by="customer",
        unmeasured=(Unmeasured("talk_over_s", "单声道"),),
    ),
    tone=Tone(
        agent=RoleTone(
            "平稳",
            0.8,
            0.7,
            (ToneStretch(0.1, 1.2, "高于平时", 0.7, 2.5, "音高高 3.0 个半音"),),
            arousal=0.3,
            parts=(TonePart("pitch_st", 12.0, 11.0, 1 / 3),),
            baseline_calls=9,
            windows=(
                ToneWindow(0.0, 4.0, (TonePart("pitch_st", 11.0, 11.0, 0.0),), 0.1, None),
                ToneWindow(5.0, 9.0, (TonePart("pitch_st", 13.0, 11.0, 2 / 3),), 0.5, None),
            ),
        ),
        customer=RoleTone(abstained=("说话太少",)),
    ),
    sounds=(SoundEvent(2.0, 9.0, 1, "music", 0.9),),
    overlaps=(Span(1.0, 1.5),),
    score=Score(
        attitude=93.33,
        total=96.33,  # 84 of 90, and 3
        fatal=False,
        items=(
            ScoreItem(
                "politeness",
                "礼貌用语",
                90.0,
                84.0,
                (Reason("说了禁语", -5.0, finding=0), Reason("语速", -1.0, figure=220.5)),
                project="服务态度",
                indicator="用语",
                dimension="courtesy",
            ),
            ScoreItem("closing", "语气", 10.0, 0.0, (), applies=False, note="不适用"),
        ),
        flags=("客户语气激动", "角色不确定"),
        extras=(
            ScoreItem("praised", "被客户表扬", 0.0, 3.0, (Reason("被客户表扬", 3.0, figure=1.0),)),
        ),
        beside=(
            ScoreItem(
                "satisfaction", "满意度", 100.0, 75.0, (Reason("满意度", -25.0, figure=4.0),)
            ),
        ),
        veto_total=0.0,
        grade="优秀",
    ),
    outcome=CustomerOutcome(rating=4.0, praises=1),
    knowledge=(KnowledgeCheck("cable.fee", "月租", 1.5, 2.0, "wrong", open=True),),
    notes=("角色不确定",),
)
BARE = CallResult(
    recording=Recording("x.mp3", "f" * 64, 0.0, 16000, 1, "mp3", 0),
    call=CallMeta(),
    engine=ENGINE,
    utterances=(),
    findings=(),
    pace=Pace(RolePace(None, None, None, 0.0), RolePace(None, None, None, 0.0)),
    dynamics=Dynamics(None, None, None, None, None, None),
    tone=Tone(),
    score=Score(attitude=None, total=None, fatal=True, items=(), flags=()),
)


def at_version(result: CallResult, lexicon_version: str) -> CallResult:
    return replace(result, engine=replace(result.engine, lexicon_version=lexicon_version))


def count(store: Store, table: str) -> int:
    return store.db.table(table).count
