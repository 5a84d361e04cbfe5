"""Hazards: what was seen, by whom, its photos and history, and the tables by which a station judges."""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('hazard_categories',
    sa.Column('station_id', sa.String(length=32), nullable=False),
    sa.Column('id', sa.String(length=60), nullable=False),
    sa.Column('standard', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('name_en', sa.String(length=60), nullable=False),
    sa.Column('family', sa.String(length=20), nullable=False),
    sa.Column('is_local', sa.Boolean(), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('always', sa.Boolean(), nullable=False),
    sa.Column('hours', sa.Integer(), nullable=False),
    sa.Column('radius_m', sa.Integer(), nullable=False),
    sa.Column('public', sa.Boolean(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('advice', sa.String(length=200), nullable=False),
    sa.Column('advice_en', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('station_id', 'id')
    )
    op.create_table('hazard_counts',
    sa.Column('station_id', sa.String(length=32), nullable=False),
    sa.Column('day', sa.String(length=10), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('station_id', 'day')
    )
    op.create_table('hazard_rules',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('station_id', sa.String(length=32), nullable=False),
    sa.Column('category', sa.String(length=60), nullable=True),
    sa.Column('family', sa.String(length=20), nullable=True),
    sa.Column('community_id', sa.String(length=32), nullable=True),
    sa.Column('responsible', sa.String(length=80), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['station_id'], ['units.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('hazard_rules', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hazard_rules_station_id'), ['station_id'], unique=False)

    op.create_table('hazards',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('number', sa.String(length=12), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('district_id', sa.String(length=32), nullable=True),
    sa.Column('station_id', sa.String(length=32), nullable=False),
    sa.Column('community_id', sa.String(length=32), nullable=True),
    sa.Column('category', sa.String(length=60), nullable=False),
    sa.Column('family', sa.String(length=20), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('public', sa.Boolean(), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('note', sa.LargeBinary(), nullable=True),
    sa.Column('building', sa.String(length=80), nullable=False),
    sa.Column('lat', sa.Float(), nullable=True),
    sa.Column('lon', sa.Float(), nullable=True),
    sa.Column('order_id', sa.String(length=32), nullable=True),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('held_by', sa.String(length=32), nullable=True),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hours', sa.Integer(), nullable=False),
    sa.Column('always', sa.Boolean(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('district_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_left', sa.Integer(), nullable=True),
    sa.Column('district_due_left', sa.Integer(), nullable=True),
    sa.Column('overdue_told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('district_told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('suspended_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('responsible', sa.String(length=80), nullable=True),
    sa.Column('rule_id', sa.String(length=32), nullable=True),
    sa.Column('assigned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('fixed_by', sa.String(length=32), nullable=True),
    sa.Column('fixed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=30), nullable=True),
    sa.Column('reason_text', sa.LargeBinary(), nullable=True),
    sa.Column('reopened', sa.Integer(), nullable=False),
    sa.Column('merged_into', sa.String(length=32), nullable=True),
    sa.Column('merged_from', sa.String(length=12), nullable=True),
    sa.ForeignKeyConstraint(['community_id'], ['units.id'], ),
    sa.ForeignKeyConstraint(['station_id'], ['units.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('hazards', schema=None) as batch_op:
        batch_op.create_index('ix_hazards_box', ['station_id', 'lat', 'lon'], unique=False)
        batch_op.create_index('ix_hazards_community_status', ['community_id', 'status', 'sent_at'], unique=False)
        batch_op.create_index('ix_hazards_due', ['due_at'], unique=False, sqlite_where=sa.text("status IN ('accepted', 'assigned')"), postgresql_where=sa.text("status IN ('accepted', 'assigned')"))
        batch_op.create_index('ix_hazards_merged', ['merged_into'], unique=False)
        batch_op.create_index('ix_hazards_nearby', ['station_id', 'family', 'lat'], unique=False)
        batch_op.create_index('ix_hazards_station_sent', ['station_id', 'sent_at'], unique=False)
        batch_op.create_index('ix_hazards_station_status', ['station_id', 'status', 'sent_at'], unique=False)

    op.create_table('hazard_photos',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('hazard_id', sa.String(length=32), nullable=True),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('caption', sa.String(length=10), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('shown_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['hazard_id'], ['hazards.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('hazard_photos', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hazard_photos_hazard_id'), ['hazard_id'], unique=False)

    op.create_table('hazard_questions',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('hazard_id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('gone', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['hazard_id'], ['hazards.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('hazard_id', 'person_id', name='ux_hazard_questions')
    )
    op.create_table('hazard_reports',
    sa.Column('hazard_id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['hazard_id'], ['hazards.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], ),
    sa.PrimaryKeyConstraint('hazard_id', 'person_id')
    )
    with op.batch_alter_table('hazard_reports', schema=None) as batch_op:
        batch_op.create_index('ix_hazard_reports_person', ['person_id', 'at'], unique=False)

    op.create_table('hazard_steps',
    sa.Column('hazard_id', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('verb', sa.String(length=20), nullable=False),
    sa.Column('was', sa.String(length=12), nullable=True),
    sa.Column('by', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('said', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['hazard_id'], ['hazards.id'], ),
    sa.PrimaryKeyConstraint('hazard_id', 'version')
    )


def downgrade():
    for table in ('hazard_steps', 'hazard_reports', 'hazard_questions', 'hazard_photos', 'hazards', 'hazard_rules', 'hazard_counts',
                  'hazard_categories'):
        op.drop_table(table)
