-- The types of measure of a practice stand on its card: one filters by them, and every export has them.
ALTER TABLE practice_card ADD COLUMN measure_types TEXT[];
ALTER TABLE practice_card ADD COLUMN primary_type TEXT;
