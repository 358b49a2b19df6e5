"""The commands: `python -m topology VERB`. One verb a file, imported when it is called."""
