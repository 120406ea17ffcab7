"""Documents (text, Markdown, HTML, PDF, DOCX) -> sections of text, each with its place. Knows no stage."""
