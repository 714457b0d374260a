"""Tests of the website in a real browser."""
