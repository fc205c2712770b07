"""Floor 7: a project becomes pages, parts and charts. Knows no MkDocs."""
