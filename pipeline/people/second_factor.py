"""The second factor of a log-in: codes of an authenticator app (TOTP, RFC 6238) and recovery codes,
each of which counts once."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from pipeline.types import load_extra

ISSUER = "callqa"
STEP_S = 30
"""How long a code is shown (RFC 6238)."""

STEPS_BACK = 1
"""A code of the step before counts too: it was read before it was typed (RFC 6238 5.2)."""

CODES = 8
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 28
"""28 of 31 characters are 138 bits: nobody guesses one, so its SHA-256 needs no slow hash."""


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What an authenticator app and callqa share. ``secret``: base 32; ``made_at``: UTC, ISO 8601;
    ``last_step``: of the last code that counted; ``left``: recovery codes that were not used."""

    user: str
    secret: str
    made_at: str
    last_step: int = 0
    left: int = 0


def make_secret() -> str:
    """A secret of 160 bits, in base 32 (RFC 4226 4)."""
    return str(_pyotp().random_base32(32))


def enrolment_address(secret: str, *, name: str) -> str:
    """What the app reads from the picture.

    >>> enrolment_address("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", name="li")
    'otpauth://totp/callqa:li?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=callqa'
    """
    return str(_pyotp().TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER))


def enrolment_picture(address: str) -> str:
    """The address as a QR code: SVG to stand in a page, without styles or scripts."""
    segno = load_extra("segno", extra="review", use="a second factor")
    return str(segno.make(address, error="m").svg_inline(scale=5, border=4, light="#fff"))


def fitting_step(secret: str, code: str, *, now: float, after: int = 0) -> int | None:
    """The step of a code that is shown at ``now`` (seconds since 1970), or was just before; ``None``
    for any other code, and for one up to the step ``after``: a code counts once."""
    totp, current = _pyotp().TOTP(secret), int(now) // STEP_S
    typed = plain_code(code)
    for step in range(current, current - STEPS_BACK - 1, -1):
        if step > after and hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode()):
            return step
    return None


def make_recovery_codes() -> tuple[str, ...]:
    """New recovery codes, in groups of four letters."""
    return tuple(_grouped("".join(secrets.choice(LETTERS) for _ in range(LENGTH))) for _ in range(CODES))  # fmt: skip


def plain_code(typed: str) -> str:
    """A code as it is compared, however it was typed.

    >>> plain_code(" 123 456"), plain_code("ABCD-efgh")
    ('123456', 'abcdefgh')
    """
    return "".join(char for char in typed.lower() if char.isalnum())


def _grouped(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _pyotp() -> Any:
    return load_extra("pyotp", extra="review", use="a second factor")
