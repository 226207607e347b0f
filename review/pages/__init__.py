"""One module a page, each with a ``router``; who may use which route is in ``review.access``."""

from review import api
from review.pages import (
    account,
    acts,
    agents,
    appeals,
    audio,
    calibrations,
    call,
    dashboard,
    ledger,
    login,
    oidc,
    queue,
    rules,
    users,
)

ROUTERS = (
    login.router,
    queue.router,
    call.router,
    acts.router,
    audio.router,
    dashboard.router,
    agents.router,
    appeals.router,
    rules.router,
    calibrations.router,
    ledger.router,
    users.router,
    account.router,
    oidc.router,
    *api.ROUTERS,
)
