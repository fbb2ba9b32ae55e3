"""The web page: static files, open to everybody, and not a word in them about any case."""
