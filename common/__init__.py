"""What the loaders and the plots share."""
