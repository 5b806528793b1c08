"""The dock's pages: tools, view, regions."""
