"""Files are read in processes beside the one that writes."""
