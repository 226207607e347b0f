"""Where a nightly run speaks: one message to people, figures for Prometheus, a line of JSON for each event."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pipeline.errors import ReportError, SettingsError
from pipeline.nightly.run import Log, Tally
from pipeline.privacy import mask_name, mask_text

NAMED = 10
"""Fatal calls and failures that the message names; the reports have all."""


def open_log(path: str, *, now: Callable[[], str], warn: Callable[[str], None] = lambda _: None) -> Log:
    """A log that appends one JSON object a line to ``path``; with "" nothing is written. A log that cannot be
    written ends the run before it begins: raises ``SettingsError``. Later (a full disk) it ends nothing; ``warn`` is
    told once."""
    if not path:
        return lambda event, detail: None
    file = Path(path)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise SettingsError(f"[nightly] log = {path!r}: cannot be written ({error.strerror})") from error

    faults: list[str] = []

    def write(event: str, detail: Mapping[str, object]) -> None:
        line = json.dumps({"at": now(), "event": event, **detail}, ensure_ascii=False)
        try:
            with file.open("a", encoding="utf-8", errors="backslashreplace") as lines:
                lines.write(line + "\n")
        except OSError as error:
            if not faults:
                faults.append(f"{path}: the log cannot be written ({error.strerror}); the run goes on without it")
                warn(faults[0])

    return write


def write_metrics(path: Path, tally: Tally, *, quarantined: int | None, ended: float, took_s: float) -> Path:
    """Write the figures of a run as Prometheus's node exporter reads them. ``ended``: seconds since 1970;
    ``quarantined``: ``None`` where the database could not be asked. Raises ``ReportError``."""
    from prometheus_client import CollectorRegistry, Gauge, write_to_textfile  # noqa: PLC0415 - only where wanted

    registry = CollectorRegistry()
    figures = {
        "callqa_recordings_found": ("Recordings that were new", tally.found),
        "callqa_recordings_scored": ("Recordings scored", tally.scored),
        "callqa_recordings_failed": ("Recordings put in quarantine", len(tally.failures)),
        "callqa_recordings_left": ("Recordings left for the next run", tally.left),
        "callqa_quarantine": ("Recordings in quarantine", quarantined),
        "callqa_problems": ("Folders and files that could not be read", len(tally.problems)),
        "callqa_fatal_calls": ("Calls with a veto", len(tally.fatal)),
        "callqa_audio_seconds": ("Seconds of audio scored", tally.audio_s),
        "callqa_run_seconds": ("Seconds that the run took", took_s),
        "callqa_last_run_timestamp_seconds": ("When the run ended", ended),
    }
    for name, (text, value) in figures.items():
        if value is None:
            continue
        Gauge(name, text, registry=registry).set(value)
    if tally.attitudes:
        mean = sum(tally.attitudes) / len(tally.attitudes)
        Gauge("callqa_attitude_mean", "Mean attitude of the calls scored", registry=registry).set(mean)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_to_textfile(str(path), registry)
    except OSError as error:
        raise ReportError(f"{path}: cannot be written ({error.strerror}); check [nightly] metrics") from error
    return path


def summary_of(tally: Tally, *, day: str, head: str = "", broken_off: bool = False) -> tuple[str, str]:
    """Title and text of the message, failures and fatal calls first; in Chinese, with personal data masked.
    ``head``: the ledger's hash, which so is kept outside the database; ``broken_off``: the run did not come to its
    end, and the first problem says why."""
    title = f"callqa {day}：{'运行中断，' if broken_off else ''}评分 {tally.scored} 通"
    lines = [f"运行中断，已评分的结果都已保存：{mask_name(tally.problems[0])}"] if broken_off else []
    if tally.fatal:
        title += f"，一票否决 {len(tally.fatal)} 通"
        lines.append(f"一票否决 {len(tally.fatal)} 通，请先复听：")
        lines += [f"  {mask_text(one.call)}　工号 {one.agent or '未知'}" for one in tally.fatal[:NAMED]]
    if tally.failures:
        title += f"，失败 {len(tally.failures)} 通"
        lines.append(f"失败 {len(tally.failures)} 通（callqa quarantine list）：")
        lines += [f"  {mask_name(one.path)}" for one in tally.failures[:NAMED]]
    problems = tally.problems[broken_off:]
    if problems:
        lines.append(f"无法读取 {len(problems)} 处：")
        lines += [f"  {problem}" for problem in problems[:NAMED]]
    lines.append(
        f"新录音 {tally.found} 通，已评分 {tally.scored} 通（{tally.audio_s / 3600:.1f} 小时），留待下次 {tally.left} 通。"
    )
    if tally.attitudes:
        lines.append(f"服务态度平均 {sum(tally.attitudes) / len(tally.attitudes):.1f}。")
    if head:
        lines.append(f"记录校验值 {head}")
    return title, "\n".join(lines)


def check_addresses(addresses: Sequence[str]) -> None:
    """Raises ``SettingsError`` for an address that apprise does not know."""
    if addresses:
        _messenger(addresses)


def send_summary(addresses: Sequence[str], title: str, text: str) -> bool:
    """Send one message to all addresses; whether all took it. None of them ends the run."""
    return bool(_messenger(addresses).notify(title=title, body=text)) if addresses else True


def _messenger(addresses: Sequence[str]):  # type: ignore[no-untyped-def]  # apprise has no types
    import apprise  # noqa: PLC0415 - takes half a second

    messenger = apprise.Apprise()
    for number, address in enumerate(addresses, 1):
        if not messenger.add(address):  # the address holds a key and is not shown
            raise SettingsError(f"[nightly] notify: address {number} is none that apprise knows; see its documentation")
    return messenger
