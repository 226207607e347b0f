"""One module a page, each with a ``router``; who may use which route is in ``review.access``."""

from review.pages import acts, agents, audio, calibrations, call, dashboard, ledger, login, queue

ROUTERS = (
    login.router,
    dashboard.router,
    agents.router,
    ledger.router,
    calibrations.router,
    queue.router,
    call.router,
    acts.router,
    audio.router,
)
