"""What a source hands over, and the rules that all sources share."""
