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
    sa.Column('needs', sa.Integer(), nullable=False),
    sa.Column('in_time', sa.Integer(), nullable=False),
    sa.Column('unclaimed', sa.Integer(), nullable=False),
    sa.Column('late', sa.Integer(), nullable=False),
    sa.Column('delivered', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('community_id', 'day'),
    sqlite_with_rowid=False
    )

    op.create_table('served',
    sa.Column('period', sa.String(length=8), nullable=False),
    sa.Column('community_id', sa.String(length=32), nullable=False),
    sa.Column('hash', sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint('period', 'community_id', 'hash'),
    sqlite_with_rowid=False
    )


def downgrade():
    op.drop_table('served')
    op.drop_table('community_days')
