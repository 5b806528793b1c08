"""Pages of HTML that need nothing beside them: their parts, of which reports are made."""
