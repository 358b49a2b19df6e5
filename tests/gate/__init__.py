"""What the gate makes of a preview, without an engine or a broker."""
