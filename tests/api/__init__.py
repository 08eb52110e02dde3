"""The doors of the API and of the page."""
