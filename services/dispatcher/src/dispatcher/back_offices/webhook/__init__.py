"""The webhook back office: the snapshot exactly as Dime.Scheduler wrote it, with headers that say
what it is (domain.md, 4.2).
"""

from dispatcher.back_offices.webhook.client import build

__all__ = ["build"]
