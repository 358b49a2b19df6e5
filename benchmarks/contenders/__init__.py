"""Who is compared. Nothing is imported here: one of them is timed with all that it imports."""
