"""Page services of Business Central and NAV: SOAP 1.1, operation Create (domain.md, 4.5;
wire-formats.md).
"""

from dispatcher.back_offices.soap.client import build

__all__ = ["build"]
