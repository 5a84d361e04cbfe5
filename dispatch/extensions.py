"""The third-party parts, made here without an application and bound in `create_app`."""

from __future__ import annotations

from apscheduler.schedulers.background import BackgroundScheduler
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from flask_smorest import Api
from flask_socketio import SocketIO
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

db = SQLAlchemy()
migrate = Migrate(directory="dispatch/migrations", render_as_batch=True)
socketio = SocketIO()
scheduler = BackgroundScheduler(timezone="Asia/Shanghai")
babel = Babel()
limiter = Limiter(get_remote_address)
csrf = CSRFProtect()
api = Api()
