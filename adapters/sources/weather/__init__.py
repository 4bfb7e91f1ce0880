"""Weather with forecasts: from files with issue times, or made from the truth by a seeded error."""
