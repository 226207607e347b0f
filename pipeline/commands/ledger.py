"""Commands about the ledger: verify, its key, its heads, proofs; backup and restore."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.language import say, say_note, tr
from pipeline.commands.nightly_lock import nightly_lock, no_listener
from pipeline.commands.options import OK, SOME_FAILED, actor, now, of_site, site_clock, tell_plain
from pipeline.errors import SettingsError
from pipeline.jobs import back_up, read_anchors, restore, write_anchors
from pipeline.store import KeySource, Store, check_proof, make_key, read_key

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from pipeline.store import Verified

UNCOMPARED = 3
"""Exit code where nothing is wrong, and an anchor could not be read."""

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@of_site("db", as_settings=True)
@click.option(
    "--expect",
    metavar="HASH",
    help="A hash that callqa verify printed earlier; it must be in the ledger.",
)
@click.option(
    "--ledger-only",
    is_flag=True,
    help="Leave out the rows and the file's integrity, which take long in a large database.",
)
@click.option("--proof", type=_FILE, help="Check a file of callqa ledger proof; needs no database.")
@click.option("--public-key", type=_FILE, help="With --proof: the key that must have signed it.")
def verify(
    settings: Settings,
    expect: str | None,
    ledger_only: bool,
    proof: Path | None,
    public_key: Path | None,
) -> None:
    """Check that nothing was altered or left out: the file, the ledger's chain and heads, and each
    row as it was saved.

    Heads in [ledger] anchors, folders and addresses, are compared, and the signature by [ledger]
    key_file. Without these, write the hash down elsewhere and give it to --expect next time: then
    not even the whole ledger can be replaced. Exit code: 0 all as it was, 1 something was altered,
    3 nothing was found, but an anchor could not be read, so nothing was compared with it.

    Example: callqa verify --db callqa.db
    """
    if proof is not None:
        sys.exit(_verify_proof(proof, public_key, expect))
    anchors, problems = read_anchors(settings.ledger)
    public = read_key(Path(settings.ledger.key_file)).public if settings.ledger.key_file else ""
    with Store.open(settings.site.database, create=False) as store:
        damage = [] if ledger_only else store.find_damage()
        found = store.ledger.verify(
            expected_head=expect, with_results=not ledger_only, anchors=anchors, public=public
        )
        since = _newest(store, len(anchors), settings)
    for line in (*damage, *problems, *(f"{one.subject}: {one.what}" for one in found.faults)):
        say(line, err=True)
    for note in found.notes:
        say_note(note)
    wrong = len(damage) + len(found.faults)
    _say_verified(found, wrong, len(problems), ledger_only=ledger_only)
    click.echo(since, err=True)
    click.echo(found.head)
    sys.exit(SOME_FAILED if wrong else UNCOMPARED if problems else OK)


def _say_verified(found: Verified, wrong: int, unread: int, *, ledger_only: bool) -> None:
    parts = [tr(f"{found.size} entries")]
    if not ledger_only:
        parts.append(tr(f"{found.results} scored results"))
    parts.append(tr(f"{wrong} places were altered") if wrong else tr("nothing was altered"))
    told = tr(", ").join(parts)
    if unread:
        told += tr("; ") + tr(f"{unread} anchors could not be read and were not compared")
    click.echo(told + tr("."))


def _newest(store: Store, anchors: int, settings: Settings) -> str:
    """When the newest backup and head were made."""
    backup, heads = store.ledger.last_of("backed up"), store.ledger.heads()
    parts = [
        tr(f"last backup {site_clock(backup.at)}")
        if backup
        else tr("never backed up (callqa backup)"),
        tr(f"last signed head {site_clock(heads[-1].at)}")
        if heads
        else tr("no signed head (callqa ledger sign)"),
        tr(f"{anchors} anchors read")
        if settings.ledger.anchors
        else tr("no anchors are set ([ledger] anchors)"),
    ]
    return tr("; ").join(parts) + tr(".")


def _verify_proof(file: Path, public_key: Path | None, expect: str | None) -> int:
    try:
        found = check_proof(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file}: is no proof that callqa ledger proof wrote") from error
    faults = list(found.faults)
    if public_key is not None and found.head.public != read_key(public_key).public:
        faults.append("the head is signed by another key, or by none")
    if expect is not None and expect not in (found.head.root, found.head.hash):
        faults.append(f"the head is not {expect}")
    for fault in faults:
        say(fault, err=True)
    for entry in found.entries:
        detail = json.dumps(entry["detail"], ensure_ascii=False)
        who = f"{site_clock(entry['at'])}  {entry['actor']}  {entry['action']}"
        click.echo(f"{entry['id']}  {who}  {entry['subject']}  {detail}")
    if found.head.public:
        say(f"head of {found.head.size} entries {found.head.root}, signed by {found.head.public}")
    else:
        say(f"head of {found.head.size} entries {found.head.root}, not signed")
    return SOME_FAILED if faults else OK


@click.group()
def ledger() -> None:
    """The ledger's key, its signed heads, and proofs for people who have no database.

    Example: callqa ledger sign
    """


@ledger.command("key")
@click.argument("file", type=_FILE)
def make(file: Path) -> None:
    """Make a key that signs the ledger, in FILE, with its public half in FILE.pub. Keep FILE off
    the database's disk and backups, and name it as [ledger] key_file.

    Example: callqa ledger key /etc/callqa/ledger.pem
    """
    made = make_key(file)
    click.echo(file)
    say(f"public key {made.public}")


@ledger.command()
@of_site("db", as_settings=True)
def sign(settings: Settings) -> None:
    """Write a head of all entries, signed with [ledger] key_file, and put it into all
    [ledger] anchors; each night does the same.

    Example: callqa ledger sign
    """
    with Store.open(settings.site.database, create=False) as store:
        head = store.ledger.sign(at=now())
    problems = write_anchors(head, settings.ledger)
    for problem in problems:
        say(problem, err=True)
    if head.signature:
        say(f"head of {head.size} entries {head.root}")
    else:
        say(f"head of {head.size} entries {head.root}, not signed")
    sys.exit(SOME_FAILED if problems else OK)


@ledger.command()
@click.argument("file", type=_FILE)
@click.option(
    "--appeal", type=int, help="The entries of this appeal and of the result it is about."
)
@click.option("--entry", "entries", type=int, multiple=True, help="This entry; may be repeated.")
@click.option(
    "--since", type=int, help="Also prove that the head continues the one of so many entries."
)
@of_site("db", as_settings=True)
def proof(
    file: Path, appeal: int | None, entries: tuple[int, ...], since: int | None, settings: Settings
) -> None:
    """Write into FILE that entries are in the ledger, for somebody who has no database, such as an
    agent who appeals. callqa verify --proof FILE checks it anywhere. Details are not masked.

    Example: callqa ledger proof appeal-17.json --appeal 17
    """
    with Store.open(settings.site.database, create=False) as store:
        numbers = [*entries, *(store.ledger.about_appeal(appeal) if appeal is not None else [])]
        if not numbers and since is None:
            raise SettingsError("nothing is named; give --appeal, --entry or --since")
        content = store.ledger.prove(sorted(set(numbers)), at=now(), since=since)
    try:
        file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{file}: cannot be written ({error.strerror})") from error
    tell_plain(file)
    say(f"{file}: {len(numbers)} entries, head {content['head']['root']}")


@click.command()
@click.argument("to", type=click.Path(path_type=Path))
@of_site("db", as_settings=True)
def backup(to: Path, settings: Settings) -> None:
    """Copy the database to the file or into the folder TO, whole, also while a night writes.

    The copy is read back before it counts. A plain copy of the file is no backup.

    Example: callqa backup /backup
    """
    with Store.open(settings.site.database, create=False) as store:
        made = back_up(store, to, actor=actor(), at=now())
    say(f"{made.path}: {made.size} bytes, {made.entries} ledger entries, read back and checked.")


@click.command("restore")
@click.argument("source", metavar="FROM", type=_FILE)
@click.option("--replace", is_flag=True, help="Put it in the place of the database there is.")
@click.option(
    "--key-file", type=_FILE, help="The key that FROM was written with, if not the site's."
)
@of_site("db", as_settings=True)
def restore_(source: Path, replace: bool, key_file: Path | None, settings: Settings) -> None:
    """Put the backup FROM in the place of the database, after it was checked.

    Stop callqa serve, watch and live first: while others have the database open nothing changes.
    The database of before stays beside it. Where the site has a key
    the database is encrypted with it, whatever the backup was.

    Example: callqa restore /backup/callqa-20261129T030000.db --replace
    """
    db = settings.site.database
    anchors, problems = read_anchors(settings.ledger)
    for problem in problems:
        say(problem, err=True)
    with nightly_lock(db), no_listener(db):
        aside = restore(
            source, db, anchors=anchors, replace=replace, actor=actor(), at=now(),
            source_key=KeySource(str(key_file or "")),
        )  # fmt: skip
    if aside:
        say(f"{db}: restored from {source}. The database of before is in {aside}.")
    else:
        say(f"{db}: restored from {source}.")
