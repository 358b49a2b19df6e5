"""The pipeline example: applied for real, and run as processes that know nothing but a URL."""
