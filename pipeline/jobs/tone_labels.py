"""Reviewers' labels of tone joined with what was measured there: samples for training, figures for
the report."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.store import Store, ToneLabel
from pipeline.study import wilson_interval
from pipeline.tone import Bin, Sample, ToneModel, brier, calibration, krippendorff_alpha
from pipeline.types import CallResult, Span, ToneWindow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

INSIDE = 0.5
"""A window belongs to a labelled stretch that covers so much of it (our choice)."""

GRADES = {
    "平稳": "calm",
    "激动": "raised",
    "平淡": "flat",
    "calm": "calm",
    "raised": "raised",
    "flat": "flat",
}
ROLES = {"客服": "agent", "客户": "customer", "agent": "agent", "customer": "customer"}
COLUMNS = ("call", "role", "start_s", "end_s", "grade", "reviewer")


@dataclass(frozen=True, slots=True)
class ToneReport:
    """``raised_right`` of ``raised_judged`` stretches that the machine raised were called raised by
    most reviewers, with the 95 % interval of that share. The alphas are ``None`` where nothing was
    judged twice."""

    labels: int
    reviewers: int
    raised_judged: int
    raised_right: int
    precision_interval: tuple[float, float] | None
    reviewers_alpha: float | None
    machine_alpha: float | None
    bins: tuple[Bin, ...]
    brier: float | None


def read_labels(path: Path, store: Store) -> tuple[ToneLabel, ...]:
    """The labels in a CSV with the columns ``COLUMNS``. Raises ``SettingsError`` in Chinese with
    the line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(f"{path}：读不出来（{error}），应为 UTF-8 编码的 CSV") from error
    missing = [column for column in COLUMNS if lines and column not in lines[0]]
    if missing or not lines:
        raise SettingsError(
            f"{path}：缺少列 {'、'.join(missing) or '（没有内容）'}，应有 {','.join(COLUMNS)}"
        )
    return tuple(
        _label(line, f"{path} 第 {number} 行", store) for number, line in enumerate(lines, 2)
    )


def collect_samples(store: Store, role: str = "agent") -> tuple[Sample, ...]:
    """Each window that reviewers judged, by majority; windows judged as often either way are left
    out."""
    votes: dict[tuple[int, int], list[bool]] = defaultdict(list)
    results: dict[int, CallResult] = {}
    for label in store.tone.labels():
        if label.role != role:
            continue
        result = results.setdefault(label.result_id, store.results.get(label.result_id))
        for at in _windows_in(label, result):
            votes[label.result_id, at].append(label.grade == "raised")
    samples = []
    for (result_id, at), given in sorted(votes.items()):
        if 2 * sum(given) == len(given):
            continue
        result = results[result_id]
        agent = result.call.agent_id or result.recording.sha256
        samples.append(Sample(result.tone.agent.windows[at], 2 * sum(given) > len(given), agent))
    return tuple(samples)


def report_tone(store: Store, model: ToneModel | None) -> ToneReport:
    """How the judgement of tone stands against reviewers. Raises ``StoreError``."""
    labels = [label for label in store.tone.labels() if label.role == "agent"]
    by_stretch: dict[tuple[int, float, float], list[ToneLabel]] = defaultdict(list)
    for label in labels:
        by_stretch[label.result_id, label.start_s, label.end_s].append(label)
    results = {
        result_id: store.results.get(result_id)
        for result_id in {label.result_id for label in labels}
    }
    judged = [
        _Judged(_machine(results[key[0]], Span(*key[1:])), own) for key, own in by_stretch.items()
    ]
    raised = [one for one in judged if one.machine == "raised" and one.majority is not None]
    right = sum(one.majority == "raised" for one in raised)
    samples = collect_samples(store) if model else ()
    predicted = [model.probability(sample.window.parts) for sample in samples] if model else []
    truth = [sample.raised for sample in samples]
    return ToneReport(
        labels=len(labels),
        reviewers=len({label.reviewer for label in labels}),
        raised_judged=len(raised),
        raised_right=right,
        precision_interval=wilson_interval(right, len(raised)),
        reviewers_alpha=krippendorff_alpha(
            [[label.grade for label in one.labels] for one in judged]
        ),
        machine_alpha=krippendorff_alpha(
            [[one.machine, one.majority] for one in judged if one.machine and one.majority]
        ),
        bins=calibration(predicted, truth) if predicted else (),
        brier=brier(predicted, truth) if predicted else None,
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """A stretch: what the machine says of it, and what reviewers do."""

    machine: str | None
    labels: Sequence[ToneLabel]

    @property
    def majority(self) -> str | None:
        """``raised`` or ``calm`` (flat counts as not raised), ``None`` where as many say either."""
        raised = sum(label.grade == "raised" for label in self.labels)
        if 2 * raised == len(self.labels):
            return None
        return "raised" if 2 * raised > len(self.labels) else "calm"


def _machine(result: CallResult, span: Span) -> str | None:
    """``raised`` where a raised stretch covers half of the span, ``None`` where nothing was
    measured there."""
    tone = result.tone.agent
    if not any(Span(w.start_s, w.end_s).overlap_s(span) > 0 for w in tone.windows):
        return None
    covered_s = sum(
        Span(stretch.start_s, stretch.end_s).overlap_s(span) for stretch in tone.stretches
    )
    return "raised" if covered_s >= INSIDE * span.duration_s else "calm"


def _windows_in(label: ToneLabel, result: CallResult) -> list[int]:
    stretch = Span(label.start_s, label.end_s)
    return [at for at, window in enumerate(result.tone.agent.windows) if _covers(stretch, window)]


def _covers(stretch: Span, window: ToneWindow) -> bool:
    return stretch.overlap_s(Span(window.start_s, window.end_s)) >= INSIDE * (
        window.end_s - window.start_s
    )


def _label(line: dict[str, str], where: str, store: Store) -> ToneLabel:
    grade, role = GRADES.get((line["grade"] or "").strip()), ROLES.get((line["role"] or "").strip())
    if grade is None:
        raise SettingsError(f"{where}：grade 为“{line['grade']}”，应为 平稳、激动、平淡 之一")
    if role not in ("agent", "customer"):
        raise SettingsError(f"{where}：role 为“{line['role']}”，应为 客服 或 客户")
    if not (line["reviewer"] or "").strip():
        raise SettingsError(f"{where}：缺少 reviewer（评判人）")
    try:
        start_s, end_s = float(line["start_s"]), float(line["end_s"])
    except (TypeError, ValueError):
        raise SettingsError(f"{where}：start_s、end_s 应为秒数，例如 12.5") from None
    if not 0 <= start_s < end_s:
        raise SettingsError(f"{where}：start_s 应小于 end_s，且不小于 0")
    result_id = store.results.id_of(line["call"] or "")
    if result_id is None:
        raise SettingsError(f"{where}：数据库里没有通话“{line['call']}”")
    return ToneLabel(
        result_id,
        "agent" if role == "agent" else "customer",
        start_s,
        end_s,
        grade,
        line["reviewer"].strip(),
    )
