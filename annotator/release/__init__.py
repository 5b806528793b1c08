"""Versioned snapshots of the accepted samples, one module per exchange format."""
