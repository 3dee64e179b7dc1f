"""What a reader hands over, and the rules that all readers share."""
