"""The examples that make a broker, too."""
