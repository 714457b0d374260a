"""Manifests, dashboards and broker definitions for deployment, made from code and data."""
