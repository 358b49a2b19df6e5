"""What this program costs, side by side with other ways to the same topology on the same broker."""
