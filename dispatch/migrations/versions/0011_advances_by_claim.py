"""What was laid out belongs to a claim: of an errand that went through several hands each has an advance of his own."""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

COLUMNS = ('status', 'station_id', 'community_id', 'courier_id', 'resident_id', 'amount', 'transfer_id', 'receipt_id', 'version', 'at')
INDEXES = ('community', 'station', 'courier')


def _make_advances(order_id):
    columns = [sa.Column('order_id', sa.String(length=32), nullable=False)] if order_id else []
    of = [sa.ForeignKeyConstraint(['id'], ['claims.id']), sa.ForeignKeyConstraint(['order_id'], ['orders.id'])]
    op.create_table('advances',
    sa.Column('id', sa.String(length=32), nullable=False),
    *columns,
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
    *(of if order_id else [sa.ForeignKeyConstraint(['id'], ['orders.id'])]),
    sa.ForeignKeyConstraint(['receipt_id'], ['receipts.id'], ),
    sa.ForeignKeyConstraint(['station_id'], ['units.id'], ),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfers.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    for whose in INDEXES:
        op.create_index(f'ix_advances_{whose}_status', 'advances', [f'{whose}_id', 'status', 'at'], unique=False)
    if order_id:
        op.create_index('ix_advances_order_id', 'advances', ['order_id'], unique=False)


def _rows():
    return [dict(row) for row in op.get_bind().execute(sa.text('SELECT * FROM advances')).mappings()]


def _enter(rows):
    for row in rows:
        names = list(row)
        values = ', '.join(f':{name}' for name in names)
        op.get_bind().execute(sa.text(f"INSERT INTO advances ({', '.join(names)}) VALUES ({values})"), row)


# Whose claim it was: he who delivered it, or tried to; of several claims of his the latest.
CLAIM = (
    "SELECT claims.id FROM claims WHERE claims.order_id = :id AND claims.person_id = :courier_id "
    "ORDER BY CASE ended_as WHEN 'delivered' THEN 0 WHEN 'failed' THEN 1 ELSE 2 END, epoch DESC LIMIT 1"
)


def upgrade():
    bind = op.get_bind()
    rows = [{**row, 'order_id': row['id'], 'id': bind.execute(sa.text(CLAIM), row).scalar_one()} for row in _rows()]
    op.drop_table('advances')
    _make_advances(order_id=True)
    _enter(rows)
    op.add_column('transfers', sa.Column('claim_id', sa.String(length=32), nullable=True))
    op.create_index('ix_transfers_claim_id', 'transfers', ['claim_id'], unique=False)
    _let_transfers_change(True)
    bind.execute(sa.text('UPDATE transfers SET claim_id = (SELECT id FROM advances WHERE advances.order_id = transfers.order_id) '
                         'WHERE order_id IS NOT NULL'))
    _let_transfers_change(False)


def _let_transfers_change(for_now):
    """What stands in a transfer stays as it is; only whose part it is is written beside it."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(f"ALTER TABLE transfers {'DISABLE' if for_now else 'ENABLE'} TRIGGER transfers_unchangeable")
    elif for_now:
        op.execute('DROP TRIGGER transfers_no_update')
    else:
        op.execute("CREATE TRIGGER transfers_no_update BEFORE UPDATE ON transfers "
                   "BEGIN SELECT RAISE(ABORT, 'transfers are never changed'); END")


def downgrade():
    """An order has one advance again; where there are several, nothing is thrown away and this is refused by the key."""
    rows = [{**{name: row[name] for name in COLUMNS}, 'id': row['order_id']} for row in _rows()]
    op.drop_table('advances')
    _make_advances(order_id=False)
    _enter(rows)
    op.drop_index('ix_transfers_claim_id', 'transfers')
    op.drop_column('transfers', 'claim_id')
