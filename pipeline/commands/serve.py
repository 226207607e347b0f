"""The command that serves the review pages."""

from __future__ import annotations

import ipaddress
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import of_site
from pipeline.errors import SettingsError
from pipeline.store import Store
from pipeline.types import ensure_extra

if TYPE_CHECKING:
    from pipeline.settings import Settings


@click.command()
@of_site("db", "lexicons", as_settings=True)
@click.option("--host", help="Address to listen on; else [review] host.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; else [review] port.")
@click.option(
    "--behind-proxy",
    is_flag=True,
    help="HTTPS is done by a proxy in front, whose headers are believed.",
)
def serve(
    settings: Settings,
    host: str | None,
    port: int | None,
    behind_proxy: bool,
) -> None:
    """Serve the review pages on this machine, until Ctrl+C.

    For others than this machine's own browser a proxy with HTTPS stands in front
    (deploy/nginx.conf).

    Example: callqa serve --db callqa.db
    """
    ensure_extra("review", use="callqa serve")
    import uvicorn  # noqa: PLC0415 - a second to load, and only here

    from pipeline.review.app import make_app  # noqa: PLC0415
    from pipeline.review.context import ReviewContext  # noqa: PLC0415

    db = settings.site.database
    at = host or settings.review.host
    proxied = behind_proxy or settings.review.behind_proxy
    if not proxied and not _is_loopback(at):
        raise SettingsError(
            f"--host {at} would send passwords and calls in the clear; put a proxy with HTTPS in front and give "
            "--behind-proxy, or listen on 127.0.0.1"
        )
    with Store.open(db, create=False) as store:
        if not any(user.active for user in store.users.all()):
            raise SettingsError(
                f"{db}: nobody can log in yet; make an account: callqa user add NAME --role admin --db {db}"
            )
    settings = replace(settings, review=replace(settings.review, behind_proxy=proxied))
    with closing(ReviewContext(db, settings)) as site:
        site.check()
        site.warm_up()
        app = make_app(site)
        number = settings.review.port if port is None else port
        click.echo(f"callqa: http://{at}:{number}/", err=True)
        uvicorn.run(
            app, host=at, port=number, log_level="warning", server_header=False, proxy_headers=proxied,
            forwarded_allow_ips="127.0.0.1" if _is_loopback(at) else "*", timeout_graceful_shutdown=5,
        )  # fmt: skip


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
