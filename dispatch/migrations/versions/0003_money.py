"""Money: accounts, transfers and their lines, what couriers have laid out, the photos of receipts."""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

#: Once entered they stay: a mistake is taken back by its opposite.
UNCHANGEABLE = ('transfers', 'transfer_lines')


def upgrade():
    op.create_table('book_years',
    sa.Column('community_id', sa.String(length=32), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('community_id', 'year')
    )
    op.create_table('accounts',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('community_id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('owner_id', sa.String(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['community_id'], ['units.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('community_id', 'kind', 'owner_id', name='ux_accounts_owner')
    )
    op.create_index('ix_accounts_owner', 'accounts', ['kind', 'owner_id'], unique=False)
    op.create_table('transfers',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('community_id', sa.String(length=32), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(length=12), nullable=False),
    sa.Column('order_id', sa.String(length=32), nullable=True),
    sa.Column('way', sa.String(length=12), nullable=True),
    sa.Column('how', sa.String(length=12), nullable=True),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=True),
    sa.Column('counters', sa.String(length=32), nullable=True),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['community_id'], ['units.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('community_id', 'year', 'number', name='ux_transfers_number'),
    sa.UniqueConstraint('counters')
    )
    op.create_index('ix_transfers_order_id', 'transfers', ['order_id'], unique=False)
    op.create_index('ix_transfers_community_at', 'transfers', ['community_id', 'at'], unique=False)
    op.create_table('transfer_lines',
    sa.Column('transfer_id', sa.String(length=32), nullable=False),
    sa.Column('account_id', sa.String(length=32), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], ),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfers.id'], ),
    sa.PrimaryKeyConstraint('transfer_id', 'account_id')
    )
    op.create_index('ix_transfer_lines_account_id', 'transfer_lines', ['account_id'], unique=False)
    op.create_table('receipts',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('order_id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('photo', sa.String(length=80), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_receipts_order_id', 'receipts', ['order_id'], unique=False)
    op.create_index('ix_receipts_at', 'receipts', ['at'], unique=False)
    op.create_table('advances',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('station_id', sa.String(length=32), nullable=False),
    sa.Column('community_id', sa.String(length=32), nullable=False),
    sa.Column('courier_id', sa.String(length=32), nullable=False),
    sa.Column('resident_id', sa.String(length=32), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('transfer_id', sa.String(length=32), nullable=False),
    sa.Column('receipt_id', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['community_id'], ['units.id'], ),
    sa.ForeignKeyConstraint(['courier_id'], ['persons.id'], ),
    sa.ForeignKeyConstraint(['id'], ['orders.id'], ),
    sa.ForeignKeyConstraint(['receipt_id'], ['receipts.id'], ),
    sa.ForeignKeyConstraint(['station_id'], ['units.id'], ),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfers.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_advances_community_status', 'advances', ['community_id', 'status', 'at'], unique=False)
    op.create_index('ix_advances_station_status', 'advances', ['station_id', 'status', 'at'], unique=False)
    op.create_index('ix_advances_courier_status', 'advances', ['courier_id', 'status', 'at'], unique=False)
    _make_transfers_unchangeable()


def _make_transfers_unchangeable():
    """A transfer once entered stays: the database itself refuses, whoever asks."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_transfer_change() RETURNS trigger AS $$ BEGIN "
            "RAISE EXCEPTION 'transfers are never changed'; END $$ LANGUAGE plpgsql"
        )
        for table in UNCHANGEABLE:
            op.execute(
                f"CREATE TRIGGER {table}_unchangeable BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_transfer_change()"
            )
        return
    for table in UNCHANGEABLE:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'transfers are never changed'); END"
            )


def downgrade():
    for table in ('advances', 'receipts', 'transfer_lines', 'transfers', 'accounts', 'book_years'):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_transfer_change()")
