"""Traces of one change across the services, exported by OpenTelemetry to a collector
(docs/adr/0018).
"""
