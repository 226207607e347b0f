"""The one message of a nightly run to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.messages import in_chinese
from pipeline.privacy import mask_name, mask_text
from pipeline.types import load_extra, tell_left_out

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.nightly.tally import Tally
    from pipeline.types import JudgedPromise, Seconds

NAMED = 10
"""Fatal calls and failures that the message names; the reports have all."""


def summary_of(
    tally: Tally, *, day: str, head: str = "", broken_off: bool = False
) -> tuple[str, str]:
    """Title and text of the message, failures and fatal calls first; in Chinese, with personal data
    masked. ``head``: the ledger's hash, which so is kept outside the database; ``broken_off``: the
    run did not come to its end, and the first problem says why."""
    title = f"callqa {day}：{'运行中断，' if broken_off else ''}评分 {tally.scored} 通"
    lines = (
        [f"运行中断，已评分的结果都已保存：{in_chinese(mask_name(tally.problems[0]))}"]
        if broken_off
        else []
    )
    if tally.fatal:
        title += f"，一票否决 {len(tally.fatal)} 通"
        lines.append(f"一票否决 {len(tally.fatal)} 通，请先复听：")
        lines += [
            f"  {mask_text(one.call, said=False)}　工号 {one.agent or '未知'}"
            for one in tally.fatal[:NAMED]
        ]
    if tally.failures:
        title += f"，失败 {len(tally.failures)} 通"
        lines.append(f"失败 {len(tally.failures)} 通（callqa quarantine list）：")
        lines += [f"  {mask_name(one.path)}" for one in tally.failures[:NAMED]]
    problems = tally.problems[broken_off:]
    if problems:
        lines.append(f"无法读取 {len(problems)} 处：")
        lines += [f"  {in_chinese(problem)}" for problem in problems[:NAMED]]
    if tally.late_reports:
        lines.append(f"定期报告 {len(tally.late_reports)} 份没有写成或没有全部发出，下次运行再试：")
        lines += [f"  {in_chinese(reason)}" for reason in tally.late_reports[:NAMED]]
    lines.append(
        f"新录音 {tally.found} 通，已评分 {tally.scored} 通（{_length(tally.audio_s)}），留待下次 {tally.left} 通。"
    )
    if tally.unanswered:
        lines.append(f"其中未接通/无对话 {tally.unanswered} 通，不评分，不需复核。")
    if tally.same:
        lines.append(f"另有 {tally.same} 个录音与已有的通话是同一通（声音相同），没有再记。")
    lines += _bad_cells(tally.bad_cells)
    lines += [mask_text(unread, said=False) for unread in tally.unread[:NAMED]]
    if tally.left_out:
        lines.append(tell_left_out(tally.left_out))
    if tally.attitudes:
        lines.append(f"服务态度平均 {sum(tally.attitudes) / len(tally.attitudes):.1f}。")
    if head:
        lines.append(f"记录校验值 {head}")
    return title, "\n".join(lines)


def _length(seconds: Seconds) -> str:
    """A length of sound in the unit that says something.

    >>> _length(40), _length(1500), _length(90_000)
    ('40 秒', '25 分钟', '25.0 小时')
    """
    if seconds < 60:
        return f"{seconds:.0f} 秒"
    return f"{seconds / 60:.0f} 分钟" if seconds < 3600 else f"{seconds / 3600:.1f} 小时"


def _bad_cells(faults: Sequence[str]) -> list[str]:
    """What is said of cells beside recordings that are left unknown."""
    if not faults:
        return []
    heading = f"录音旁的表有 {len(faults)} 处没有读懂，按未知处理："
    return [heading, *(f"  {in_chinese(mask_text(fault, said=False))}" for fault in faults[:NAMED])]


def promise_lines(due: Sequence[JudgedPromise], overdue: Sequence[JudgedPromise]) -> str:
    """Promises that fall due today and those overdue, for the message; empty without any."""
    lines: list[str] = []
    for title, listed in (
        ("今天到期的承诺", due),
        ("近三天已过期、没有看到兑现的承诺", overdue),
    ):
        if listed:
            lines.append(f"{title} {len(listed)} 项（callqa promises today）：")
            lines += [f"  {_promise(one)}" for one in listed[:NAMED]]
    return "\n".join(lines)


def _promise(one: JudgedPromise) -> str:
    made = one.made
    due = one.due_at.strftime("%m-%d %H:%M") if one.due_at else ""
    call = mask_text(made.call_id or f"结果 {made.call.result_id}", said=False)
    return f"{due}　工号 {made.agent_id or '未知'}　{call}　“{mask_text(made.promise.quote[:60])}”"


def check_addresses(addresses: Sequence[str]) -> None:
    """Raises ``SettingsError`` for an address that apprise does not know."""
    if addresses:
        _messenger(addresses)


def send_summary(
    addresses: Sequence[str], title: str, text: str, *, attached: Sequence[Path] = ()
) -> bool:
    """Send one message to all addresses; whether all took it. None of them ends the run. An address
    that takes no files gets the text alone."""
    if not addresses:
        return True
    files = [str(path) for path in attached] or None
    return bool(_messenger(addresses).notify(title=title, body=text, attach=files))


def _messenger(addresses: Sequence[str]):  # type: ignore[no-untyped-def]  # apprise has no types
    apprise = load_extra("apprise", extra="nightly", use="[nightly] notify")
    messenger = apprise.Apprise()
    for number, address in enumerate(addresses, 1):
        if not messenger.add(address):  # the address holds a key and is not shown
            raise SettingsError(
                f"[nightly] notify: address {number} is none that apprise knows; see its documentation"
            )
    return messenger
