"""A page as PDF, for printing and filing (extra ``pdf``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import ReportError
from pipeline.types import load_extra

if TYPE_CHECKING:
    from pathlib import Path


def write_pdf(page: Path, path: Path) -> Path:
    """Write the HTML file ``page`` as PDF. Raises ``ExtraError`` where WeasyPrint is missing,
    ``ReportError`` where Pango below it is."""
    try:
        weasyprint = load_extra("weasyprint", extra="pdf", use=str(path))
    except OSError as error:  # Pango is no Python package
        raise ReportError(
            f"{path}: PDF needs Pango ({error}); "
            "apt-get install libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk; or print the page from a browser"
        ) from error
    weasyprint.HTML(filename=str(page)).write_pdf(str(path))
    return path
