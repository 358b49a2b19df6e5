"""The commands, one per file. Each is imported when it is called."""
