"""What is said outside the pages: a station's alarms and a courier's alerts, by a chat's robot or to a phone that was chosen for them."""
