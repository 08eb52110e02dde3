"""The API and the page, through HTTP requests."""
