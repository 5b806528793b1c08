"""The list of samples, and what is asked about them."""
