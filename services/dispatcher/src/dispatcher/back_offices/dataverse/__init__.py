"""The client of Dataverse (CRM): its Web API is OData v4 (domain.md, 4.8; wire-formats.md)."""

from dispatcher.back_offices.dataverse.client import build

__all__ = ["build"]
