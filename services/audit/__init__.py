"""Who changed what, when and from where: a log that grows and is never edited."""
