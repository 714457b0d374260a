"""What was done for one change, step by step and across the services, as OpenTelemetry tells it to
a collector (docs/adr/0018).
"""
