"""One module a page, each with a ``router``; who may use which route is in ``review.access``."""

from review import api
from review.pages import account, agents, appeals, dashboard, ledger, login, oidc, users

ROUTERS = (
    login.router,
    dashboard.router,
    agents.router,
    ledger.router,
    appeals.router,
    users.router,
    account.router,
    oidc.router,
    api.router,
)
