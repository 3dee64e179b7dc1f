"""Tables of attempts, whatever wrote them."""
