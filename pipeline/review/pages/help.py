"""帮助: what each page is for, the keys, how a score comes about, how to appeal, the words."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from pipeline.people import ROLE_NAMES
from pipeline.review.access import ROLE_PERMISSIONS, Permission, may
from pipeline.review.context import site_of, visitor_of
from pipeline.review.help_words import FIRST_STEPS, pages_for, words_for
from pipeline.review.render import render

router = APIRouter()


@router.get("/help")
def show_help(request: Request) -> HTMLResponse:
    """Everybody sees what concerns the own role."""
    site, user = site_of(request), visitor_of(request).user
    return render(
        request,
        "help.html.j2",
        steps=FIRST_STEPS[user.role],
        pages=[(page, _roles(page.needs)) for page in pages_for(user)],
        words=words_for(user, site.settings),
        review=site.settings.review,
        sheets=site.sheets if may(user, Permission.READ_RULES) else (),
    )


def _roles(needed: Permission) -> str:
    """The roles that have a permission, in words."""
    having = [ROLE_NAMES[role] for role, own in ROLE_PERMISSIONS.items() if needed in own]
    return "所有人" if len(having) == len(ROLE_NAMES) else "、".join(having)
