"""Which version of the software this is; it stands in the package's metadata and nowhere else."""

from __future__ import annotations

from importlib.metadata import version

RELEASE = version("mboc-common")
