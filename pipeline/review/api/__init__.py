"""``/api/v1``: the pages' functions for other programs. See docs/api.md."""

from pipeline.review.api import calls, coaching, conversations, figures, results, routes

ROUTERS = (
    routes.router,
    figures.router,
    results.router,
    coaching.router,
    conversations.router,
    calls.router,
)

__all__ = ["ROUTERS"]
