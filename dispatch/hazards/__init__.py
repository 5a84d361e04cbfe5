"""Hazards: seen by a courier, judged by the station, dealt with, and closed only when somebody has seen that it is gone."""
