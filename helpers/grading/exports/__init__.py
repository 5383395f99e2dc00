"""Write the marks as other systems read them: a module for each system, which names the source of its format."""
