"""Through the door of the command line."""
