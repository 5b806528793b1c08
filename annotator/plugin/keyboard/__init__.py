"""The keys: bound, explained, and what each does."""
