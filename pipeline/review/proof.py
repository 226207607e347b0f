"""Proofs of who somebody is: the password again, and a code of the second factor."""

from __future__ import annotations

from fastapi import Request

from pipeline.errors import PeopleError
from pipeline.people import User, fitting_step, is_password
from pipeline.review import sessions
from pipeline.review.context import ReviewContext, site_of, visitor_of


def is_due(site: ReviewContext, user: User) -> bool:
    """Whether an account must set up a second factor first. One without a password enters by the
    organisation's log-in, which has factors of its own."""
    asked = site.settings.review.second_factor_roles
    return bool(user.role in asked and user.password and site.store.factors.find(user.name) is None)


def fits_code(site: ReviewContext, name: str, code: str) -> bool:
    """Whether a code of the account's app, or a recovery code, counts; each does once."""
    factors = site.store.factors
    factor = factors.find(name)
    if factor is None:
        return False
    step = fitting_step(factor.secret, code, now=site.clock(), after=factor.last_step)
    if step is not None:
        return factors.use_step(name, step)
    return factors.use_code(name, code, at=site.now)


def prove_again(request: Request, password: str, *, code: str | None = None) -> None:
    """Raises ``PeopleError`` where the visitor's password is wrong, or where a ``code`` is asked
    for and wrong; wrong ones are counted as at the log-in."""
    site, user = site_of(request), visitor_of(request).user
    store, now = site.store, site.clock()
    tried = sessions.try_once(request, store, user.name, now=now)
    if tried.wait_s:
        raise PeopleError(f"密码输错次数过多，请 {sessions.wait_words(tried.wait_s)}后再试")
    wrong = "" if is_password(password, user.password) else "密码不对"
    if not wrong and code is not None and not fits_code(site, user.name, code):
        wrong = "动态码不对"
    if wrong:
        store.attempts.fail(tried, now=now)
        raise PeopleError(wrong)
    store.attempts.clear(tried)
