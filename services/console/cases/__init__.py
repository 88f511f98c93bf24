"""The area of cases: find one, add a step."""
