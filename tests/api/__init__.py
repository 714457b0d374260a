"""Tests of the portal API against its OpenAPI document."""
