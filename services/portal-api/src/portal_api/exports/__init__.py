"""Lists as files, however long, in constant memory."""
