"""How do files become rows of a table, again and again? Read, check, compare, write, report; shared by the topics."""
