"""Access from views to the services of the running application."""

from flask import Flask, current_app

from dateline.wiring import Services

_NAME = "dateline"


def attach(app: Flask, services: Services) -> None:
    """Attach the services to the application."""
    app.extensions[_NAME] = services


def services() -> Services:
    """Return the services of the application that handles this request."""
    found: Services = current_app.extensions[_NAME]
    return found
