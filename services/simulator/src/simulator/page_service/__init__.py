"""The page service Appointment of Business Central and NAV: SOAP 1.1."""
