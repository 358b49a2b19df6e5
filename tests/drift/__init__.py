"""What the comparison of declared and found says, without a broker."""
