"""One module a page, each with a ``router``; who may use which route is in ``review.access``."""

from review.pages import login

ROUTERS = (login.router,)
