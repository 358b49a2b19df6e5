"""Results as text, Markdown and JSON. Nothing here decides, asks a broker, or prints."""
