"""One module a page, each with a ``router``; ``pipeline.review.access`` has the permission of each
route."""

from pipeline.review.pages import (
    account,
    actions,
    agents,
    appeals,
    audio,
    calibrations,
    call,
    coaching,
    dashboard,
    events,
    ledger,
    login,
    oidc,
    promises,
    queue,
    regulations,
    rules,
    users,
)

ROUTERS = (
    login.router,
    queue.router,
    call.router,
    actions.router,
    audio.router,
    dashboard.router,
    agents.router,
    promises.router,
    events.router,
    appeals.router,
    coaching.router,
    rules.router,
    regulations.router,
    calibrations.router,
    ledger.router,
    users.router,
    account.router,
    oidc.router,
)
