"""One module a page, each with a ``router``; who may use which route is in ``review.access``."""

from review.pages import agents, calibrations, dashboard, ledger, login

ROUTERS = (login.router, dashboard.router, agents.router, ledger.router, calibrations.router)
