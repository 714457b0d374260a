"""API pages of Business Central: OData v4, POST (domain.md, 4.6; wire-formats.md)."""

from dispatcher.back_offices.api_page.client import build

__all__ = ["build"]
