"""Needs that come back every week, the days that are worked, callers, and the call back

Revision ID: 0004
Revises: 0003
"""
import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

ON_ORDERS = ('caller', 'call_tries', 'call_again_at', 'satisfied', 'closing_note')


def upgrade():
    op.add_column('orders', sa.Column('caller', sa.LargeBinary(), nullable=True))
    op.add_column('orders', sa.Column('call_tries', sa.Integer(), server_default='0', nullable=False))
    op.add_column('orders', sa.Column('call_again_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('orders', sa.Column('satisfied', sa.Boolean(), nullable=True))
    op.add_column('orders', sa.Column('closing_note', sa.LargeBinary(), nullable=True))

    op.create_table('holidays',
    sa.Column('day', sa.String(length=10), nullable=False),
    sa.Column('works', sa.Boolean(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.PrimaryKeyConstraint('day')
    )
    op.create_table('standings',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('status', sa.String(length=8), nullable=False),
    sa.Column('community_id', sa.String(length=32), nullable=False),
    sa.Column('resident_id', sa.String(length=32), nullable=True),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('summary', sa.String(length=120), nullable=False),
    sa.Column('building', sa.String(length=80), nullable=False),
    sa.Column('urgency', sa.String(length=8), nullable=False),
    sa.Column('slots', sa.Integer(), nullable=False),
    sa.Column('money_limit', sa.Integer(), nullable=True),
    sa.Column('skills', sa.JSON(), nullable=False),
    sa.Column('familiar_first', sa.Boolean(), nullable=False),
    sa.Column('private_note', sa.LargeBinary(), nullable=True),
    sa.Column('weekdays', sa.JSON(), nullable=False),
    sa.Column('first_day', sa.String(length=10), nullable=False),
    sa.Column('last_day', sa.String(length=10), nullable=True),
    sa.Column('opens', sa.String(length=5), nullable=False),
    sa.Column('closes', sa.String(length=5), nullable=False),
    sa.Column('on_holidays', sa.String(length=4), nullable=False),
    sa.Column('settled_day', sa.String(length=10), nullable=False),
    sa.Column('next_day', sa.String(length=10), nullable=True),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stopped', sa.String(length=16), nullable=True),
    sa.Column('kept_by', sa.String(length=32), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['community_id'], ['units.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('standings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_standings_community_id'), ['community_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_standings_resident_id'), ['resident_id'], unique=False)
        batch_op.create_index('ix_standings_due', ['status', 'next_at'], unique=False)

    op.create_table('occurrences',
    sa.Column('standing_id', sa.String(length=32), nullable=False),
    sa.Column('day', sa.String(length=10), nullable=False),
    sa.Column('became', sa.String(length=8), nullable=False),
    sa.Column('order_id', sa.String(length=32), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['standing_id'], ['standings.id'], ),
    sa.PrimaryKeyConstraint('standing_id', 'day')
    )


def downgrade():
    op.drop_table('occurrences')
    op.drop_table('standings')
    op.drop_table('holidays')
    for name in reversed(ON_ORDERS):
        op.drop_column('orders', name)
