"""Couriers: a second word for newcomers, what was done to whom, loans between stations, the staff's second step."""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('persons', schema=None) as batch_op:
        batch_op.add_column(sa.Column('serving_station_id', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('serving_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index('ix_persons_serving', ['serving_station_id', 'serving_until'], unique=False)

    op.create_table('vouchings',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('entered_by', sa.String(length=32), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(length=32), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=20), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('vouchings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_vouchings_person_id'), ['person_id'], unique=False)

    op.create_table('deeds',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('verb', sa.String(length=20), nullable=False),
    sa.Column('by', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('said', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('deeds', schema=None) as batch_op:
        batch_op.create_index('ix_deeds_person', ['person_id', 'at'], unique=False)

    op.create_table('loans',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('from_station_id', sa.String(length=32), nullable=False),
    sa.Column('to_station_id', sa.String(length=32), nullable=False),
    sa.Column('by_station_id', sa.String(length=32), nullable=False),
    sa.Column('depot_id', sa.String(length=32), nullable=True),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proposed_by', sa.String(length=32), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_by', sa.String(length=32), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=20), nullable=True),
    sa.ForeignKeyConstraint(['from_station_id'], ['units.id'], ),
    sa.ForeignKeyConstraint(['to_station_id'], ['units.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('loans', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_loans_from_station_id'), ['from_station_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_loans_to_station_id'), ['to_station_id'], unique=False)
        batch_op.create_index('ix_loans_status', ['status', 'until'], unique=False)

    op.create_table('lent',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('loan_id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['loan_id'], ['loans.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('lent', schema=None) as batch_op:
        batch_op.create_index('ux_lent_loan_person', ['loan_id', 'person_id'], unique=True)
        batch_op.create_index('ux_lent_serving', ['person_id'], unique=True, sqlite_where=sa.text("status = 'serving'"), postgresql_where=sa.text("status = 'serving'"))

    op.create_table('second_steps',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_step', sa.BigInteger(), nullable=False),
    sa.Column('wrong', sa.Integer(), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('person_id')
    )
    op.create_table('recovery_codes',
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], ),
    sa.PrimaryKeyConstraint('code_hash')
    )
    with op.batch_alter_table('recovery_codes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recovery_codes_person_id'), ['person_id'], unique=False)


def downgrade():
    op.drop_table('recovery_codes')
    op.drop_table('second_steps')
    op.drop_table('lent')
    op.drop_table('loans')
    op.drop_table('deeds')
    op.drop_table('vouchings')
    with op.batch_alter_table('persons', schema=None) as batch_op:
        batch_op.drop_index('ix_persons_serving')
        batch_op.drop_column('serving_until')
        batch_op.drop_column('serving_station_id')
