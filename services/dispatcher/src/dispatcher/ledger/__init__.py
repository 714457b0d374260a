"""Who may send what: one document per connector and appointment, changed only by compare-and-set
(design.md, section 5).
"""
