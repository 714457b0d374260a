"""Exports of lists into files, in constant memory."""
