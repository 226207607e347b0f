"""The command that erases a person's data."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pipeline.commands.nightly_lock import nightly_lock
from pipeline.commands.options import OK, SOME_FAILED, actor, now, of_site
from pipeline.errors import SettingsError
from pipeline.jobs import erase_person, find_person
from pipeline.store import Store

if TYPE_CHECKING:
    from pipeline.jobs import PersonalFiles
    from pipeline.settings import Settings


@click.command()
@of_site("db", as_settings=True)
@click.option("--customer", metavar="ID", help="The customer's number, as the calls have it.")
@click.option("--reason", help="Why, for the ledger; it must not name the customer.")
@click.option("--keep-recordings", is_flag=True, help="Leave the recordings themselves.")
@click.option("--dry-run", is_flag=True, help="Only list what would go.")
@click.option("--finish", is_flag=True, help="Take away the bytes of an erasure that was cut off.")
def erase(
    settings: Settings,
    customer: str | None,
    reason: str | None,
    keep_recordings: bool,
    dry_run: bool,
    finish: bool,
) -> None:
    """Erase a customer: words, numbers, names of files, comments, sound, index.

    The figures of the month stay, and the ledger says what was erased, when and why.
    Exit code: 0 nothing is left, 1 something is left that callqa does not touch (listed), or no call
    or conversation has this number.

    Example: callqa erase --customer C1370 --reason "客户要求删除，工单 77"
    """
    if not finish and (not customer or not (dry_run or (reason or "").strip())):
        raise SettingsError("give --customer and --reason; --dry-run lists what would go")
    with nightly_lock(settings.site.database), Store.open(settings.site.database, create=False) as store:  # fmt: skip
        if finish:
            store.erasure.clean(actor=actor(), at=now())
            click.echo("未完成的删除已经做完。")
            return
        assert customer is not None
        if dry_run:
            whole = find_person(store, settings, customer, recordings=not keep_recordings)
            found = whole.files
            is_known = bool(whole.calls or whole.talks)
            click.echo(
                f"将删除 {len(whole.calls)} 通电话、{len(whole.talks)} 个进行中或刚结束的会话的内容。"
            )
        else:
            assert reason is not None
            cut_off = bool(store.erasure.unfinished())
            done, found = erase_person(
                store, settings, customer, reason=reason.strip(), actor=actor(), at=now(),
                recordings=not keep_recordings,
            )  # fmt: skip
            is_known = bool(done.calls or done.talks or done.entries)
            if is_known or not cut_off:
                click.echo(
                    f"已删除 {done.calls} 通电话、{done.talks} 个进行中或刚结束的会话的内容，"
                    f"操作日志 {done.entries} 条的内容。"
                )
            else:
                click.echo("此前中断的删除已经做完；这个客户号码已没有通话和会话。")
                is_known = True
    _list(found, dry_run=dry_run)
    if not is_known:
        click.echo("没有这个客户号码的通话或会话；请核对号码。", err=True)
    left = found.elsewhere or found.old_backups
    sys.exit(OK if is_known and not left else SOME_FAILED)


def _list(found: PersonalFiles, *, dry_run: bool) -> None:
    done = "将删除" if dry_run else "已删除"
    for title, files in (
        (f"{done}的文件", found.whole),
        (f"{done}其中若干行的文件", found.lines),
        ("仍有此人内容、需要人工处理的", found.elsewhere),
        ("仍有此人内容的旧备份（到期自动删除，或人工删除）", found.old_backups),
    ):
        if files:
            click.echo(f"{title} {len(files)} 个：", err=True)
            for file in files:
                click.echo(f"  {file}", err=True)
