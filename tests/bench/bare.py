"""The yardstick: Flask-SocketIO that acknowledges and does nothing else."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent", transports=["websocket"])


@app.get("/readyz")
def ready() -> dict[str, str]:
    """It serves."""
    return {"status": "ready"}


@socketio.on("bare")
def bare(_data: Any) -> dict[str, bool]:
    """The acknowledgement."""
    return {"ok": True}
