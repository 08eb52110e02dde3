"""The WSGI entry point that Gunicorn imports."""

import logging.config

from dateline.app import create_app
from dateline.config import settings_of_start
from dateline.logs import LOGGING
from dateline.wiring import open_services, settle

logging.config.dictConfig(LOGGING)
app = create_app(open_services(settings_of_start()))
settle()
