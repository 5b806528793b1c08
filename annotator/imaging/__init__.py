"""Photographs in: decoding, EXIF orientation, crops."""
