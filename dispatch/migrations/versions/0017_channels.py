"""Channels outside the pages, and the notices that go out by them."""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('channels',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('station_id', sa.String(length=32), nullable=True),
    sa.Column('person_id', sa.String(length=32), nullable=True),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('address', sa.LargeBinary(), nullable=False),
    sa.Column('address_hash', sa.String(length=64), nullable=False),
    sa.Column('tail', sa.String(length=8), nullable=False),
    sa.Column('hears', sa.JSON(), nullable=False),
    sa.Column('lang', sa.String(length=2), nullable=False),
    sa.Column('made_by', sa.String(length=32), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('failing_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('wrong', sa.String(length=12), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], ),
    sa.ForeignKeyConstraint(['station_id'], ['units.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('channels', schema=None) as batch_op:
        batch_op.create_index('ix_channels_address', ['address_hash'], unique=False)
        batch_op.create_index('ux_channels_person', ['person_id', 'address_hash'], unique=True)
        batch_op.create_index('ux_channels_station', ['station_id', 'address_hash'], unique=True)
    op.create_table('notices',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('channel_id', sa.String(length=32), nullable=False),
    sa.Column('station_id', sa.String(length=32), nullable=True),
    sa.Column('seq', sa.BigInteger(), nullable=True),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('about_id', sa.String(length=32), nullable=True),
    sa.Column('said', sa.JSON(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_as', sa.String(length=10), nullable=True),
    sa.ForeignKeyConstraint(['channel_id'], ['channels.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    waiting = sa.text('ended_at IS NULL')
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.create_index('ix_notices_ended', ['ended_at'], unique=False)
        batch_op.create_index('ix_notices_waiting', ['channel_id', 'made_at'], unique=False, sqlite_where=waiting, postgresql_where=waiting)
        batch_op.create_index('ux_notices_entry', ['channel_id', 'station_id', 'seq'], unique=True)


def downgrade():
    op.drop_table('notices')
    op.drop_table('channels')
