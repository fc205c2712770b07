"""Verification of signatures, one module a format: pure functions on bytes, no files, no processes, no clock."""
