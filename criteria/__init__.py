"""What scores mean: the assessment framework as data, and scoring on matrices. Pure: no storage, no screen."""
