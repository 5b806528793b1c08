"""Annotations of others come into a project: found, matched, told, and then written."""
