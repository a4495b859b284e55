"""What several subcommands share: options, streams, tables, pages."""
