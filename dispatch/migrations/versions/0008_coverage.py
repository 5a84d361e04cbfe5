"""Coverage: what became of each community's day, and how many persons were served."""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('community_days',
    sa.Column('community_id', sa.String(length=32), nullable=False),
    sa.Column('day', sa.String(length=10), nullable=False),
    sa.Column('station_id', sa.String(length=32), nullable=False),
    sa.Column('district_id', sa.String(length=32), nullable=True),
    sa.Column('needs', sa.Integer(), nullable=False),
    sa.Column('in_time', sa.Integer(), nullable=False),
    sa.Column('unclaimed', sa.Integer(), nullable=False),
    sa.Column('late', sa.Integer(), nullable=False),
    sa.Column('delivered', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('community_id', 'day')
    )
    with op.batch_alter_table('community_days', schema=None) as batch_op:
        batch_op.create_index('ix_community_days_station', ['station_id', 'day'], unique=False)
        batch_op.create_index('ix_community_days_district', ['district_id', 'day'], unique=False)

    op.create_table('served',
    sa.Column('period', sa.String(length=8), nullable=False),
    sa.Column('community_id', sa.String(length=32), nullable=False),
    sa.Column('hash', sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint('period', 'community_id', 'hash')
    )


def downgrade():
    op.drop_table('served')
    op.drop_table('community_days')
