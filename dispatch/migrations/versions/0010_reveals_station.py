"""Reveals know their station: whose errand, or whose resident, it was.

Revision ID: 0010
Revises: 0009
"""
from alembic import op
import sqlalchemy as sa


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade():
    # Added in place: on SQLite a batch would copy every row.
    op.add_column('reveals', sa.Column('station_id', sa.String(length=32), nullable=True))
    # The errand's station; where there is none, the resident's; where she is gone, that of whoever looked.
    op.execute("""
        UPDATE reveals SET station_id = coalesce(
            (SELECT orders.station_id FROM orders WHERE orders.id = reveals.order_id),
            (SELECT units.parent_id FROM residents JOIN units ON units.id = residents.community_id WHERE residents.id = reveals.resident_id),
            (SELECT persons.station_id FROM persons WHERE persons.id = reveals.person_id)
        )
    """)
    op.create_index('ix_reveals_station', 'reveals', ['station_id', 'at'])


def downgrade():
    op.drop_index('ix_reveals_station', 'reveals')
    with op.batch_alter_table('reveals', schema=None) as batch_op:
        batch_op.drop_column('station_id')
