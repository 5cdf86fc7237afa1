"""Who runs syncs, and when: schedules, workers, and what becomes of a dead worker's work."""
