"""Alerts: who was asked for which order, what is believed and wished, what a station has set."""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def _moment(name, nullable=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _number(name, nullable=False):
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _real(name):
    return sa.Column(name, sa.Float(), nullable=False)


def _text(name, length, nullable=False):
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def upgrade():
    op.create_table('alerts',
    _text('id', 32), _text('order_id', 32), _text('station_id', 32), _text('person_id', 32, True),
    _number('round'), _number('wave'), _text('urgency', 8), _moment('sent_at'), _moment('expires_at'),
    _real('km'), sa.Column('busy', sa.Boolean(), nullable=False), _real('recent'), _real('unanswered'), _real('likelihood'), _real('share'),
    _number('asked_before'), _number('standing_before'), _text('outcome', 10), _text('reason', 20, True), _moment('answered_at', True),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('alerts', schema=None) as batch_op:
        batch_op.create_index('ux_alerts_order_person', ['order_id', 'person_id', 'round'], unique=True)
        batch_op.create_index('ix_alerts_person', ['person_id', 'sent_at'], unique=False)
        batch_op.create_index('ix_alerts_station', ['station_id', 'sent_at'], unique=False)
        standing = sa.text("outcome = 'standing'")
        batch_op.create_index('ix_alerts_standing', ['expires_at'], unique=False, sqlite_where=standing, postgresql_where=standing)
    op.create_table('alert_plans',
    _text('order_id', 32), _text('station_id', 32), _moment('opened_at'), _number('round'), _number('look'), _number('wave'),
    _moment('looked_at'), _moment('next_at'), _moment('next_wave_at', True), _real('ahead_s'),
    sa.Column('widen', sa.Boolean(), server_default=sa.false(), nullable=False),
    _text('step', 16), sa.Column('steps', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('order_id')
    )
    with op.batch_alter_table('alert_plans', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_alert_plans_next_at'), ['next_at'], unique=False)
    op.create_table('beliefs',
    _text('whose', 32), sa.Column('numbers', sa.JSON(), nullable=False), _number('answers'),
    _real('recent'), _moment('recent_at'), _real('unanswered'), _moment('unanswered_at'), _real('claims'), _moment('claims_at'),
    sa.PrimaryKeyConstraint('whose')
    )
    op.create_table('alert_wishes',
    _text('person_id', 32), _moment('not_until', True), _number('most_m', True), sa.Column('kinds', sa.JSON(), nullable=True),
    _number('per_day', True), _number('quiet_from', True), _number('quiet_to', True),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], ),
    sa.PrimaryKeyConstraint('person_id')
    )
    op.create_table('alert_choices',
    _text('station_id', 32), sa.Column('choices', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['station_id'], ['units.id'], ),
    sa.PrimaryKeyConstraint('station_id')
    )
    op.create_table('phone_calls',
    _text('order_id', 32), _text('person_id', 32), _text('outcome', 10), _text('reason', 20, True), _text('by', 32), _moment('at'),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], ),
    sa.PrimaryKeyConstraint('order_id', 'person_id')
    )


def downgrade():
    for table in ('phone_calls', 'alert_choices', 'alert_wishes', 'beliefs', 'alert_plans', 'alerts'):
        op.drop_table(table)
