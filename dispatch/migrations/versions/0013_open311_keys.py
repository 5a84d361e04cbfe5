"""Open311: the keys of programs that report, and the tokens they were answered."""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('open311_keys',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('key_hash', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('a_day', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('key_hash'),
    sa.UniqueConstraint('name')
    )
    op.create_table('open311_tokens',
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('hazard_id', sa.String(length=32), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('said_hash', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['hazard_id'], ['hazards.id'], ),
    sa.ForeignKeyConstraint(['key_id'], ['open311_keys.id'], ),
    sa.PrimaryKeyConstraint('token'),
    sa.UniqueConstraint('hazard_id')
    )
    with op.batch_alter_table('open311_tokens', schema=None) as batch_op:
        batch_op.create_index('ix_open311_tokens_key', ['key_id', 'at'], unique=False)


def downgrade():
    op.drop_table('open311_tokens')
    op.drop_table('open311_keys')
