"""Parse, call, print: the commands of ``callqa``, one file a group."""
