"""``/api/v1``: the pages' functions for other programs. See docs/api.md."""

from pipeline.review.api import coaching, figures, routes

ROUTERS = (routes.router, figures.router, coaching.router)

__all__ = ["ROUTERS"]
