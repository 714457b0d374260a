"""The ledger: who may send which version of an appointment.

There is one document for each connector and appointment. It is changed only by compare-and-set
(design.md, section 5).
"""
