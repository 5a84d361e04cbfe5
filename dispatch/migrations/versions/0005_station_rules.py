"""The station's rules: edits with a version, a head start, the queue, no-shows, messages, and who vouches for a skill.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = '0004'
branch_labels = None
depends_on = None


def _moment(name, *, nullable=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _id(name, *more, nullable=False, primary_key=False):
    return sa.Column(name, sa.String(32), *more, nullable=nullable, primary_key=primary_key)


def upgrade():
    # Added in place: on SQLite a batch would copy every order.
    op.add_column("orders", _moment("opens_to_all_at", nullable=True))
    op.add_column("orders", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "edits",
        _id("order_id", sa.ForeignKey("orders.id"), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        _id("person_id"),
        sa.Column("changed", sa.JSON(), nullable=False),
        _moment("at"),
    )
    op.create_table(
        "queue_places",
        _id("order_id", sa.ForeignKey("orders.id"), primary_key=True),
        _id("person_id", sa.ForeignKey("persons.id"), primary_key=True),
        _moment("at"),
    )
    op.create_index("ix_queue_places_person_id", "queue_places", ["person_id"])
    op.create_table(
        "no_shows",
        _id("id", primary_key=True),
        _id("order_id", sa.ForeignKey("orders.id")),
        _id("person_id", sa.ForeignKey("persons.id")),
        _id("station_id"),
        _id("community_id"),
        _id("recorded_by", sa.ForeignKey("persons.id")),
        _moment("recorded_at"),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        _moment("answered_at", nullable=True),
    )
    op.create_index("ix_no_shows_order_id", "no_shows", ["order_id"])
    op.create_index("ix_no_shows_person_id", "no_shows", ["person_id"])
    op.create_index("ix_no_shows_station", "no_shows", ["station_id", "recorded_at"])
    op.create_table(
        "messages",
        _id("id", primary_key=True),
        _id("station_id"),
        _id("depot_id", nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        _id("sent_by"),
        _moment("sent_at"),
        _moment("expires_at"),
    )
    op.create_index("ix_messages_station", "messages", ["station_id", "expires_at"])
    op.create_table(
        "message_reads",
        _id("message_id", sa.ForeignKey("messages.id"), primary_key=True),
        _id("person_id", sa.ForeignKey("persons.id"), primary_key=True),
        _moment("at"),
    )
    op.create_table(
        "trusted",
        _id("person_id", sa.ForeignKey("persons.id"), primary_key=True),
        sa.Column("skill", sa.String(20), primary_key=True),
        _id("vouched_by"),
        _moment("vouched_at"),
        sa.Column("until", sa.Date(), nullable=True),
    )
    op.create_index("ix_trusted_until", "trusted", ["until"])


def downgrade():
    for table in ("trusted", "message_reads", "messages", "no_shows", "queue_places", "edits"):
        op.drop_table(table)
    with op.batch_alter_table("orders") as batch:
        batch.drop_column("version")
        batch.drop_column("opens_to_all_at")
