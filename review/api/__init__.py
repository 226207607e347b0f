"""``/api/v1``: what the pages do, for other programs. See docs/api.md."""

from review.api.description import describe
from review.api.routes import router

__all__ = ["describe", "router"]
