"""Whether the tests notice: small faults, each put into a copy of the project by itself."""
