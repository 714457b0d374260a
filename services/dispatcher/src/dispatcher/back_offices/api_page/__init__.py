"""The client of Business Central's API pages: OData v4 (domain.md, 4.6; wire-formats.md)."""

from dispatcher.back_offices.api_page.client import build

__all__ = ["build"]
