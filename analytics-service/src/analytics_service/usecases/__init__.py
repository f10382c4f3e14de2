"""One function per verb; each takes its ports as arguments."""
