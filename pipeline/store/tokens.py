"""Tokens of programs. The ledger has each."""

from __future__ import annotations

from typing import Any

from pipeline.errors import PeopleError
from pipeline.people import Token, TokenScope
from pipeline.store.accounts import needed_user
from pipeline.store.file import StorePart, utc

TOKEN = "tokens.id, tokens.user, tokens.label, tokens.made_at, tokens.expires_at, tokens.revoked_at, tokens.scope"


class TokenStore(StorePart):
    """Stores tokens by their digest."""

    def add(
        self,
        user: str,
        *,
        digest: str,
        label: str,
        expires_at: str | None = None,
        scope: TokenScope = "",
        actor: str,
        at: str,
    ) -> Token:
        """Add a token, given by its ``digest`` (see ``digest_of``). Times are ISO 8601 with a time
        zone; ``scope`` as in ``Token``.

        Raises ``PeopleError`` if the account is not active.
        """
        made_at, until = utc(at), expires_at and utc(expires_at)
        with self._writing():
            who = needed_user(self._db, user)
            if not who.active:
                raise PeopleError(f"用户 {who.name} 已停用")
            token_id = self._db.execute(
                "INSERT INTO tokens (digest, user, label, made_at, expires_at, scope) VALUES (?, ?, ?, ?, ?, ?)",
                [digest, who.name, label, made_at, until, scope],
            ).lastrowid
            assert token_id is not None
            detail: dict[str, Any] = {"token": token_id, "label": label, "expires": until}
            detail |= {"scope": scope} if scope else {}
            self._note("token added", f"user {who.name}", detail, actor=actor, at=made_at)
        return Token(token_id, who.name, label, made_at, until, scope=scope)

    def find(self, digest: str, *, now: str) -> Token | None:
        """The token with this digest, if it is valid at ``now`` (ISO 8601 with a time zone).

        ``None`` if it is unknown, revoked or too old, or if its account is not active. Raises
        ``StoreError``.
        """
        wanted = f"SELECT {TOKEN} FROM tokens JOIN users ON users.name = tokens.user WHERE tokens.digest = ? AND active"
        with self._reading():
            row = self._db.execute(wanted, [digest]).fetchone()
        token = Token(*row) if row else None
        return token if token and token.is_valid(utc(now)) else None

    def all(self, user: str | None = None) -> tuple[Token, ...]:
        """All tokens, of one account or of all, also revoked ones. Raises ``StoreError``."""
        wanted = f"SELECT {TOKEN} FROM tokens WHERE ?1 IS NULL OR user = ?1 ORDER BY id"
        with self._reading():
            return tuple(Token(*row) for row in self._db.execute(wanted, [user]).fetchall())

    def revoke_all(self, name: str, *, actor: str, at: str) -> None:
        """Revoke the tokens of an account, in the caller's transaction: whoever learnt its password
        may have made one. ``at`` is UTC. Raises ``sqlite3.Error``."""
        wanted = "SELECT id FROM tokens WHERE user = ? AND revoked_at IS NULL ORDER BY id"
        for (token_id,) in self._db.execute(wanted, [name]).fetchall():
            self._db.execute("UPDATE tokens SET revoked_at = ? WHERE id = ?", [at, token_id])
            self._note("token revoked", f"user {name}", {"token": token_id}, actor=actor, at=at)

    def revoke(self, token_id: int, *, actor: str, at: str) -> None:
        """Revoke a token. A second call has no effect. Raises ``PeopleError`` if there is none."""
        with self._writing():
            row = self._db.execute(
                "SELECT user, revoked_at FROM tokens WHERE id = ?", [token_id]
            ).fetchone()
            if row is None:
                raise PeopleError(f"没有令牌 {token_id}")
            if row[1] is None:
                self._db.execute(
                    "UPDATE tokens SET revoked_at = ? WHERE id = ?", [utc(at), token_id]
                )
                self._note(
                    "token revoked", f"user {row[0]}", {"token": token_id}, actor=actor, at=utc(at)
                )
