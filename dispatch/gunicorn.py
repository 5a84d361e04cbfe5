"""How the server runs: one gevent worker per process, WebSocket only, the journal's broadcaster and the jobs inside.

Read by gunicorn before gevent has patched anything, so it imports nothing of the house but its settings.
"""

from __future__ import annotations

from typing import Any

import gevent

from config import settings

# Read here too, so that a missing secret ends the start with its sentence and not a worker after the other.
_settings = settings()

worker_class = "gevent"
workers = 1
bind = f"0.0.0.0:{_settings['PORT']}"
worker_connections = 5000
graceful_timeout = 5
timeout = 60
accesslog = None
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Start what speaks and what looks at the clock, in the worker and nowhere else."""
    app = worker.app.wsgi()
    if app.config["PREPARE"]:
        app.extensions["prepare"](app)
    app.extensions["writers"].elsewhere = gevent.get_hub().threadpool.apply
    app.extensions["broadcaster"].start()
    app.extensions["garbage"]()
    # With Redis there are several processes, and `flask jobs run` is one of them.
    if not app.config["REDIS_URL"]:
        app.extensions["jobs"](app)
