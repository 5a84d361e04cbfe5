"""How the server runs: one gevent worker per process, WebSocket only, the journal's broadcaster and the jobs inside."""

from __future__ import annotations

import os
from typing import Any

worker_class = "gevent"
workers = 1
bind = f"0.0.0.0:{os.environ.get('PORT', '5000')}"
worker_connections = 5000
graceful_timeout = 5
timeout = 60
accesslog = None
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Start what speaks and what looks at the clock, in the worker and nowhere else."""
    app = worker.app.wsgi()
    app.extensions["broadcaster"].start()
    # With Redis there are several processes, and `flask jobs run` is one of them.
    if not app.config["REDIS_URL"]:
        app.extensions["jobs"](app)
