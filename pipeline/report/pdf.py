"""A page as PDF, for printing and filing (extra ``pdf``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import ReportError

if TYPE_CHECKING:
    from pathlib import Path


def write_pdf(page: Path, path: Path) -> Path:
    """Write the HTML file ``page`` as PDF. Raises ``ReportError`` where WeasyPrint, or Pango below
    it, is missing."""
    try:
        import weasyprint  # noqa: PLC0415 - an extra
    except (ImportError, OSError) as error:
        raise ReportError(
            f"{path}: PDF needs WeasyPrint and Pango ({error}); pip install 'callqa[pdf]', "
            "apt-get install libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk; or print the page from a browser"
        ) from error
    weasyprint.HTML(filename=str(page)).write_pdf(str(path))
    return path
