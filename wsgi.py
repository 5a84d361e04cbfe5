"""The door for gunicorn and for `flask --app wsgi`."""

from config import settings
from dispatch import create_app

app = create_app(settings())
