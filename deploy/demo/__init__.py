"""A believable Chinese household as statement rows, deterministic by seed."""
