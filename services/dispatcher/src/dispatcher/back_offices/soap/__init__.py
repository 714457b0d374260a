"""The client of page services of Business Central and NAV.

They are called by SOAP 1.1 with the operation Create (domain.md, 4.5; wire-formats.md).
"""

from dispatcher.back_offices.soap.client import build

__all__ = ["build"]
