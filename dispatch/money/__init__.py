"""What the desks, a courier and an accountant see and enter of the money: who is owed what, the vouchers, the sheet."""
