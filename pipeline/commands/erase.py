"""The command that erases a person's data."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pipeline.commands.language import say, tr
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
            say("The erasure that was cut off is done.")
            return
        assert customer is not None
        if dry_run:
            whole = find_person(store, settings, customer, recordings=not keep_recordings)
            found = whole.files
            is_known = bool(whole.calls or whole.talks)
            say(
                f"to be erased: {len(whole.calls)} calls, {len(whole.talks)} conversations that run or "
                "have just ended."
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
                say(
                    f"erased: {done.calls} calls, {done.talks} conversations that run or have just ended, "
                    f"the contents of {done.entries} ledger entries."
                )
            else:
                say(
                    "An erasure that was cut off is now complete; no call or conversation has this "
                    "customer number any more."
                )
                is_known = True
    _list(found, dry_run=dry_run)
    if not is_known:
        say("No call or conversation has this customer number; check the number.", err=True)
    left = found.elsewhere or found.old_backups
    sys.exit(OK if is_known and not left else SOME_FAILED)


def _list(found: PersonalFiles, *, dry_run: bool) -> None:
    for title, files in (
        ("files to be erased" if dry_run else "files erased", found.whole),
        (
            "files to lose some lines" if dry_run else "files that lost some lines",
            (*found.lines, *found.overlay),
        ),
        ("files that still tell of this person, for you to deal with", found.elsewhere),
        (
            "old backups that still tell of this person (they go when their time has come, or by "
            "hand)",
            found.old_backups,
        ),
    ):
        if files:
            click.echo(f"{tr(title)}{tr(f' ({len(files)} of them): ')}".rstrip(), err=True)
            for file in files:
                click.echo(f"  {file}", err=True)
