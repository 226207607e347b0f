"""Promises as visitors may see them: agents those of their own calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fastapi import Request

from pipeline.jobs import AsOf, count_promises
from pipeline.review.access import Permission, may, may_see
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.types import JudgedPromise, PromisePeriod, Scope


def as_of(site: ReviewContext) -> AsOf:
    """This moment of the site, in the server's time zone, with the site's terms."""
    return AsOf(datetime.fromtimestamp(site.clock()), site.settings.promises)


def list_promises(request: Request, scope: Scope) -> PromisePeriod:
    """The promises of the calls in a scope; agents get those of their own calls only, without the
    way to calls of others. Raises ``StoreError``."""
    site, user = site_of(request), visitor_of(request).user
    if may(user, Permission.READ_ALL):
        return count_promises(site.store, scope, as_of(site))
    own = replace(scope, agent=user.agent_id or "", team=None)
    found = count_promises(site.store, own, as_of(site))
    judged = tuple(_without_foreign(request, one) for one in found.judged)
    return replace(found, judged=judged)


def _without_foreign(request: Request, one: JudgedPromise) -> JudgedPromise:
    """Without the call that shows it, where another agent led that call."""
    if one.evidence is None:
        return one
    call = site_of(request).store.calls.record_of(one.evidence)
    if call is not None and may_see(visitor_of(request).user, call):
        return one
    return replace(one, evidence=None)
