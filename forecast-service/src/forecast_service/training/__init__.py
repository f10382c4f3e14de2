"""Training of the spending network. This room imports TensorFlow; the web process never does."""
