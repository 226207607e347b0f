"""``/api/v1``: the pages' functions for other programs. See docs/api.md."""

from pipeline.review.api import figures, routes

ROUTERS = (routes.router, figures.router)

__all__ = ["ROUTERS"]
