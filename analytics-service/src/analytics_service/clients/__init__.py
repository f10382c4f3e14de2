"""One file per neighbour that this service calls."""
