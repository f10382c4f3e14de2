"""The routes, their schemas and the mapping of domain errors."""
