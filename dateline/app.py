"""The application factory."""

from flask import Flask

from dateline.controllers import (
    current,
    documents,
    entries,
    entry_pages,
    exports,
    facets,
    health,
    import_pages,
    imports,
    ledger_pages,
    pages,
)
from dateline.controllers.bodies import register_bodies
from dateline.controllers.hits import Hits
from dateline.controllers.problems import register_problems
from dateline.controllers.request_ids import RequestIds
from dateline.controllers.safety import register_safety
from dateline.wiring import Services


def create_app(services: Services) -> Flask:
    """Create the web application for these services."""
    app = Flask("dateline")
    current.attach(app, services)

    hits = Hits(app.wsgi_app, services.cache)
    app.wsgi_app = RequestIds(hits)  # type: ignore[method-assign]  # as Flask documents it
    register_bodies(app)
    register_problems(app)
    register_safety(app)

    app.register_blueprint(entries.blueprint, url_prefix="/v1")
    app.register_blueprint(exports.blueprint, url_prefix="/v1")
    app.register_blueprint(facets.blueprint, url_prefix="/v1")
    app.register_blueprint(imports.blueprint, url_prefix="/v1")
    app.register_blueprint(documents.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(import_pages.blueprint)
    app.register_blueprint(ledger_pages.blueprint)
    app.register_blueprint(entry_pages.blueprint)

    return app
