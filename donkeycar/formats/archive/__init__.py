"""Archives of other people, unpacked so that they can harm nothing."""
