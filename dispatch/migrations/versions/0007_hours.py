"""Hours: the book, its corrections, certificates, and who has read the journal how far."""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('journal_followers',
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('station_id', sa.String(length=32), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', 'station_id')
    )
    op.create_table('hours',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('claim_id', sa.String(length=32), nullable=False),
    sa.Column('order_id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('district_id', sa.String(length=32), nullable=True),
    sa.Column('station_id', sa.String(length=32), nullable=False),
    sa.Column('community_id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('day', sa.String(length=10), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('rule', sa.Integer(), nullable=False),
    sa.Column('booked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id']),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id']),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id']),
    sa.ForeignKeyConstraint(['station_id'], ['units.id']),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('hours', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hours_claim_id'), ['claim_id'], unique=False)
        batch_op.create_index('ix_hours_person_day', ['person_id', 'day'], unique=False)
        batch_op.create_index('ix_hours_station_day', ['station_id', 'day'], unique=False)

    op.create_table('hour_corrections',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('claim_id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('district_id', sa.String(length=32), nullable=True),
    sa.Column('station_id', sa.String(length=32), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('minutes_before', sa.Integer(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('note', sa.LargeBinary(), nullable=True),
    sa.Column('proposed_by', sa.String(length=32), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(length=32), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id']),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id']),
    sa.ForeignKeyConstraint(['station_id'], ['units.id']),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('hour_corrections', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hour_corrections_district_id'), ['district_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_hour_corrections_station_id'), ['station_id'], unique=False)
        batch_op.create_index('ux_hour_corrections_open', ['claim_id'], unique=True, sqlite_where=sa.text("status = 'proposed'"), postgresql_where=sa.text("status = 'proposed'"))

    op.create_table('certificates',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('number', sa.String(length=48), nullable=False),
    sa.Column('token', sa.LargeBinary(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('station_id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('issuer', sa.String(length=80), nullable=False),
    sa.Column('from_day', sa.String(length=10), nullable=False),
    sa.Column('to_day', sa.String(length=10), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('errands', sa.Integer(), nullable=False),
    sa.Column('kinds', sa.JSON(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=20), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id']),
    sa.ForeignKeyConstraint(['station_id'], ['units.id']),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('number'),
    sa.UniqueConstraint('token_hash')
    )
    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_certificates_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_certificates_station_id'), ['station_id'], unique=False)

    op.create_table('certificate_counts',
    sa.Column('station_id', sa.String(length=32), nullable=False),
    sa.Column('year', sa.String(length=4), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('station_id', 'year')
    )
    # A line of the book stays as it is: what was wrong gets a counter-entry.
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            "CREATE FUNCTION refuse_hours_change() RETURNS trigger AS $$ BEGIN "
            "RAISE EXCEPTION 'the book of hours is never changed'; END $$ LANGUAGE plpgsql"
        )
        op.execute("CREATE TRIGGER hours_unchangeable BEFORE UPDATE OR DELETE ON hours FOR EACH ROW EXECUTE FUNCTION refuse_hours_change()")
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER hours_no_{change.lower()} BEFORE {change} ON hours "
            "BEGIN SELECT RAISE(ABORT, 'the book of hours is never changed'); END"
        )


def downgrade():
    op.drop_table('hours')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute("DROP FUNCTION refuse_hours_change()")
    for table in ('hour_corrections', 'certificates', 'certificate_counts', 'journal_followers'):
        op.drop_table(table)
