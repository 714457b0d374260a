"""The version of the software, which stands in the package's metadata only."""

from __future__ import annotations

from importlib.metadata import version

RELEASE = version("mboc-common")
