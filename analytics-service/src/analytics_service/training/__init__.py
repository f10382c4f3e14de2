"""What is fitted with scikit-learn, in processes of their own: no other process loads it."""
