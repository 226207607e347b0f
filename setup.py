"""Packages the folders of rules and models, which stay at the top of the repository, as data of
``pipeline``."""

from pathlib import Path

from setuptools import find_namespace_packages, setup

ROOT = Path(__file__).parent


def data_packages(folder: str) -> list[str]:
    """A folder and all below it, as packages of ``pipeline.data``."""
    below = [
        path for path in (ROOT / folder).rglob("*") if path.is_dir() and path.name != "__pycache__"
    ]
    return [
        f"pipeline.data.{'.'.join(path.relative_to(ROOT).parts)}"
        for path in [ROOT / folder, *below]
    ]


setup(
    packages=[
        *find_namespace_packages(include=["pipeline*"]),
        *data_packages("lexicons"),
        *data_packages("models"),
    ],
    package_dir={"pipeline.data.lexicons": "lexicons", "pipeline.data.models": "models"},
)
