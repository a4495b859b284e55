"""The command line: one file per subcommand, which parses, calls a stage and writes."""
