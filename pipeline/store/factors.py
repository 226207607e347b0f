"""Second factors of accounts, with their recovery codes. The ledger has each change and no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import PeopleError
from pipeline.people import SecondFactor, digest_of_secret, plain_code
from pipeline.store.file import StorePart, utc

if TYPE_CHECKING:
    from collections.abc import Sequence


class FactorStore(StorePart):
    """Stores second factors. Whether a code fits is decided elsewhere."""

    def find(self, user: str) -> SecondFactor | None:
        """The second factor of an account, ``None`` without one. Raises ``StoreError``."""
        wanted = """SELECT user, secret, made_at, last_step, (SELECT count(*) FROM recovery_codes
            WHERE recovery_codes.user = second_factors.user AND used_at IS NULL)
            FROM second_factors WHERE user = ?"""
        with self._reading():
            row = self._db.execute(wanted, [user]).fetchone()
        return SecondFactor(*row) if row else None

    def having(self) -> frozenset[str]:
        """The accounts with a second factor. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute("SELECT user FROM second_factors").fetchall()
        return frozenset(row[0] for row in found)

    def put(
        self, user: str, *, secret: str, step: int, codes: Sequence[str], actor: str, at: str
    ) -> None:
        """Give an account a second factor in place of the one before. ``step``: of the code that
        proved that the app has the secret; ``codes``: its recovery codes, whose digests are kept.
        Raises ``StoreError``."""
        with self._writing():
            self._delete(user)
            self._db.execute(
                "INSERT INTO second_factors (user, secret, made_at, last_step) VALUES (?, ?, ?, ?)",
                [user, secret, utc(at), step],
            )
            self._db.conn.executemany(
                "INSERT INTO recovery_codes (digest, user) VALUES (?, ?)",
                [(digest_of_secret(plain_code(code)), user) for code in codes],
            )
            self._note("second factor set", f"user {user}", {}, actor=actor, at=at)

    def use_step(self, user: str, step: int) -> bool:
        """Whether a code of this step counts: once, and none of an earlier step after it. Raises
        ``StoreError``."""
        with self._writing():
            used = self._db.execute(
                "UPDATE second_factors SET last_step = ? WHERE user = ? AND last_step < ?",
                [step, user, step],
            ).rowcount
        return used > 0

    def use_code(self, user: str, code: str, *, at: str) -> bool:
        """Whether this is a recovery code of the account that was not used; it is now. Raises
        ``StoreError``."""
        digest = digest_of_secret(plain_code(code))
        with self._writing():
            used = self._db.execute(
                "UPDATE recovery_codes SET used_at = ? WHERE digest = ? AND user = ? AND used_at IS NULL",
                [utc(at), digest, user],
            ).rowcount
            if used:
                self._note("recovery code used", f"user {user}", {}, actor=user, at=at)
        return used > 0

    def remove(self, user: str, *, reason: str = "", actor: str, at: str) -> None:
        """Take the second factor of an account away; with a ``reason`` it was reset by somebody
        else, and all log-ins of the account end. Raises ``PeopleError`` where there is none."""
        with self._writing():
            if not self._delete(user):
                raise PeopleError(f"用户 {user} 没有启用两步验证")
            if reason:
                self._db.execute("DELETE FROM sessions WHERE user = ?", [user])
                self._db.execute("DELETE FROM devices WHERE user = ?", [user])
            action = "second factor reset" if reason else "second factor removed"
            self._note(
                action, f"user {user}", {"reason": reason} if reason else {}, actor=actor, at=at
            )

    def _delete(self, user: str) -> int:
        self._db.execute("DELETE FROM recovery_codes WHERE user = ?", [user])
        return self._db.execute("DELETE FROM second_factors WHERE user = ?", [user]).rowcount
