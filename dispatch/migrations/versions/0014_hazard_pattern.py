"""The pattern in the hazards: what came back, corners, and how the steps went. The journals, read from their beginning, fill it."""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('hazard_returns',
    sa.Column('hazard_id', sa.String(length=32), nullable=False),
    sa.Column('before_id', sa.String(length=32), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('came_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('corner_id', sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint('hazard_id', 'before_id', 'closed_at')
    )
    with op.batch_alter_table('hazard_returns', schema=None) as batch_op:
        batch_op.create_index('ix_hazard_returns_before', ['before_id'], unique=False)
        batch_op.create_index('ix_hazard_returns_corner', ['corner_id', 'came_at'], unique=False)
    op.create_table('hazard_corners',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('station_id', sa.String(length=32), nullable=False),
    sa.Column('community_id', sa.String(length=32), nullable=True),
    sa.Column('family', sa.String(length=20), nullable=False),
    sa.Column('building', sa.String(length=80), nullable=False),
    sa.Column('lat', sa.Float(), nullable=True),
    sa.Column('lon', sa.Float(), nullable=True),
    sa.Column('hazards', sa.Integer(), nullable=False),
    sa.Column('returns', sa.Integer(), nullable=False),
    sa.Column('recent', sa.Integer(), nullable=False),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stale_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('hazard_corners', schema=None) as batch_op:
        batch_op.create_index('ix_hazard_corners_station', ['station_id', 'recent', 'last_at'], unique=False)
        batch_op.create_index('ix_hazard_corners_community', ['community_id', 'recent', 'last_at'], unique=False)
        batch_op.create_index('ix_hazard_corners_stale', ['stale_at'], unique=False)
    op.create_table('hazard_records',
    sa.Column('hazard_id', sa.String(length=32), nullable=False),
    sa.Column('station_id', sa.String(length=32), nullable=False),
    sa.Column('community_id', sa.String(length=32), nullable=True),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('judged_in_time', sa.Boolean(), nullable=False),
    sa.Column('held', sa.Boolean(), nullable=False),
    sa.Column('to_accept', sa.Integer(), nullable=True),
    sa.Column('to_assign', sa.Integer(), nullable=True),
    sa.Column('to_fix', sa.Integer(), nullable=True),
    sa.Column('to_verify', sa.Integer(), nullable=True),
    sa.Column('fixed_in_time', sa.Boolean(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('redone', sa.Boolean(), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reopened', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('hazard_id')
    )
    with op.batch_alter_table('hazard_records', schema=None) as batch_op:
        batch_op.create_index('ix_hazard_records_station', ['station_id', 'month'], unique=False)
        batch_op.create_index('ix_hazard_records_community', ['community_id', 'month'], unique=False)
    with op.batch_alter_table('hazards', schema=None) as batch_op:
        batch_op.create_index('ix_hazards_community_sent', ['community_id', 'sent_at'], unique=False)
        batch_op.create_index('ix_hazards_category_sent', ['station_id', 'category', 'sent_at'], unique=False)


def downgrade():
    with op.batch_alter_table('hazards', schema=None) as batch_op:
        batch_op.drop_index('ix_hazards_category_sent')
        batch_op.drop_index('ix_hazards_community_sent')
    op.drop_table('hazard_records')
    op.drop_table('hazard_corners')
    op.drop_table('hazard_returns')
