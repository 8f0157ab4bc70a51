"""What came out, for a person to look at: one HTML file with everything inside."""
