"""The client of webhooks (domain.md, 4.2).

A webhook gets the snapshot exactly as Dime.Scheduler wrote it, with headers that describe it.
"""

from dispatcher.back_offices.webhook.client import build

__all__ = ["build"]
