"""Hazards: photos of which parts were blacked out, locked away until they go, and the reasons that a station has entered itself."""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('hazard_locked_photos',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('hazard_id', sa.String(length=32), nullable=False),
    sa.Column('photo_id', sa.String(length=32), nullable=False),
    sa.Column('by', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['hazard_id'], ['hazards.id'], ),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('hazard_reasons',
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('station_id', sa.String(length=32), nullable=False),
    sa.Column('category', sa.String(length=60), nullable=True),
    sa.Column('zh', sa.String(length=200), nullable=False),
    sa.Column('en', sa.String(length=200), nullable=False),
    sa.Column('by', sa.String(length=32), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['station_id'], ['units.id'], ),
    sa.PrimaryKeyConstraint('code')
    )
    with op.batch_alter_table('hazard_reasons', schema=None) as batch_op:
        batch_op.create_index('ix_hazard_reasons_station', ['station_id', 'made_at'], unique=False)


def downgrade():
    op.drop_table('hazard_reasons')
    op.drop_table('hazard_locked_photos')
