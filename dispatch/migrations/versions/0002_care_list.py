"""The care list: building, contacts, note, consent; the number of each change; who took a list away."""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade():
    for column in (
        sa.Column('building', sa.LargeBinary(), nullable=True),
        sa.Column('note', sa.LargeBinary(), nullable=True),
        sa.Column('contacts', sa.LargeBinary(), nullable=True),
        sa.Column('off_list_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('revision', sa.BigInteger(), nullable=False, server_default='0'),
    ):
        op.add_column('residents', column)

    op.create_table('consents',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('resident_id', sa.String(length=32), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('how', sa.String(length=12), nullable=False),
    sa.Column('to', sa.JSON(), nullable=False),
    sa.Column('recorded_by', sa.String(length=32), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.String(length=32), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_consents_resident_id', 'consents', ['resident_id'])

    op.create_table('resident_revisions',
    sa.Column('community_id', sa.String(length=32), nullable=False),
    sa.Column('revision', sa.BigInteger(), nullable=False),
    sa.Column('gone_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['community_id'], ['units.id'], ),
    sa.PrimaryKeyConstraint('community_id')
    )

    op.create_table('exports',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('station_id', sa.String(length=32), nullable=False),
    sa.Column('unit_id', sa.String(length=32), nullable=False),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('why', sa.String(length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_exports_person_id', 'exports', ['person_id'])
    op.create_index('ix_exports_station_at', 'exports', ['station_id', 'at'])


def downgrade():
    for table in ('exports', 'resident_revisions', 'consents'):
        op.drop_table(table)
    with op.batch_alter_table('residents', schema=None) as batch_op:
        for column in ('revision', 'off_list_at', 'contacts', 'note', 'building'):
            batch_op.drop_column(column)
